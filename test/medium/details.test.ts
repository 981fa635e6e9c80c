import { MISSED_KINDS } from '@callscope/core/domain/result.ts';
import { startOfDay, wallClock } from '@callscope/core/domain/zone.ts';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { DOMAIN, PASSWORD, Visitor } from './visitor.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Half an hour beside the hour, so that days and hours are the company's. */
const ZONE = 'Asia/Kolkata';
const LAST = startOfDay(ZONE, Date.parse('2026-11-17T12:00:00Z'));
const iso = (at: number) => new Date(at).toISOString();
const periodOf = (from: number, to: number) => `from=${iso(from)}&to=${iso(to)}`;
/** A week, and the one before it. */
const WEEK = periodOf(LAST - 6 * DAY, LAST + DAY);
const BEFORE = periodOf(LAST - 13 * DAY, LAST - 6 * DAY);
const NUMBERS = ['73910000122', '73910000133', '73910000144'];
const SILENT = '73910000199';

/** The same numbers each time: a test that fails fails again. */
let seed = 7;
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};
function madeCall(i: number): MadeCall {
  const isOut = random(3) === 0;
  const employee = random(2) === 0 ? '101' : '102';
  const talk = random(3) === 0 ? 0 : 5 + random(400);
  const code = random(2) === 0 ? 486 : 487;
  const outside = `7913000${1000 + random(25)}`;
  const own = NUMBERS[random(NUMBERS.length)] ?? '';
  const target = isOut ? outside : employee;
  return {
    ...{ id: `made-${i}`, tenant: 't1', domain: DOMAIN, direction: isOut ? 'out' : 'in' },
    ...{ from: isOut ? employee : outside, to: isOut ? outside : own, talk, code, wait: 3 + random(30) },
    startedAt: LAST - 13 * DAY + random(14 * 24 * 60) * 60_000 + i * 17,
    legs: [{ target, after: 1, code: talk > 0 ? 200 : code }],
  };
}
const MADE = Array.from({ length: 400 }, (_, i) => madeCall(i));

interface Call {
  id: string;
  direction: string;
  result: string;
  missedKind: string | null;
  from: string;
  number: string | null;
  startedAt: string;
  endedAt: string;
  talkSeconds: number;
}
interface Case {
  id: string;
  status: string;
  from: string;
  number: string | null;
  openedAt: string;
  missedCalls: string[];
  attempts: number;
  offered: { id: string }[];
  attemptedBy: { id: string }[];
}

let stack: Stack;
let admin: Visitor;
beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN, timezone: ZONE });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [...NUMBERS, SILENT].map((number, i) => ({ number, label: i === 0 ? 'Главный' : '' })),
    employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: `Сотрудник ${x}`, extensions: [x] })),
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await sendTcp(
    stack.ports.events,
    MADE.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => (await calls()).length === MADE.length, 60_000);
  const isMissedCall = (c: Call) => c.direction === 'in' && c.result !== 'answered';
  await until(
    'every missed call has a case',
    async () => {
      const known = new Set((await cases()).flatMap((one) => one.missedCalls));
      return (await calls()).filter(isMissedCall).every(({ id }) => known.has(id));
    },
    60_000,
  );
  admin = new Visitor(stack.portal);
  expect((await admin.signIn('admin')).status).toBe(303);
});
afterAll(() => stack?.end());

const calls = async (query = '') => (await stack.rest<{ data: Call[] }>('GET', `/tenants/t1/calls?limit=1000&${query}`)).data;
const cases = async (query = '') => (await stack.rest<{ data: Case[] }>('GET', `/tenants/t1/cases?limit=1000&${query}`)).data;

