import { readXlsx } from '@callscope/modules/directory/files/xlsx.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

/** Ad lines: figures a second way, in a zone whose hours begin at half past; spend, its audit and who may do what. */

const [DIRECTORY, SITE, OFFICE] = ['74951000122', '74951000124', '74951000100'] as const;
const WEEK = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [{ from: '09:00', to: '18:00' }]]));
const ZONE = '+05:30';
/** Ten days of October and three of September by the clock of Kolkata. */
const FROM = '2026-09-28T00:00:00';
const TO = '2026-10-11T00:00:00';
const instant = (wall: string) => new Date(`${wall}${ZONE}`).toISOString();
const PERIOD = `from=${instant(FROM)}&to=${instant(TO)}`;

let made = 0;
function call(to: string, from: string, wall: string, talk: number): MadeCall {
  const answered = talk > 0;
  return {
    ...{
      id: `ad-${made++}`,
      tenant: 'kolkata',
      domain: 'kolkata.test',
      direction: 'in',
      from,
      to,
      startedAt: Date.parse(`${wall}${ZONE}`),
    },
    ...{ wait: answered ? 6 : 20, talk, code: answered ? 200 : 487, legs: [{ target: '101', after: 1, code: answered ? 200 : 487 }] },
  };
}
const CALLS = [
  // the last minute before the period and the first after it by the clock there; within it by UTC's or Moscow's
  call(DIRECTORY, '79130000001', '2026-09-27T23:58:00', 100),
  call(DIRECTORY, '79130000001', '2026-10-11T00:00:00', 100),
  // Monday 28 September: the same person on both lines, first the site's
  call(SITE, '79130000001', '2026-09-28T09:00:00', 61),
  call(DIRECTORY, '79130000001', '2026-09-28T10:00:00', 90),
  call(DIRECTORY, '79130000002', '2026-09-28T08:59:00', 45),
  call(DIRECTORY, '79130000002', '2026-09-30T17:59:00', 45),
  // exactly thirty seconds are not longer than thirty
  call(DIRECTORY, '79130000003', '2026-10-01T12:00:00', 30),
  call(DIRECTORY, '79130000004', '2026-10-01T18:00:00', 31),
  // a Sunday, and hidden numbers
  call(SITE, '79130000005', '2026-10-04T12:00:00', 120),
  call(SITE, 'anonymous', '2026-10-05T12:00:00', 120),
  call(SITE, 'anonymous', '2026-10-05T13:00:00', 120),
  ...[1, 2, 3].map((n) => call(DIRECTORY, `7913000010${n}`, '2026-10-02T12:00:00', 0)),
  call(SITE, '79130000200', '2026-10-10T23:59:00', 0),
  // the office's number is no ad line
  call(OFFICE, '79130000300', '2026-10-01T12:00:00', 500),
];
const within = CALLS.filter((c) => c.startedAt >= Date.parse(instant(FROM)) && c.startedAt < Date.parse(instant(TO)));

interface Rule {
  talkSeconds: number;
  firstOnly: boolean;
  inWorkingHours: boolean;
  currency: string;
}
interface Figures {
  calls: number;
  unique: number;
  new: number;
  missed: number;
  target: number;
  missedShare: number | null;
  averageTalk: number | null;
  spend: number | null;
  costPerCall: number | null;
  costPerTarget: number | null;
  waiting: number;
  atRisk: number | null;
}
interface Lines {
  lines: (Figures & { number: string; name: string })[];
  totals: Figures;
}

let stack: Stack;
const at = (path: string) => `/tenants/kolkata/ads/${path}`;
const lines = (query = PERIOD) => stack.rest<Lines>('GET', at(`lines?${query}`));
const spend = (...entries: [number: string, month: string, amount: number | null][]) =>
  stack.rest<{ changed: number }>('PUT', at('spend'), { spend: entries.map(([number, month, amount]) => ({ number, month, amount })) });
const kept = async () =>
  (await stack.rest<{ data: { number: string; month: string; amount: number }[] }>('GET', at('spend'))).data.map((s) => [
    s.number,
    s.month,
    s.amount,
  ]);
