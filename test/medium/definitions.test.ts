import { filterFromQuery, filterToQuery, narrow } from '@callscope/analytics/query/filter.ts';
import { REPORTS } from '@callscope/analytics/reports/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

/** What each figure means, shown on calls made for it: one test a definition. */

const OFFICE = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [{ from: '09:00', to: '18:00' }]]));
const SUNDAY_AT_TWO = { sun: [{ from: '02:00', to: '03:00' }] };
const COMPANIES = {
  moscow: { timezone: 'Europe/Moscow', workingHours: { week: OFFICE, dates: [{ date: '2026-11-24', hours: [] }] } },
  kolkata: { timezone: 'Asia/Kolkata', workingHours: { week: OFFICE } },
  berlin: { timezone: 'Europe/Berlin', workingHours: { week: SUNDAY_AT_TWO } },
};
const DID = '74951000122';
/** Monday of the office in Moscow, 9:00 to 18:00 there is 6:00 to 15:00 here */
const MONDAY = 'from=2026-11-22T21:00:00Z&to=2026-11-23T21:00:00Z';

const missed = { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] } as const;
const out = { direction: 'out', from: '102', to: '79020001000', legs: [{ target: '79020001000', after: 1, code: 200 }] } as const;
function call(id: string, startedAt: string, more: Partial<MadeCall> = {}, tenant: keyof typeof COMPANIES = 'moscow'): MadeCall {
  return {
    ...{ id, tenant, domain: `${tenant}.test`, direction: 'in', from: '79130001000', to: DID, startedAt: Date.parse(startedAt) },
    ...{ wait: 6, talk: 30, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
const CALLS = [
  call('answered', '2026-11-23T07:00:00Z'),
  call('answered-by-second', '2026-11-23T07:10:00Z', {
    ...{ wait: 12, talk: 60 },
    legs: [
      { target: '101', after: 1, code: 487 },
      { target: '102', after: 5, code: 200 },
    ],
  }),
  call('busy', '2026-11-23T07:20:00Z', { ...missed, code: 486, legs: [{ target: '101', after: 1, code: 486 }] }),
  call('busy-at-night', '2026-11-23T02:00:00Z', { ...missed, code: 486, legs: [{ target: '101', after: 1, code: 486 }] }),
  call('at-night', '2026-11-23T05:59:59Z', missed),
  call('at-night-short', '2026-11-23T15:00:00Z', { ...missed, wait: 3 }),
  call('short', '2026-11-23T08:00:00Z', { ...missed, wait: 4 }),
  call('not-short', '2026-11-23T08:10:00Z', { ...missed, wait: 5 }),
  call('not-taken', '2026-11-23T14:59:59Z', missed),
  call('rejected', '2026-11-23T09:00:00Z', { ...missed, code: 603 }),
  call('holiday', '2026-11-24T09:00:00Z', missed),
  call('out', '2026-11-23T10:00:00Z', out),
  call('out-failed', '2026-11-23T10:10:00Z', { ...out, talk: 0, code: 486, legs: [{ target: '79020001000', after: 1, code: 486 }] }),
  call('internal-missed', '2026-11-23T10:20:00Z', { ...missed, direction: 'int', from: '101', to: '102' }),
  // calls end a millisecond or more after they begin: seven at ten minutes past each other, on a day of their own
  call('line-before-midnight', '2026-11-26T20:59:00Z', { talk: 120, wait: 6 }),
  call('line-first', '2026-11-27T07:00:00Z', { talk: 54, wait: 6 }),
  call('line-out', '2026-11-27T07:00:30Z', { ...out, talk: 54, wait: 6 }),
  call('line-takes-over', '2026-11-27T07:01:00Z', { talk: 54, wait: 6 }),
  call('line-rings-only', '2026-11-27T07:00:40Z', { ...missed, wait: 5 }),
  call('line-internal', '2026-11-27T07:00:35Z', { ...missed, direction: 'int', from: '101', to: '102' }),
  // 9:00 in Kolkata
  call('kolkata-before', '2026-11-23T03:29:59Z', missed, 'kolkata'),
  call('kolkata-nine', '2026-11-23T03:30:00Z', missed, 'kolkata'),
  // two o'clock comes twice on 25 October and not at all on 29 March
  call('berlin-first', '2026-10-25T00:30:00Z', missed, 'berlin'),
  call('berlin-second', '2026-10-25T01:30:00Z', missed, 'berlin'),
  call('berlin-three', '2026-10-25T02:00:00Z', missed, 'berlin'),
  call('berlin-spring', '2026-03-29T01:00:00Z', missed, 'berlin'),
];

interface Call {
  id: string;
  missedKind: string | null;
  result: string;
  ringSeconds: number | null;
  talkSeconds: number;
  durationSeconds: number;
}
interface Operand {
  measure: string;
  label: string;
  value: number;
}
interface Explanation {
  definition: string;
  value: number | null;
  division: (Record<'over' | 'by', Operand> & { less: Operand | null }) | null;
  rules: { id: string; value: number | boolean }[];
  counted: { total: number; filter: string | null; calls: Call[] };
  leftOut: { why: string; total: number; filter: string }[];
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, more] of Object.entries(COMPANIES)) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: `${id}.test`, shortAbandonSeconds: 5, ...more });
    await stack.rest('PUT', `/tenants/${id}/directory`, {
      employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: x, extensions: [x] })),
    });
  }
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => {
    const lists = await Promise.all(Object.keys(COMPANIES).map((tenant) => calls('', tenant)));
    return lists.flat().length === CALLS.length;
  });
});
afterAll(() => stack?.end());

