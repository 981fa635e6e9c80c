import { createLog } from '@callscope/core/node/log.ts';
import { connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { expect } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

export interface CaseJson {
  id: string;
  status: string;
  from: string;
  returnable: boolean;
  number: string | null;
  overdue: boolean;
  dueAt: string | null;
  openedAt: string;
  missed: number;
  missedCalls: string[];
  offered: { id: string; name: string }[];
  attempts: number;
  attemptedBy: { id: string }[];
  secondsToFirstAttempt: number | null;
  secondsToSuccess: number | null;
  closedBy: { id: string; name: string } | null;
  owner: { id: string } | null;
  comment: string;
  changedBy: string | null;
  claim: { holder: string } | null;
}

export const DOMAIN = 'alfa.pbx.test';
export const DID = '73910000122';
export const MINUTE = 60_000;
/** A quarter of an hour ago: what is missed now is not overdue yet. */
const base = Math.floor(Date.now() / 1_000) * 1_000 - 15 * MINUTE;

export let stack: Stack;
export let db: Postgres<PostgresSchema>;
export async function beginCases(): Promise<void> {
  stack = await startStack();
  for (const id of ['t1', 't2']) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: id === 't1' ? DOMAIN : 'bravo.pbx.test' });
    await stack.rest('PUT', `/tenants/${id}/directory`, {
      numbers: id === 't1' ? [{ number: DID, label: 'Главный' }] : [],
      employees: ['Соколова А. П.', 'Кузнецов Д. И.'].map((name, i) => ({ id: `e10${i + 1}`, name, extensions: [`10${i + 1}`] })),
    });
  }
  db = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error' }));
}
export async function endCases(): Promise<void> {
  await db?.close();
  await stack?.end();
}

let made = 0;
/** A call of a client, some minutes after `base`. */
export function call(from: string, minute: number, more: Partial<MadeCall> = {}): MadeCall {
  return {
    ...{ id: `case-${made++}`, tenant: 't1', domain: DOMAIN, direction: 'in', from, to: DID, startedAt: base + minute * MINUTE },
    ...{ wait: 6, talk: 30, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
const nobody = { talk: 0, code: 487, wait: 20, legs: [{ target: '101', after: 1, code: 487 }] } as const;
export const missed = (from: string, minute: number, more: Partial<MadeCall> = {}) => call(from, minute, { ...nobody, ...more });
/** We call back, from 102. */
export const back = (to: string, minute: number, answered: boolean): MadeCall =>
  call('102', minute, {
    ...{ direction: 'out', to, legs: [{ target: to, after: 1, code: answered ? 200 : 487 }] },
    ...(answered ? {} : { talk: 0, code: 487, wait: 20 }),
  });
export const send = (...calls: MadeCall[]) =>
  sendTcp(
    stack.ports.events,
    calls.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
export const cases = async (query: string) => (await stack.rest<{ data: CaseJson[] }>('GET', `/tenants/t1/cases?limit=1000&${query}`)).data;
export const ofCaller = (number: string) => cases(`caller=${number}`);
/** Waits until the cases of a number are so; [status, missed, attempts] each. */
export async function becomes(number: string, expected: [string, number, number][]): Promise<CaseJson[]> {
  const found = async () => (await ofCaller(number)).map((c) => [c.status, c.missed, c.attempts]);
  await until(
    `cases of ${number} are ${JSON.stringify(expected)}`,
    async () => JSON.stringify(await found()) === JSON.stringify(expected),
  ).catch(async (error) => expect(await found(), String(error)).toEqual(expected));
  return ofCaller(number);
}