const USUAL: Rule = { talkSeconds: 30, firstOnly: false, inWorkingHours: false, currency: 'RUB' };
const rule = (change: Partial<Rule>) => stack.rest<Rule>('PUT', at('rule'), { ...USUAL, ...change });
const ids = async (query: string) =>
  (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/kolkata/calls?limit=1000&${query}`)).data.map((c) => c.id).sort();
/** What REST answers to something that is refused. */
async function refused(method: string, path: string, body: unknown, token?: string) {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await stack.fetch(`/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { errors = [] } = (await response.json()) as { errors?: { field: string; message: string }[] };
  return { status: response.status, errors };
}

/** Whether a call is a target call by a rule, worked out by hand. */
function isTarget(c: MadeCall, { talkSeconds, firstOnly, inWorkingHours }: Rule): boolean {
  const fits = (one: MadeCall) => {
    const wall = new Date(one.startedAt + 5.5 * 3_600_000);
    const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes();
    const isOpen = wall.getUTCDay() % 6 !== 0 && minute >= 540 && minute < 1_080;
    return one.talk > talkSeconds && (!inWorkingHours || isOpen);
  };
  if (!fits(c)) return false;
  const first = within.filter((one) => one.from === c.from && fits(one)).sort((a, b) => a.startedAt - b.startedAt)[0];
  return !firstOnly || (c.from !== 'anonymous' && first === c);
}

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/kolkata', {
    name: 'Калькутта',
    domain: 'kolkata.test',
    timezone: 'Asia/Kolkata',
    workingHours: { week: WEEK },
  });
  await stack.rest('PUT', '/tenants/other', { name: 'Другая', domain: 'other.test' });
  await stack.rest('PUT', '/tenants/kolkata/directory', {
    numbers: [
      { number: DIRECTORY, label: 'Справочник', channel: '2ГИС' },
      { number: SITE, label: 'Сайт' },
      { number: OFFICE, label: 'Офис' },
    ],
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
  });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => (await ids('')).length === CALLS.length, 40_000);
});
afterAll(() => stack?.end());

describe('spend', () => {
  test('is kept by line and month in whole kopecks, changed and taken away, and each change is one line of the audit', async () => {
    expect(await spend([SITE, '2026-10', 3_100_000], ['+7 (495) 100-01-22', '2026-09', 900_001])).toEqual({ changed: 2 });
    // the same again is no change
    expect(await spend([SITE, '2026-10', 3_100_000])).toEqual({ changed: 0 });
    expect(await spend([SITE, '2026-10', 6_200_000], [SITE, '2026-08', 5])).toEqual({ changed: 2 });
    expect(await spend([SITE, '2026-08', null])).toEqual({ changed: 1 });
    expect(await kept()).toEqual([
      [DIRECTORY, '2026-09', 900_001],
      [SITE, '2026-10', 6_200_000],
    ]);
    const { data } = await stack.rest<{ data: { subject: string; before: unknown; after: unknown }[] }>(
      'GET',
      '/tenants/kolkata/audit?act=ads.spend',
    );
    expect(data).toHaveLength(3);
    expect(data[0]).toMatchObject({
      subject: `${SITE} 2026-08`,
      before: [{ number: SITE, month: '2026-08', amount: 5 }],
      after: [{ number: SITE, month: '2026-08', amount: null }],
    });
    expect(data[1]).toMatchObject({
      subject: '',
      before: [{ amount: 3_100_000 }, { amount: null }],
      after: [{ amount: 6_200_000 }, { amount: 5 }],
    });
  });

  test('of no own number, of no month, below nothing or of parts of kopecks is refused, and nothing of it is kept', async () => {
    const before = await kept();
    const good = { number: SITE, month: '2026-07', amount: 1 };
    for (const [wrong, field] of [
      [{ ...good, number: '74951000199' }, 'spend.1.number'],
      [{ ...good, month: '2026-13' }, 'spend.1.month'],
      [{ ...good, amount: -1 }, 'spend.1.amount'],
      [{ ...good, amount: 0.5 }, 'spend.1.amount'],
      [good, 'spend.1'],
    ] as const) {
      const { status, errors } = await refused('PUT', at('spend'), { spend: [good, wrong] });
      expect([status, errors[0]?.field]).toEqual([400, field]);
    }
    expect(await kept()).toEqual(before);
  });

  test('is imported whole, or not at all with what is wrong line by line', async () => {
    const csv = `номер;месяц;сумма\n8 495 100-01-24;07.2026;1 000,50\n${OFFICE};2026-07;7`;
    const wrong = await refused('POST', at('spend/import'), { csv: `${csv}\n74951000199;2026-07;1\n${SITE};июль;1` });
    expect(wrong).toMatchObject({ status: 400, errors: [{ field: 'line 4' }, { field: 'line 5' }] });
    expect((await kept()).some(([, month]) => month === '2026-07')).toBe(false);
    expect(await stack.rest('POST', at('spend/import'), { csv })).toEqual({ lines: 2, changed: 2 });
    expect(await kept()).toContainEqual([SITE, '2026-07', 100_050]);
    await spend([SITE, '2026-07', null], [OFFICE, '2026-07', null]);
  });
});