const calls = async (query: string, tenant = 'moscow') =>
  (await stack.rest<{ data: Call[] }>('GET', `/tenants/${tenant}/calls?limit=1000&${query}`)).data;
const ids = async (query: string, tenant = 'moscow') => (await calls(query, tenant)).map((c) => c.id).sort();
const one = async (id: string) => (await calls('')).find((c) => c.id === id);
const totals = async (report: string, query: string, tenant = 'moscow') =>
  (await stack.rest<{ totals: Record<string, number | null> }>('GET', `/tenants/${tenant}/reports/${report}?${query}`)).totals;
const explain = (report: string, measure: string, query: string) =>
  stack.rest<Explanation>('GET', `/tenants/moscow/reports/${report}/explain?measure=${measure}&${query}`);

const MISSED = ['at-night', 'at-night-short', 'busy', 'busy-at-night', 'not-short', 'not-taken', 'rejected', 'short'];

describe('missed', () => {
  test('is every inbound call that nobody answered, once, whatever its result; one that a second person took is not (T-41)', async () => {
    expect(await ids(`${MONDAY}&direction=in&answered=false`)).toEqual(MISSED);
    expect(await totals('summary', MONDAY)).toMatchObject({ in: 10, inAnswered: 2, inMissed: 8 });
  });

  test.each([
    ['busy_hit', ['busy', 'busy-at-night']],
    ['out_of_hours', ['at-night', 'at-night-short']],
    ['short_abandon', ['short']],
    ['not_taken', ['not-short', 'not-taken', 'rejected']],
  ])('of kind %s: each has one, the first that matches', async (kind, expected) => {
    expect(await ids(`${MONDAY}&missedKind=${kind}`)).toEqual(expected);
  });

  test('on a day with hours of its own is out of hours', async () => {
    expect((await one('holiday'))?.missedKind).toBe('out_of_hours');
  });

  test('in a half-hour zone is out of hours by the clock there', async () => {
    expect(await ids('missedKind=out_of_hours', 'kolkata')).toEqual(['kolkata-before']);
    expect(await ids('missedKind=not_taken', 'kolkata')).toEqual(['kolkata-nine']);
  });

  test('on days of 23 and 25 hours is out of hours by the clock on the wall', async () => {
    expect(await ids('missedKind=not_taken', 'berlin')).toEqual(['berlin-first', 'berlin-second']);
    expect(await ids('missedKind=out_of_hours', 'berlin')).toEqual(['berlin-spring', 'berlin-three']);
    const day = 'from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z';
    const { rows } = await stack.rest<{ rows: { inMissed: number }[] }>('GET', `/tenants/berlin/reports/hourly?${day}`);
    expect(rows.map((row) => row.inMissed).slice(0, 6)).toEqual([0, 0, 1, 1, 1, 0]);
  });
});

