import { type Stack, sendTcp, until } from '../medium/stack.ts';
import { callBegins, callEnds, type MadeCall, noonZone } from './events.ts';

/** A company of two people, for tests of what pages say of its calls. */
export const ALFA = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
export const [MAIN, AVITO] = ['73910000122', '73910000133'] as const;
export const HOUR = 3_600_000;
/** It is noon there now: the day is the same before and after every call of a test. */
export const zone = noonZone();
/** The beginning of that day, ms since the epoch. */
export const midnight = Math.floor(Date.now() / HOUR) * HOUR - 12 * HOUR;

/** The company, its people and an administrator, and its calls in the store. */
export async function makeAlfa(
  stack: Stack,
  numbers: readonly { number: string; label?: string; channel?: string }[],
  calls: readonly MadeCall[],
): Promise<void> {
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: ALFA.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers,
    groups: [{ id: 'sales', name: 'Продажи' }],
    employees: ['Соколова А. П.', 'Кузнецов Д. И.'].map((name, i) => ({
      ...{ id: `e10${i + 1}`, name, extensions: [`10${i + 1}`], group: 'sales' },
    })),
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: ALFA.password, role: 'admin' });
  await store(stack, calls);
}

/** Sends calls that are over and waits until the store has them, all of the company's. */
export async function store(stack: Stack, calls: readonly MadeCall[]): Promise<void> {
  await sendTcp(
    stack.ports.events,
    calls.flatMap((call) => [...callBegins(call), ...callEnds(call)]),
  );
  await until('all calls are stored', async () => {
    const { data } = await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000');
    return data.length === calls.length;
  });
}