describe('figures', () => {
  const RULES: Partial<Rule>[] = [
    {},
    { talkSeconds: 0 },
    { talkSeconds: 60, inWorkingHours: true },
    { firstOnly: true },
    { talkSeconds: 44, firstOnly: true, inWorkingHours: true },
  ];
  test.each(RULES)('are the calls added up by the rule %o, and the list of each line has as many', async (change) => {
    const now = await rule(change);
    await spend([DIRECTORY, '2026-09', 900_000], [SITE, '2026-10', 6_200_000]);
    const { lines: rows, totals } = await lines();
    expect(rows.map((row) => [row.number, row.name])).toEqual([
      [DIRECTORY, '2ГИС'],
      [SITE, 'Сайт'],
    ]);
    const second = (list: readonly MadeCall[]) => {
      const answered = list.filter((c) => c.talk > 0);
      return {
        ...{ calls: list.length, missed: list.length - answered.length, target: list.filter((c) => isTarget(c, now)).length },
        unique: new Set(list.filter((c) => c.from !== 'anonymous').map((c) => c.from)).size,
        new: list.filter((c) => c.from !== 'anonymous' && !CALLS.some((one) => one.from === c.from && one.startedAt < c.startedAt)).length,
        missedShare: (list.length - answered.length) / list.length,
        averageTalk: answered.reduce((sum, c) => sum + c.talk, 0) / answered.length,
      };
    };
    for (const row of rows) {
      const list = within.filter((c) => c.to === row.number);
      expect(row).toMatchObject(second(list));
      const targets = list.filter((c) => isTarget(c, now)).map((c) => c.id);
      expect(await ids(`${PERIOD}&direction=in&answered=true&target=true&number=${row.number}`)).toEqual(targets.sort());
      // the other way round: together they are all answered ones
      expect(await ids(`${PERIOD}&direction=in&answered=true&target=false&number=${row.number}`)).toHaveLength(
        list.filter((c) => c.talk > 0).length - targets.length,
      );
    }
    expect(totals).toMatchObject(second(within.filter((c) => c.to !== OFFICE)));
    const report = await stack.rest<{ rows: Record<string, unknown>[] }>('GET', `/tenants/kolkata/reports/ad-lines?${PERIOD}`);
    expect(report.rows.find((row) => row.number === SITE)).toMatchObject(second(within.filter((c) => c.to === SITE)));
    await rule({});
  });

  test('of a rule are explained: counted and left out are all calls of the question', async () => {
    await rule({ talkSeconds: 60 });
    const asked = `/tenants/kolkata/reports/ad-lines/explain?measure=target&number=${SITE}&${PERIOD}`;
    const { value, rules, counted, leftOut } = await stack.rest<{
      value: number;
      rules: { id: string; value: number | boolean }[];
      counted: { total: number };
      leftOut: { why: string; total: number; filter: string }[];
    }>('GET', asked);
    expect(rules).toMatchObject([{ id: 'targetTalkSeconds', value: 60 }]);
    const of = within.filter((c) => c.to === SITE);
    expect([value, counted.total]).toEqual([4, 4]);
    expect(counted.total + leftOut.reduce((sum, part) => sum + part.total, 0)).toBe(of.length);
    // another rule: another figure, another explanation
    const now = await rule({ talkSeconds: 44, firstOnly: true });
    const changed = await stack.rest<{ value: number; counted: { total: number }; rules: { id: string; value: number | boolean }[] }>(
      'GET',
      asked,
    );
    const targets = of.filter((c) => isTarget(c, now)).length;
    expect([changed.value, changed.counted.total]).toEqual([targets, targets]);
    expect(changed.rules.map(({ id, value: is }) => [id, is])).toEqual([
      ['targetTalkSeconds', 44],
      ['targetFirstOnly', true],
    ]);
    await rule({});
  });

  test('of money take the days of each month that the period cuts, and cost and risk follow from them', async () => {
    await spend([DIRECTORY, '2026-09', 900_000], [DIRECTORY, '2026-10', 310_000], [SITE, '2026-10', 6_200_000]);
    const { lines: rows, totals } = await lines();
    const [gis, site] = rows;
    // three of thirty days of September, ten of thirty-one of October
    expect(gis?.spend).toBe(90_000 + 100_000);
    expect(site?.spend).toBe(2_000_000);
    const gisCalls = within.filter((c) => c.to === DIRECTORY).length;
    expect(gis).toMatchObject({ costPerCall: Math.round(190_000 / gisCalls), costPerTarget: Math.round(190_000 / 4), waiting: 3 });
    expect(gis?.atRisk).toBe(Math.round((3 * 190_000) / gisCalls));
    expect(totals).toMatchObject({ spend: 2_190_000, waiting: 4 });
    expect(totals.costPerCall).toBe(Math.round(2_190_000 / within.filter((c) => c.to !== OFFICE).length));
    // a line of which nobody has said anything has no cost, and does not make the others cheap
    await spend([SITE, '2026-10', null]);
    await spend([SITE, '2026-01', 100]);
    const without = await lines();
    expect(without.lines[1]).toMatchObject({ spend: null, costPerCall: null, costPerTarget: null, atRisk: null });
    expect(without.totals).toMatchObject({ spend: 190_000, costPerCall: gis?.costPerCall });
    await spend([SITE, '2026-10', 6_200_000], [SITE, '2026-01', null], [DIRECTORY, '2026-10', null]);
  });

  test('of days to come cost nothing yet', async () => {
    const month = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 7);
    const [year = 0, n = 0] = month.split('-').map(Number);
    const days = new Date(Date.UTC(year, n, 0)).getUTCDate();
    const today = Number(new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(8, 10));
    await spend([SITE, month, days * 1_000]);
    const end = new Date(Date.UTC(year, n, 1)).toISOString().slice(0, 10);
    const { lines: rows } = await lines(`from=${instant(`${month}-01T00:00:00`)}&to=${instant(`${end}T00:00:00`)}`);
    expect(rows.find((row) => row.number === SITE)?.spend).toBe(today * 1_000);
    await spend([SITE, month, null]);
  });
});