describe('short abandons', () => {
  test('are left out when asked, and only then: list, figures and the way from one to the other', async () => {
    const left = `${MONDAY}&shortAbandons=exclude`;
    expect(await ids(`${left}&direction=in&answered=false`)).toEqual(MISSED.filter((id) => id !== 'short'));
    expect(await totals('summary', left)).toMatchObject({ in: 9, inAnswered: 2, inMissed: 7, out: 2 });
    expect(await totals('hourly', left)).toEqual({ out: 2, outFailed: 1, in: 9, inMissed: 7 });
    const { counted, leftOut } = await explain('hourly', 'inMissed', left);
    expect(counted.total).toBe(7);
    expect(leftOut.at(-1)).toMatchObject({ why: 'Короткие пропущенные: исключены условием', total: 1 });
    expect(await ids(leftOut.at(-1)?.filter ?? '')).toEqual(['short']);
  });
});

test('missed by an employee is an offer that they did not take, also when another took the call; never a missed call of the company', async () => {
  // of 101: answered-by-second, busy, busy-at-night; of 102: six missed ones and internal-missed
  expect(await totals('offers', MONDAY)).toEqual({ offers: 12, offersNotTaken: 10 });
  expect(await totals('offers', `${MONDAY}&employee=e101`)).toEqual({ offers: 4, offersNotTaken: 3 });
  expect(await totals('offers', `${MONDAY}&employee=e102`)).toEqual({ offers: 8, offersNotTaken: 7 });
  expect(await ids(`${MONDAY}&employee=e101&untakenOffer=true`)).toEqual(['answered-by-second', 'busy', 'busy-at-night']);
  const { rows } = await stack.rest<{ rows: object[] }>('GET', `/tenants/moscow/reports/by-employee-offers?${MONDAY}`);
  expect(rows).toEqual([
    { offeredTo: 'e101', offers: 4, offersNotTaken: 3 },
    { offeredTo: 'e102', offers: 8, offersNotTaken: 7 },
  ]);
  expect(await totals('by-employee-offers', `${MONDAY}&employee=e102`)).toEqual({ offers: 8, offersNotTaken: 7 });
  expect(await totals('offers', `${MONDAY}&direction=internal`)).toEqual({ offers: 1, offersNotTaken: 1 });
});

describe('seconds', () => {
  test('of ringing last from the first ringing to the answer or the end, of talk from the answer to the end', async () => {
    expect(await one('answered')).toMatchObject({ ringSeconds: 4, talkSeconds: 30, durationSeconds: 36 });
    expect(await one('not-taken')).toMatchObject({ ringSeconds: 18, talkSeconds: 0, durationSeconds: 20 });
  });

  test('of waiting are averaged over answered incoming calls, of talk over all answered calls', async () => {
    const { averageWait, averageTalk } = await totals('summary', MONDAY);
    expect(averageWait).toBe((4 + 10) / 2);
    expect(averageTalk).toBe((30 + 60 + 30) / 3);
  });
});

test('the answered rate is answered by incoming without those missed out of hours', async () => {
  expect((await totals('summary', MONDAY)).answeredRate).toBe(2 / (10 - 2));
});

test('a period without calls has counts of zero, and no data where there is nothing to divide by', async () => {
  const { averageTalk, averageWait, answeredRate, ...counts } = await totals(
    'summary',
    'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
  );
  expect([averageTalk, averageWait, answeredRate]).toEqual([null, null, null]);
  expect(Object.values(counts).every((n) => n === 0)).toBe(true);
});

test('a line is taken from the first signalling to the end, by calls with the outside; one that ends frees it for the next', async () => {
  const friday = 'from=2026-11-26T21:00:00Z&to=2026-11-27T21:00:00Z';
  const report = await stack.rest<{ rows: Record<string, unknown>[]; totals: Record<string, unknown> }>(
    'GET',
    `/tenants/moscow/reports/concurrent?${friday}`,
  );
  expect(report.totals).toEqual({ peakLines: 3, peakAt: '2026-11-27T07:00:40.000Z' });
  expect(report.rows.filter((row) => row.peakLines !== 0)).toEqual([
    // it began the day before, and its line is taken from the first moment of this one on
    { hour: '2026-11-26T21:00:00.000Z', peakLines: 1, peakAt: '2026-11-26T21:00:00.000Z' },
    { hour: '2026-11-27T07:00:00.000Z', peakLines: 3, peakAt: '2026-11-27T07:00:40.000Z' },
  ]);
  expect(report.rows[5]).toMatchObject({ peakLines: 0, peakAt: null });
  const at = (moment: string) => ids(`going=${moment}&direction=in,out`);
  expect(await at('2026-11-27T07:00:40Z')).toEqual(['line-first', 'line-out', 'line-rings-only']);
  expect(await at('2026-11-27T07:00:59.999Z')).toEqual(['line-first', 'line-out']);
  expect(await at('2026-11-27T07:01:00Z')).toEqual(['line-out', 'line-takes-over']);
});

