import { createHmac } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { companies } from './fixtures.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { startTold, type Told, type ToldByRequest } from './told.ts';

interface Rule {
  id: string;
  secret: string | null;
}
interface Noted {
  id: string;
  callId: string;
  state: string;
  tries: number;
  fault: string;
  rule: { name: string };
}

let stack: Stack;
let told: Told;
const t1 = companies().t1 as ReturnType<typeof companies>[string];
const OWN = String((t1.directory as { numbers: { number: string }[] }).numbers[0]?.number).replace(/\D/g, '');

beforeAll(async () => {
  told = await startTold();
  stack = await startStack({
    env: { SMTP_URL: told.smtpUrl, PORTAL_URL: 'https://portal.test', WEBHOOKS_INSIDE: '1' },
  });
  await stack.rest('PUT', '/tenants/t1', t1.tenant);
  await stack.rest('PUT', '/tenants/t1/directory', t1.directory);
});
afterAll(async () => {
  await stack?.end();
  await told?.close();
});
beforeEach(async () => {
  told.answer = 204;
  for (const { id } of (await stack.rest<{ data: Rule[] }>('GET', '/tenants/t1/notices')).data)
    await stack.rest('DELETE', `/tenants/t1/notices/${id}`);
  told.letters.length = 0;
  told.asked.length = 0;
});

const added = (given: object) =>
  stack.rest<Rule>('POST', '/tenants/t1/notices', { name: 'Дежурному', channel: 'email', targets: ['duty@alfa.test'], ...given });
const log = async () => (await stack.rest<{ data: Noted[] }>('GET', '/tenants/t1/notices/log')).data;
let made = 0;
function call(more: Partial<MadeCall> = {}): MadeCall {
  const i = made++;
  return {
    ...{ id: `notice-${i}`, tenant: 't1', domain: String(t1.tenant.domain), direction: 'in', from: `7913000${1000 + i}`, to: OWN },
    ...{ startedAt: Date.now() - 21_000, wait: 20, talk: 0, code: 487, legs: [{ target: '101', after: 1, code: 487 }] },
    ...more,
  };
}
const happen = (...calls: MadeCall[]) =>
  sendTcp(
    stack.ports.events,
    calls.flatMap((one) => [...callBegins(one), ...callEnds(one)]),
  );
const quiet = (ms: number) => new Promise((done) => setTimeout(done, ms));
async function inDatabase(text: string, values: unknown[] = []): Promise<void> {
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  try {
    await db.query(text, values);
  } finally {
    await db.end();
  }
}

describe('a missed call', () => {
  test('is told by letter and by webhook within ten seconds, once, with a signature that can be checked', async () => {
    await added({ targets: ['duty@alfa.test', 'boss@alfa.test'] });
    const { secret } = await added({ name: 'CRM', channel: 'webhook', targets: [told.address] });
    const missed = call();
    const began = Date.now();
    await happen(missed);
    await until('both are told', () => told.letters.length === 1 && told.asked.length === 1, 10_000);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(told.letters[0]?.to.sort()).toEqual(['boss@alfa.test', 'duty@alfa.test']);
    expect(told.letters[0]?.text).toMatch(/Звонил: \+7\s913\s000/);
    expect(told.letters[0]?.text).toContain(`https://portal.test/c/t1/missed?show=all&caller=${missed.from}`);
    const { body, headers } = told.asked[0] as ToldByRequest;
    const of = JSON.parse(body) as { call: { id: string; from: string }; event: string; url: string };
    expect(of).toMatchObject({
      event: 'missed_call',
      call: { id: missed.id, from: missed.from, number: OWN, missedKind: expect.any(String) },
    });
    const signed = createHmac('sha256', String(secret))
      .update(`${String(headers['x-callscope-timestamp'])}.${body}`)
      .digest('hex');
    expect(headers['x-callscope-signature']).toBe(`v1=${signed}`);
    await until('it stands in the log', async () => (await log()).every(({ state }) => state === 'sent'));

    // the same news again: as after a death of jobs that had not noted how far it was
    const startsOfJobs = () => stack.log().match(/"service":"jobs","message":"started"/g)?.length ?? 0;
    const before = startsOfJobs();
    process.kill(stack.pidOf('jobs'), 'SIGKILL');
    await inDatabase('UPDATE case_progress SET seq = greatest(seq - 50, 0)');
    await happen(call({ talk: 30, code: 200, wait: 4, legs: [{ target: '101', after: 1, code: 200 }] }));
    await until('jobs are there again', () => startsOfJobs() > before, 60_000);
    await quiet(3_000);
    expect([told.letters.length, told.asked.length]).toEqual([1, 1]);
  });

  test('is none where another leg took it, and none of another number or reason', async () => {
    await added({ name: 'Чужой номер', numbers: ['+7 495 999-99-99'] });
    await added({ name: 'Вне часов', kinds: ['out_of_hours'] });
    const rule = await added({ name: 'Все' });
    await happen(
      call({
        talk: 20,
        code: 200,
        wait: 9,
        legs: [
          { target: '101', after: 1, code: 487 },
          { target: '102', after: 2, code: 200 },
        ],
      }),
      call(),
    );
    await until('one is told', () => told.letters.length === 1, 15_000);
    await quiet(5_000);
    expect((await log()).map(({ rule: of }) => of.name)).toEqual(['Все']);
    // switched off, nobody is told
    await stack.rest('PUT', `/tenants/t1/notices/${rule.id}`, { name: 'Все', channel: 'email', targets: ['duty@alfa.test'], on: false });
    await happen(call());
    await quiet(6_000);
    expect(told.letters.length).toBe(1);
  });

  test('waits for a program that fails, and is sent again by hand; one that hangs keeps nobody else waiting', async () => {
    told.answer = 500;
    await added({ name: 'CRM', channel: 'webhook', targets: [told.address] });
    await added({});
    await happen(call());
    await until('it failed once', async () => (await log()).some(({ fault }) => fault === 'answered 500'), 15_000);
    told.answer = 204;
    const [failed] = (await log()).filter(({ state }) => state === 'waiting');
    await stack.rest('POST', `/tenants/t1/notices/log/${failed?.id}/again`, {});
    await until('it is told', async () => (await log()).every(({ state }) => state === 'sent'));
    expect(told.asked.length).toBe(2);

    told.answer = 'nothing';
    const before = told.letters.length;
    await happen(call(), call(), call());
    await until('the letters came all the same', () => told.letters.length === before + 3, 10_000);
    await until('it says that nobody answered', async () => (await log()).some(({ fault }) => fault.startsWith('no answer')), 20_000);
  });

  test('what cannot be told is refused in words', async () => {
    const refused = async (given: object) => {
      const response = await stack.fetch('/api/v1/tenants/t1/notices', {
        method: 'POST',
        body: JSON.stringify({ name: 'x', channel: 'email', targets: ['duty@alfa.test'], ...given }),
        headers: { 'content-type': 'application/json' },
      });
      return [response.status, ((await response.json()) as { errors: { field: string }[] }).errors?.[0]?.field];
    };
    expect(await refused({ targets: ['nobody'] })).toEqual([400, 'targets']);
    expect(await refused({ channel: 'webhook', targets: ['file:///etc/passwd'] })).toEqual([400, 'targets']);
    expect(await refused({ channel: 'webhook', targets: [told.address, told.address] })).toEqual([400, 'targets']);
    expect(await refused({ name: ' ' })).toEqual([400, 'name']);
  });
});