test('the page as a file has each line and the totals, cell by cell as REST says them', async () => {
  await spend([DIRECTORY, '2026-10', 310_050], [SITE, '2026-10', 6_200_000]);
  await stack.rest('PUT', '/tenants/kolkata/users/boss', { password: PASSWORD, role: 'admin' });
  const boss = new Visitor(stack.portal);
  await boss.signIn('boss', PASSWORD, 'kolkata.test');
  const answer = await boss.ask(`/c/kolkata/ad-lines/file?${PERIOD}&sort=-spend&format=xlsx`);
  expect(answer.status).toBe(200);
  const [table, about] = await readXlsx(Buffer.from(await answer.arrayBuffer()));
  const [head = [], ...rows] = (table?.rows ?? []).map(({ cells }) => cells);
  expect(head.slice(0, 2)).toEqual(['Линия', 'Название']);
  const asked = await lines();
  const money = (kopecks: number | null) => (kopecks === null ? null : Math.round(kopecks) / 100);
  const of = (row: Figures) => [row.target, ...[row.spend, row.costPerCall, row.costPerTarget, row.atRisk].map(money), row.waiting];
  const places = ['Целевые звонки', 'Расход, ₽', 'Цена звонка, ₽', 'Цена целевого, ₽', 'Под риском, ₽', 'Ждут звонка'].map((name) =>
    head.indexOf(name),
  );
  expect(places).not.toContain(-1);
  const figuresIn = (cells: string[]) => places.map((place) => (cells[place] === '' ? null : Number(cells[place])));
  const found = (number: string) => asked.lines.find((line) => line.number === number) as Figures;
  expect(rows.map((cells) => [cells[0], cells[1]])).toEqual([
    [`+${SITE}`, 'Сайт'],
    [`+${DIRECTORY}`, '2ГИС'],
    ['Итого', ''],
  ]);
  expect(rows.map(figuresIn)).toEqual([of(found(SITE)), of(found(DIRECTORY)), of(asked.totals)]);
  expect(about?.rows.map(({ cells }) => cells.join(' ')).join()).toMatch(/Часовой пояс[\s\S]*разговор дольше 30 с/);
  await spend([DIRECTORY, '2026-10', null], [SITE, '2026-10', null]);
});

