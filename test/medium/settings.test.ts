import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { OPERATOR_TOKEN, type Stack, sendTcp, startStack, until } from './stack.ts';

const HOUR = 3_600_000;
const PROFILE = { name: 'Alfa', domain: 'alfa.test' };
const NEVER_OPEN = { week: {} };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', PROFILE);
});
afterAll(() => stack?.end());

const company = () => stack.rest<Record<string, unknown>>('GET', '/tenants/t1');
const put = (settings: object, query = '') =>
  stack.rest<Record<string, unknown>>('PUT', `/tenants/t1${query}`, { ...PROFILE, ...settings });
const kindsOf = async () => {
  const { data } = await stack.rest<{ data: { id: string; missedKind: string; revision: number }[] }>('GET', '/tenants/t1/calls');
  return Object.fromEntries(data.map((c) => [c.id, c.missedKind]));
};
/** An inbound call that its caller gave up after 8 seconds. */
async function givenUp(id: string, startedAt: number): Promise<void> {
  const call: MadeCall = {
    ...{ id, tenant: 't1', domain: PROFILE.domain, direction: 'in', from: '79130001000', to: '74951000122', startedAt },
    ...{ wait: 8, talk: 0, code: 487, legs: [{ target: '101', after: 1, code: 487 }] },
  };
  await sendTcp(stack.ports.events, [...callBegins(call), ...callEnds(call)]);
  await until(`${id} is stored`, async () => id in (await kindsOf()));
}

describe('settings of a company', () => {
  test('are the defaults until they are set, and stay when a later request leaves them out', async () => {
    expect(await company()).toMatchObject({ id: 't1', workingHours: null, shortAbandonSeconds: 5, callbackMinutes: 60 });
    expect(await put({ callbackMinutes: 30 })).toMatchObject({ shortAbandonSeconds: 5, callbackMinutes: 30 });
    const hours = {
      week: {
        mon: [
          { from: '14:00', to: '24:00' },
          { from: '09:00', to: '13:00' },
        ],
      },
      dates: [{ date: '2027-01-01' }],
    };
    await put({ workingHours: hours });
    expect(await put({})).toMatchObject({
      callbackMinutes: 30,
      workingHours: {
        week: {
          mon: [
            { from: '09:00', to: '13:00' },
            { from: '14:00', to: '24:00' },
          ],
          sun: [],
        },
        dates: [{ date: '2027-01-01', hours: [], name: '' }],
      },
    });
    expect(await put({ workingHours: null, callbackMinutes: 60 })).toMatchObject({ workingHours: null });
  });

  test.each([
    [{ workingHours: { week: { mon: [{ from: '18:00', to: '09:00' }] } } }, 'workingHours.week.mon.0.to'],
    [{ workingHours: { week: {}, dates: [{ date: '01.01.2027' }] } }, 'workingHours.dates.0.date'],
    [{ shortAbandonSeconds: -1 }, 'shortAbandonSeconds'],
    [{ callbackMinutes: 0.5 }, 'callbackMinutes'],
    [{ timezone: 'Moscow' }, 'timezone'],
  ])('that are wrong are refused by name: %j', async (settings, field) => {
    const response = await stack.fetch('/api/v1/tenants/t1', {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...PROFILE, ...settings }),
    });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { field: string }[] };
    expect(errors.map((e) => e.field)).toContain(field);
  });

  test('hold for calls that begin from the change on; what was before is judged anew when that is asked for', async () => {
    const start = Date.now();
    await givenUp('before', start - 2 * HOUR);
    expect(await kindsOf()).toEqual({ before: 'not_taken' });
    await put({ shortAbandonSeconds: 10 });
    // the clock of events has whole seconds
    await givenUp('after', Date.now() + 2_000);
    expect(await kindsOf()).toEqual({ before: 'not_taken', after: 'short_abandon' });

    // another change of the company does not bring the new threshold to the old call
    await stack.rest('PUT', '/tenants/t1/directory?validFrom=2026-01-01T00:00:00Z', {
      employees: [{ id: 'e1', name: 'A', extensions: ['101'] }],
    });
    expect((await kindsOf()).before).toBe('not_taken');
    await put({}, `?recompute=${new Date(start - HOUR).toISOString()}`);
    expect((await kindsOf()).before).toBe('not_taken');
    await put({}, `?recompute=${new Date(start - 3 * HOUR).toISOString()}`);
    await until('the call of before is judged anew', async () => (await kindsOf()).before === 'short_abandon');
    // figure, explanation and the threshold that it says go together
    const { value, counted, rules } = await stack.rest<{
      value: number;
      counted: { total: number };
      rules: { id: string; value: number | boolean }[];
    }>('GET', `/tenants/t1/reports/missed-by-number/explain?measure=shortAbandon&from=${new Date(start - 3 * HOUR).toISOString()}`);
    expect([value, counted.total]).toEqual([2, 2]);
    expect(rules).toMatchObject([{ id: 'shortAbandonSeconds', value: 10 }, { id: 'workingHours' }]);

    // always open, never open, and back: all from the beginning
    await put({ workingHours: NEVER_OPEN }, `?recompute=${new Date(start - 3 * HOUR).toISOString()}`);
    await until('both are out of hours', async () => Object.values(await kindsOf()).every((kind) => kind === 'out_of_hours'));
    await put({ workingHours: null, shortAbandonSeconds: 5 }, `?recompute=${new Date(start - 3 * HOUR).toISOString()}`);
    await until('both are not taken', async () => Object.values(await kindsOf()).every((kind) => kind === 'not_taken'));
  });

  test('survive a restart of ingest', async () => {
    await put({ workingHours: NEVER_OPEN });
    process.kill(stack.pidOf('assembler'), 'SIGKILL');
    await givenUp('after-restart', Date.now() + 2_000);
    expect(await kindsOf()).toEqual({ before: 'not_taken', after: 'not_taken', 'after-restart': 'out_of_hours' });
  });

  test('cannot be judged anew from the future', async () => {
    await expect(put({}, '?recompute=2099-01-01T00:00:00Z')).rejects.toThrow(/400.*lies in the future/);
  });
});