describe('every figure explains itself', () => {
  const FIGURES = REPORTS.flatMap((report) =>
    report.measures.map((measure) => [report.id, report.as?.[measure] ?? measure, report.only ?? {}] as const),
  );
  test.each(FIGURES)(
    '%s, %s: what it counts and what it leaves out are all calls, no call twice, as many as the lists have',
    async (report, measure, only) => {
      for (const query of [
        MONDAY,
        `${MONDAY}&direction=in`,
        `${MONDAY}&employee=e101`,
        'from=2026-11-23T07:05:00Z&to=2026-11-23T10:15:00Z',
      ]) {
        const { counted, leftOut, value, division, definition } = await explain(report, measure, query);
        expect(definition).toMatch(/^[А-Я].*\.$/);
        expect(value).toBe((await totals(report, query))[measure]);
        if (division) {
          const by = division.by.value - (division.less?.value ?? 0);
          expect(value).toBe(by === 0 ? null : division.over.value / by);
        }
        const listed = counted.filter === null ? [] : await ids(counted.filter);
        expect(counted.total).toBe(listed.length);
        expect(counted.calls.map((c) => c.id).sort()).toEqual(listed);
        const seen = [...listed];
        for (const part of leftOut) {
          const others = await ids(part.filter);
          expect(others.length, `${measure}: ${part.why}`).toBe(part.total);
          seen.push(...others);
        }
        // a report that is about some calls alone asks about these
        const question = narrow(filterFromQuery(new URLSearchParams(query)), only);
        expect(seen.sort()).toEqual(question ? await ids(filterToQuery(question)) : []);
      }
    },
  );

  test('a mean and a share say both numbers that they divide, and what is taken from the second', async () => {
    const { division } = await explain('summary', 'answeredRate', MONDAY);
    expect([division?.over, division?.by, division?.less].map((one) => [one?.measure, one?.label, one?.value])).toEqual([
      ['inAnswered', 'Принятые входящие', 2],
      ['in', 'Входящие', 10],
      ['outOfHours', 'Вне часов', 2],
    ]);
    expect((await explain('summary', 'averageTalk', MONDAY)).division).toMatchObject({
      over: { measure: 'talkSeconds', value: 120 },
      by: { measure: 'answered', value: 3 },
      less: null,
    });
    expect((await explain('summary', 'in', MONDAY)).division).toBeNull();
  });

  test('the rules that it depends on are said with their values, and no other', async () => {
    const rulesOf = async (report: string, measure: string) =>
      Object.fromEntries((await explain(report, measure, MONDAY)).rules.map(({ id, value }) => [id, value]));
    expect(await rulesOf('summary', 'in')).toEqual({});
    expect(await rulesOf('summary', 'answeredRate')).toEqual({ shortAbandonSeconds: 5, workingHours: true });
    expect(await rulesOf('missed-by-number', 'shortAbandon')).toEqual({ shortAbandonSeconds: 5, workingHours: true });
    expect(await rulesOf('callers', 'repeatCalls')).toEqual({ repeatCallDays: 7 });
    expect(await rulesOf('ad-lines', 'target')).toEqual({ targetTalkSeconds: 30 });
    expect(await rulesOf('service-level', 'serviceLevel')).toEqual({
      ...{ answerWithinSeconds: 20, serviceLevelPercent: 80, serviceWithout: false },
    });
  });

  test('in the language that is asked for, and only its own figures', async () => {
    const { definition, leftOut } = await explain('hourly', 'inMissed', `${MONDAY}&language=en`);
    expect(definition).toMatch(/^Incoming calls that nobody answered/);
    expect(leftOut.map((part) => [part.why, part.total])).toEqual([
      ['Outgoing', 2],
      ['Internal', 1],
      ['They were answered', 2],
    ]);
    const refused = await stack.fetch(`/api/v1/tenants/moscow/reports/hourly/explain?measure=busyHit&${MONDAY}`);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('out, outFailed, in, inMissed');
  });
});