test('the rule is kept with its audit, and what is no rule is refused', async () => {
  await rule({ talkSeconds: 45, currency: 'KZT' });
  expect(await stack.rest('GET', at('rule'))).toEqual({ ...USUAL, talkSeconds: 45, currency: 'KZT' });
  const { data } = await stack.rest<{ data: unknown[] }>('GET', '/tenants/kolkata/audit?act=ads.rule');
  expect(data[0]).toMatchObject({ before: USUAL, after: { talkSeconds: 45, currency: 'KZT' } });
  for (const wrong of [{ talkSeconds: -1 }, { talkSeconds: 0.5 }, { currency: 'XQQ' }])
    expect((await refused('PUT', at('rule'), { ...USUAL, ...wrong })).status).toBe(400);
  await rule({});
});

test('who may read does not write, who has neither sees nothing, and no company sees another', async () => {
  const token = async (scopes: string[], tenant = 'kolkata') =>
    (await stack.rest<{ token: string }>('POST', `/tenants/${tenant}/tokens`, { name: scopes.join(), scopes })).token;
  const [reader, caller, stranger] = [
    await token(['ads:read']),
    await token(['calls:read']),
    await token(['ads:read', 'ads:write'], 'other'),
  ];
  const body = { spend: [{ number: SITE, month: '2026-06', amount: 1 }] };
  const asked = async (of: string) => [
    (await refused('GET', at('spend'), undefined, of)).status,
    (await refused('GET', at(`lines?${PERIOD}`), undefined, of)).status,
    (await refused('PUT', at('spend'), body, of)).status,
    (await refused('PUT', at('rule'), USUAL, of)).status,
  ];
  expect(await asked(reader)).toEqual([200, 200, 403, 403]);
  expect(await asked(caller)).toEqual([403, 403, 403, 403]);
  expect(await asked(stranger)).toEqual([404, 404, 404, 404]);
  expect((await stack.rest<{ data: unknown[] }>('GET', '/tenants/other/ads/spend')).data).toEqual([]);
});

test('with projects alone one sees the lines of these, enters spend for no other and leaves the rule as it is', async () => {
  await spend([DIRECTORY, '2026-10', 310_000], [SITE, '2026-10', 6_200_000]);
  await stack.rest('PUT', '/tenants/kolkata/users/olga', { password: PASSWORD, role: 'marketing', onlyProjects: true });
  const { id } = await stack.rest<{ id: string }>('POST', '/tenants/kolkata/projects', { name: 'Сайт', numbers: [SITE], groups: [] });
  await stack.rest('PUT', `/tenants/kolkata/projects/${id}/people`, { people: ['olga'], outside: [] });
  const olga = new Visitor(stack.portal);
  await olga.signIn('olga', PASSWORD, 'kolkata.test');
  const text = await (await olga.ask(`/c/kolkata/ad-lines?${PERIOD}`)).text();
  expect([text.includes(`data-line="${SITE}"`), text.includes(DIRECTORY), text.includes('2ГИС')]).toEqual([true, false, false]);
  const before = await kept();
  const form = {
    [`spend:${SITE}:2026-10`]: '1',
    [`was:${SITE}:2026-10`]: '6200000',
    [`spend:${DIRECTORY}:2026-10`]: '2',
    [`was:${DIRECTORY}:2026-10`]: '',
  };
  await olga.ask('/c/kolkata/ad-lines/spend?/save', form);
  expect(await kept()).toEqual(
    before.map(([number, month, amount]) => [number, month, number === SITE && month === '2026-10' ? 100 : amount]),
  );
  await olga.ask('/c/kolkata/ad-lines/spend?/rule', { talkSeconds: '1', currency: 'RUB' });
  expect(await stack.rest('GET', at('rule'))).toEqual(USUAL);
});