async function file(path: string, who = admin): Promise<string[][]> {
  const response = await who.ask(`/c/t1/${path}&format=csv`);
  expect(response.status, path).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.csv"; filename\*=UTF-8''.+\.csv$/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  return readCsv(bytes).rows.map(({ cells }) => cells);
}
/** As the file has it: what the clock of the company showed. */
function moment(at: string): string {
  const wall = new Date(wallClock(ZONE, Date.parse(at))).toISOString();
  const [, y, m, d, time] = /^(\d+)-(\d+)-(\d+)T(\d\d:\d\d:\d\d)/.exec(wall) ?? [];
  return `${d}.${m}.${y} ${time}`;
}
const percent = (share: number) => (Math.round(share * 1_000) / 10).toFixed(1).replace('.', ',');
const span = (seconds: number) => {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(whole / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
};
const answered = (list: readonly Call[]) => list.filter((c) => c.result === 'answered');
const talk = (list: readonly Call[]) => span(list.reduce((sum, c) => sum + c.talkSeconds, 0));
const last = (list: readonly Call[]) =>
  moment(
    list
      .map((c) => c.startedAt)
      .sort()
      .at(-1) ?? '',
  );

describe('files of the detail pages, counted a second way from the list of calls', () => {
  test('incoming: every own number, the silent one too', async () => {
    const list = (await calls(WEEK)).filter((c) => c.direction === 'in');
    expect(list.length).toBeGreaterThan(80);
    const expected = [...NUMBERS, SILENT]
      .map((number) => ({ number, of: list.filter((c) => c.number === number) }))
      .sort((a, b) => b.of.length - a.of.length || a.number.localeCompare(b.number))
      .map(({ number, of }) => [
        ...[`+${number}`, number === NUMBERS[0] ? 'Главный' : '', String(of.length), String(answered(of).length)],
        ...[String(of.length - answered(of).length), talk(of), percent(of.length / list.length), of.length > 0 ? last(of) : ''],
      ]);
    const [, ...rows] = await file(`details/file?${WEEK}`);
    expect(
      rows
        .slice(0, -1)
        .map(([number]) => number)
        .toSorted(),
    ).toEqual(expected.map(([number]) => number).toSorted());
    for (const row of expected) expect(rows).toContainEqual(row);
    expect(rows[0]).toEqual(expected[0]);
    expect(rows.at(-1)?.slice(0, 6)).toEqual([
      ...['Итого', '', String(list.length), String(answered(list).length), String(list.length - answered(list).length), talk(list)],
    ]);
  });

  test('outgoing: by account, under an employee alone', async () => {
    const list = (await calls(WEEK)).filter((c) => c.direction === 'out');
    const [, ...rows] = await file(`details/file?show=out&${WEEK}&sort=key`);
    expect(rows.slice(0, -1)).toEqual(
      ['101', '102'].map((x) => {
        const of = list.filter((c) => c.from === x);
        return [
          ...[x, `Сотрудник ${x}`, String(of.length), String(answered(of).length), talk(of)],
          ...[percent(of.length / list.length), last(of)],
        ];
      }),
    );
    const [, ...own] = await file(`details/file?show=out&${WEEK}&author=e102`);
    expect(own.map(([account, , n]) => [account, n])).toEqual([
      ['102', String(list.filter((c) => c.from === '102').length)],
      ['Итого', String(list.filter((c) => c.from === '102').length)],
    ]);
  });

  test('missed: each call, and how it ended', async () => {
    const list = (await calls(WEEK)).filter((c) => c.direction === 'in' && c.result !== 'answered');
    const byCall = new Map((await cases()).flatMap((one) => one.missedCalls.map((id) => [id, one] as const)));
    const words: Record<string, string> = { open: 'Ждёт', calledBack: 'Перезвонили', gotThrough: 'Дозвонился сам' };
    const [, ...rows] = await file(`details/file?show=missed&${WEEK}`);
    expect(rows.map((cells) => [`${cells[0]} ${cells[1]}`, cells[2], cells[3], cells[7]])).toEqual(
      list.map((c) => [moment(c.startedAt), `+${c.from}`, `+${c.number}`, words[byCall.get(c.id)?.status ?? '']]),
    );
    expect(new Set(rows.map((cells) => cells[7])).size).toBe(3);
  });

  test('lost: cases of the period that nobody has got through to, under conditions too', async () => {
    const of = async (query: string, test: (c: Call) => boolean) => {
      const ids = new Set((await calls(WEEK)).filter(test).map(({ id }) => id));
      const open = (await cases('status=open')).filter((one) => ids.has(one.id));
      const [, ...rows] = await file(`details/file?show=lost&${WEEK}${query}`);
      expect(rows.map((cells) => [`${cells[0]} ${cells[1]}`, cells[2], cells[5], cells[7]])).toEqual(
        open
          .toSorted((a, b) => b.openedAt.localeCompare(a.openedAt))
          .map((one) => [moment(one.openedAt), `+${one.from}`, String(one.missedCalls.length), String(one.attempts)]),
      );
      return open.length;
    };
    const all = await of('', () => true);
    const some = await of(`&number=%2B${NUMBERS[1]}`, (c) => c.number === NUMBERS[1]);
    expect([some > 0, some < all]).toEqual([true, true]);
  });

  test.each(['incoming-by-employee', 'missed-by-number', 'outgoing-shares', 'hourly', 'daily', 'week-hours', 'service-level'])(
    'the block %s says what the report says',
    async (id) => {
      const { rows, totals } = await stack.rest<{ rows: unknown[]; totals: Record<string, number | null> }>(
        'GET',
        `/tenants/t1/reports/${id}?${WEEK}&author=e101`,
      );
      const [head = [], ...body] = await file(`statistics/file/${id}?${WEEK}&author=e101`);
      const figures = Object.values(totals);
      // a report without rows is one line of figures
      expect(body).toHaveLength(id === 'service-level' ? 1 : rows.length + 1);
      const [first = null] = figures;
      expect(body.at(-1)?.[head.length - figures.length]).toBe(
        first === null ? '' : id === 'service-level' ? percent(first) : String(first),
      );
    },
  );

  test('an employee has their own calls in every one of them', async () => {
    await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
    const anna = new Visitor(stack.portal);
    expect((await anna.signIn('anna')).status).toBe(303);
    const own = await calls(`${WEEK}&employee=e101`);
    const all = await calls(WEEK);
    const [incoming, missedOnes] = [own, own.filter((c) => c.result !== 'answered')].map((list) =>
      list.filter((c) => c.direction === 'in'),
    );
    expect([own.length > 0, own.length < all.length]).toEqual([true, true]);
    expect((await file(`details/file?${WEEK}`, anna)).at(-1)?.[2]).toBe(String(incoming?.length));
    expect(await file(`details/file?show=missed&${WEEK}`, anna)).toHaveLength(1 + (missedOnes?.length ?? 0));
    expect((await file(`details/file?show=out&${WEEK}`, anna)).map(([account]) => account)).toEqual(['Учётка', '101', 'Итого']);
    expect((await file(`statistics/file/incoming-by-number?${WEEK}`, anna)).at(-1)?.[2]).toBe(String(incoming?.length));
    const concerns = (one: Case) => [...one.offered, ...one.attemptedBy].some(({ id }) => id === 'e101');
    const open = (await cases(`status=open&${WEEK}`)).filter(concerns);
    expect(await file(`details/file?show=lost&${WEEK}`, anna)).toHaveLength(1 + open.length);
  });

  test('a report that the page does not have is not there', async () => {
    expect((await admin.ask(`/c/t1/statistics/file/yearly?${WEEK}`)).status).toBe(404);
    expect((await admin.ask(`/c/t1/statistics/file/hourly?${periodOf(LAST - 300 * DAY, LAST)}`)).status).toBe(400);
  });
});

test('missed calls stand in the order of any column, page by page', async () => {
  const list = (await calls(WEEK)).filter((c) => c.direction === 'in' && c.result !== 'answered');
  expect(list.length).toBeGreaterThan(50);
  const wait = (c: Call) => Date.parse(c.endedAt) - Date.parse(c.startedAt);
  const orders: Record<string, (c: Call) => string | number> = {
    ...{ at: (c: Call) => c.startedAt, from: (c: Call) => c.from, number: (c: Call) => c.number ?? '' },
    ...{ wait, reason: (c: Call) => (MISSED_KINDS as readonly (string | null)[]).indexOf(c.missedKind) },
  };
  for (const [by, value] of Object.entries(orders))
    for (const down of [true, false]) {
      const shown: string[] = [];
      for (let page = 1; page <= Math.ceil(list.length / 50); page++) {
        const html = await (await admin.ask(`/c/t1/details?show=missed&${WEEK}&sort=${down ? '-' : ''}${by}&page=${page}`)).text();
        shown.push(...[...html.matchAll(/data-missed="(made-[^"]+)"/g)].map((m) => m[1] ?? ''));
      }
      const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
      const expected = list.toSorted(
        (a, b) =>
          (down ? compare(value(b), value(a)) : compare(value(a), value(b))) || compare(b.startedAt, a.startedAt) || compare(b.id, a.id),
      );
      expect(shown, `${by} ${down}`).toEqual(expected.map(({ id }) => id));
    }
});

describe('compare over REST', () => {
  interface Change {
    before: number | null;
    delta: number | null;
    percent: number | null;
    better: string | null;
  }
  interface Compared {
    rows: Record<string, string | number | null>[];
    totals: Record<string, number | null>;
    comparison?: { from: string; to: string; rows: (Record<string, Change> | null)[]; totals: Record<string, Change> };
  }
  const report = (id: string, query: string) => stack.rest<Compared>('GET', `/tenants/t1/reports/${id}?${query}`);

  test('every figure beside what the report says of that period by itself', async () => {
    const ids = ['incoming-by-number', 'outgoing-by-account', 'outgoing-shares', 'incoming-totals', 'daily', 'hourly', 'service-level'];
    for (const id of ids) {
      const then = await report(id, BEFORE);
      const { rows, totals, comparison } = await report(id, `${WEEK}&compare=previous`);
      expect([comparison?.from, comparison?.to], id).toEqual([LAST - 13 * DAY, LAST - 6 * DAY].map((at) => iso(at)));
      expect(comparison?.rows).toHaveLength(rows.length);
      const figures = Object.keys(totals);
      for (const name of figures) {
        const { before, delta, percent } = comparison?.totals[name] ?? {};
        const [is, was] = [totals[name] ?? null, then.totals[name] ?? null];
        expect(before, `${id} ${name}`).toBe(was);
        expect(delta).toBe(is === null || was === null ? null : is - was);
        if (is !== null && was) expect(percent).toBeCloseTo((is / was - 1) * 100, 6);
      }
      rows.forEach((row, i) => {
        const keyOf = (one: Record<string, unknown>) => JSON.stringify(Object.entries(one).filter(([name]) => !figures.includes(name)));
        const moved = Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            name === 'day' || name === 'hour' ? iso(Date.parse(String(value)) - 7 * DAY) : value,
          ]),
        );
        const past = then.rows.find((one) => keyOf(one) === keyOf(moved));
        for (const name of figures) {
          const was = past ? (past[name] ?? null) : null;
          const change = comparison?.rows[i]?.[name];
          if (past) expect(change?.before, `${id} ${i} ${name}`).toBe(was);
          else expect([0, null]).toContain(change?.before ?? null);
        }
      });
    }
  });

  test('which way is better, what is wrong, and off', async () => {
    const { comparison } = await report('incoming-totals', `${WEEK}&compare=2026-11-04`);
    expect([comparison?.from, comparison?.totals.in?.better, comparison?.totals.missed?.better]).toEqual([
      ...[iso(startOfDay(ZONE, Date.parse('2026-11-04T12:00:00Z'))), 'more', 'less'],
    ]);
    expect((await report('incoming-totals', `${WEEK}&compare=off`)).comparison).toBeUndefined();
    expect((await report('incoming-totals', WEEK)).comparison).toBeUndefined();
    for (const query of [`${WEEK}&compare=sometime`, 'compare=weeks']) {
      const refused = await stack.fetch(`/api/v1/tenants/t1/reports/incoming-totals?${query}`);
      expect([refused.status, ((await refused.json()) as { errors: { field: string }[] }).errors.map(({ field }) => field)]).toEqual([
        400,
        ['compare'],
      ]);
    }
  });

  test('a period that is running is compared up to the same moment, and hours to come with nothing', async () => {
    const today = startOfDay(ZONE, Date.now());
    const { comparison } = await report('hourly', `${periodOf(today, startOfDay(ZONE, today, 1))}&compare=weeks`);
    const until = Date.parse(comparison?.to ?? '');
    expect(Math.abs(until - (Date.now() - 7 * DAY))).toBeLessThan(60_000);
    const isLate = (i: number) => today + i * HOUR >= until + 7 * DAY + 60_000;
    comparison?.rows.forEach((row, i) => {
      if (isLate(i)) expect(row, String(i)).toBeNull();
    });
    expect(comparison?.rows[0]).not.toBeNull();
  });
});
