import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { DEFAULT_TARGET_CALL } from '@callscope/core/domain/target-call.ts';
import { describe, expect, test } from 'vitest';
import { MEASURES, type MeasureId } from '../catalog/measures.ts';
import { chartOf } from '../present/chart.ts';
import { reportJson } from '../present/rest.ts';
import { tableOf } from '../present/table.ts';
import { defineReport } from '../reports/define.ts';
import { hourly } from '../reports/hourly.ts';
import { incomingByNumber } from '../reports/incoming.ts';
import { REPORTS, reportOf } from '../reports/index.ts';
import { offersByEmployee } from '../reports/offers.ts';
import { summary } from '../reports/summary.ts';
import { answerOf, courseOf } from './answer.ts';
import { compile } from './compile.ts';
import { drill, drillCourse } from './drill.ts';
import { filterFromQuery } from './filter.ts';
import { type Company, planCourse, planFigures, planReport } from './plan.ts';

const MOSCOW: Company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES, target: DEFAULT_TARGET_CALL };
const DAY = 'from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z';
const plan = (query: string, company = MOSCOW, report: Parameters<typeof planReport>[0] = hourly) =>
  planReport(report, filterFromQuery(new URLSearchParams(query)), company);

describe('where an answer is read', () => {
  test.each([
    [DAY, 'quarters'],
    [`${DAY}&direction=in&result=busy&answered=false&missedKind=busy_hit`, 'quarters'],
    [`${DAY}&shortAbandons=exclude`, 'quarters'],
    [`${DAY}&employee=e101`, 'rows'],
    [`${DAY}&talkMin=5`, 'rows'],
    ['from=2026-11-23T21:00:00Z&to=2026-11-24T20:59:00Z', 'rows'],
  ])('%s from %s', (query, source) => {
    expect(plan(query).source).toBe(source);
  });

  test('half-hour zones are quarters too, and so are sums of time', () => {
    const kolkata = { zone: 'Asia/Kolkata', country: 'IN', rules: DEFAULT_RULES };
    expect(plan('from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z', kolkata).source).toBe('quarters');
    expect(plan(DAY, MOSCOW, summary).source).toBe('quarters');
    expect(planFigures(['calls', 'inMissed'], {}, MOSCOW).source).toBe('quarters');
  });
});

describe('a long period', () => {
  const MONTH = 'from=2026-10-23T21:00:00Z&to=2026-11-23T21:00:00Z';
  test.each([
    ['summary', MONTH, 'quarters'],
    ['summary', '', 'quarters'],
    ['summary', `${MONTH}&number=74951000101`, 'days'],
    ['summary', `${MONTH}&author=e1&group=g`, 'days'],
    ['incoming-by-number', `${MONTH}&direction=in&answered=false`, 'days'],
    ['incoming-by-number', `${MONTH}&author=e1`, 'rows'],
    ['incoming-by-employee', `${MONTH}&group=g`, 'days'],
    ['incoming-by-employee', `${MONTH}&number=74951000101`, 'rows'],
    ['by-group', `${MONTH}&employee=e1`, 'rows'],
    ['by-group', `${MONTH}&weekday=1`, 'rows'],
    ['outgoing-shares', MONTH, 'days'],
    ['outgoing-shares', `${MONTH}&talkMin=5`, 'rows'],
    ['offers', MONTH, 'days'],
    ['offers', `${MONTH}&employee=e1`, 'rows'],
    ['by-employee-offers', MONTH, 'days'],
    ['outgoing-by-account', MONTH, 'days'],
    ['service-level', MONTH, 'quarters'],
    ['service-level', `${MONTH}&waitMin=3`, 'rows'],
    ['service-level', `${MONTH}&number=74951000101`, 'rows'],
    ['service-by-group', MONTH, 'days'],
    ['service-by-group', `${MONTH}&author=e1`, 'rows'],
    ['week-hours', MONTH, 'quarters'],
    ['week-hours', `${MONTH}&number=74951000101`, 'rows'],
    ['by-group', 'from=2026-11-21T21:00:00Z&to=2026-11-23T21:00:00Z', 'rows'],
  ])('of %s?%s is read from %s', (id, query, source) => {
    expect(plan(query, MOSCOW, reportOf(id)).source).toBe(source);
  });

  test('is read from the rows where projections do not tell apart what is asked: offers of a part, waiting beside a figure', () => {
    const offered = plan(MONTH, MOSCOW, offersByEmployee);
    expect(compile(offered).sql).toContain('sumMap(');
    const within = { employees: ['e101'], groups: [], numbers: [] };
    expect(compile({ ...offered, company: { ...MOSCOW, within } }).sql).not.toContain('sumMap(');
    const level = plan(MONTH, MOSCOW, reportOf('service-level'));
    const waited = { direction: ['in' as const], answered: true, waitMin: 20.001 };
    expect(compile(level, [{ answered: true }, waited]).sql).toContain('quarter');
    const totals = plan(MONTH, MOSCOW, reportOf('incoming-totals'));
    expect(compile(totals, [{ answered: true }]).sql).toContain('quarter');
    expect(compile(totals, [waited]).sql).not.toContain('quarter');
  });

  test('is whole days of UTC and what is left at its ends, each once', () => {
    const sql = (query: string) => compile(plan(query, MOSCOW, reportOf('incoming-by-number')));
    const { sql: both, params } = sql(MONTH);
    expect(both.match(/UNION ALL/g)).toHaveLength(1);
    const at = (name: string) => new Date(Number(params[name]) / 1_000).toISOString();
    expect([at('from'), at('firstDay'), at('endDay'), at('to')]).toEqual([
      '2026-10-23T21:00:00.000Z',
      '2026-10-24T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
      '2026-11-23T21:00:00.000Z',
    ]);
    expect(sql('from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z').sql).not.toContain('UNION');
    expect(sql('').sql).not.toContain('toDate');
  });
});

describe('SQL', () => {
  test.each(REPORTS.map((r) => [r.id, r] as const))('of %s names the company and holds no value that a person gave', (_, report) => {
    const { sql, params } = compile(
      plan(
        `${DAY}&number=8 (495) 100-01-01&caller=O'Hara*,!x&dialled=_&text=%25&employee=e'1&author=-&group=g&time=08:00-20:00`,
        MOSCOW,
        report,
      ),
    );
    expect(sql).toContain('tenant = {tenant: String}');
    expect(params).not.toHaveProperty('tenant');
    expect(sql).not.toMatch(/Hara|e'1|Moscow|7495/);
    expect(params).toMatchObject({ number: ['74951000101'], caller0: "O'Hara%", dialled: ['_'], employee: ["e'1"], author: [''] });
    for (const name of Object.keys(params)) expect(sql).toContain(`{${name}: `);
    for (const [, name] of sql.matchAll(/\{(\w+): /g)) if (name !== 'tenant') expect(params).toHaveProperty(name as string);
  });

  test('of offers counts those to the employees that are asked about, and to whoever sees only their own calls', () => {
    const sql = (query: string, company = MOSCOW) => compile(plan(query, company, offersByEmployee)).sql;
    expect(sql(DAY)).not.toContain('has(');
    expect(sql(`${DAY}&employee=e101`).match(/has\(\{employee: Array\(String\)\}, e\)/g)).toHaveLength(3);
    expect(
      sql(DAY, { ...MOSCOW, within: { employees: ['e101'], groups: [], numbers: [] } }).match(
        /has\(\{onlyEmployees: Array\(String\)\}, e\)/g,
      ),
    ).toHaveLength(3);
  });

  test('a word that the store does not know is a mistake of ours, not SQL', () => {
    expect(() => compile(planFigures(['calls'], { direction: ["in' OR 1" as 'in'] }, MOSCOW))).toThrow('direction knows');
  });

  test('figures over everything have no condition of their own', () => {
    expect(compile(planFigures(['calls'], {}, MOSCOW)).sql).toMatch(/sum\(n\) AS calls/);
    expect(compile(planFigures(['calls'], { caller: '101' }, MOSCOW)).sql).toMatch(/count\(\) AS calls/);
  });
});

describe('a period', () => {
  test('is needed where hours are rows, and has an end', () => {
    expect(() => plan('direction=in')).toThrow(/^from: hourly needs a period.*; to: /);
    expect(() => plan('from=2026-10-01T00:00:00Z&to=2026-11-02T00:00:00Z')).toThrow(/^to: .*at most 31 days/);
    expect(plan('', MOSCOW, summary).starts).toBeNull();
  });

  test('of 31 days may hold the hour that the clock gives back', () => {
    const october = 'from=2026-09-30T22:00:00Z&to=2026-10-31T23:00:00Z';
    expect(plan(october, { zone: 'Europe/Berlin', country: 'DE', rules: DEFAULT_RULES }).starts).toHaveLength(31 * 24 + 1);
  });
});

describe('an answer', () => {
  const berlin = plan('from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z', { zone: 'Europe/Berlin', country: 'DE', rules: DEFAULT_RULES });
  const second = (text: string) => Date.parse(text) / 1_000;
  const answer = answerOf(berlin, [
    { key: String(second('2026-10-25T00:00:00Z')), out: '3', outFailed: '1', in: '2', inMissed: '0' },
    { key: String(second('2026-10-25T01:00:00Z')), out: '5', outFailed: '0', in: '0', inMissed: '0' },
  ]);

  test('has a row for every hour, the hour shown twice is two', () => {
    expect(answer.rows).toHaveLength(25);
    expect(answer.rows[0]).toEqual({ key: '2026-10-24T22:00:00.000Z', figures: { out: 0, outFailed: 0, in: 0, inMissed: 0 } });
    expect(answer.rows.slice(2, 4).map((row) => row.figures.out)).toEqual([3, 5]);
    expect(answer.totals).toEqual({ out: 8, outFailed: 1, in: 2, inMissed: 0 });
  });

  test('as REST has the columns of the contract', () => {
    const json = reportJson(hourly, answer, DEFAULT_RULES, 'ru');
    expect(json.columns.map((c) => [c.id, c.label, c.type])).toEqual([
      ['hour', 'Час', 'instant'],
      ['out', 'Исходящие', 'integer'],
      ['outFailed', 'Неуспешные исходящие', 'integer'],
      ['in', 'Входящие', 'integer'],
      ['inMissed', 'Неотвеченные входящие', 'integer'],
    ]);
    expect(json.rows[2]).toEqual({ hour: '2026-10-25T00:00:00.000Z', out: 3, outFailed: 1, in: 2, inMissed: 0 });
  });

  test('as table and chart carries the calls behind every mark', () => {
    const table = tableOf(berlin, answer);
    expect(table.rows[2]?.cells[2]).toEqual({
      value: 1,
      drill: { from: Date.parse('2026-10-25T00:00:00Z'), to: Date.parse('2026-10-25T01:00:00Z'), direction: ['out'], answered: false },
    });
    expect(table.totals.map((cell) => cell.value)).toEqual([null, 8, 1, 2, 0]);
    const chart = chartOf(berlin, answer);
    expect(chart?.series.map((s) => [s.id, s.mark.symbol, s.total, s.points.length])).toEqual([
      ['out', 'square', 8, 25],
      ['outFailed', 'hatched', 1, 25],
      ['in', 'circle', 2, 25],
      ['inMissed', 'triangle-down', 0, 25],
    ]);
    expect(chart?.series[1]?.points[2]).toEqual(table.rows[2]?.cells[2]);
    expect(chart?.categories[3]?.interval).toEqual({ from: Date.parse('2026-10-25T01:00:00Z'), to: Date.parse('2026-10-25T02:00:00Z') });
  });

  test('makes means of sums, and none of nothing', () => {
    const strip = plan(DAY, MOSCOW, summary);
    const full = answerOf(strip, [{ in: '4', inAnswered: '2', talkSeconds: '9500', answered: '4', waitSeconds: '3000' }]);
    expect(full.rows[0]).toMatchObject({ key: null, figures: { averageTalk: 2.375, averageWait: 1.5, in: 4, out: 0 } });
    expect(answerOf(strip, [{ answered: 0 }]).totals).toMatchObject({ averageTalk: null, in: 0 });
    expect(chartOf(strip, full)).toBeNull();
  });
});

describe('a course', () => {
  const week = 'from=2026-11-16T21:00:00Z&to=2026-11-24T21:00:00Z';
  const course = (query: string, measure: MeasureId = 'in') =>
    planCourse(incomingByNumber, measure, 'day', ['74951000101', ''], filterFromQuery(new URLSearchParams(query)), MOSCOW);

  test('tells its rows apart by place, so that no name stands for the others', () => {
    const { sql, params } = compile(course(week));
    expect(sql).toContain('indexOf({across: Array(String)}, number) AS across');
    expect(sql).toContain('GROUP BY key, across');
    expect(params).toMatchObject({ across: ['74951000101', ''] });
    const second = Date.parse('2026-11-17T21:00:00Z') / 1_000;
    const lines = courseOf(course(week), [
      { key: second, across: 1, in: 3 },
      { key: second, across: 2, in: 1 },
      { key: second, across: 0, in: '7' },
    ]);
    expect(lines.map(({ key, values }) => [key, values[1], values.filter((value) => value !== 0).length])).toEqual([
      ['74951000101', 3, 1],
      ['', 1, 1],
      [null, 7, 1],
    ]);
  });

  test('of numbers of callers needs no row for all together', () => {
    expect(compile(course(week, 'uniqueCallers')).sql).not.toContain('GROUPING SETS');
  });

  test('opens the calls of a point, of the others by all their names, and none of what cannot be', () => {
    const day = { from: Date.parse('2026-11-17T21:00:00Z'), to: Date.parse('2026-11-18T21:00:00Z') };
    const start = new Date(day.from).toISOString();
    expect(drillCourse(course(week), start, ['74951000101'])).toEqual({ ...day, direction: ['in'], number: ['+74951000101'] });
    expect(drillCourse(course(week), start, ['74951000102', '101'])).toEqual({
      ...day,
      direction: ['in'],
      number: ['+74951000102', '101'],
    });
    expect(drillCourse(course(week), start, [])).toBeNull();
    expect(drillCourse(course(`${week}&direction=out`), start, ['101'])).toBeNull();
  });
});

describe('drill-down', () => {
  test('stays within the period when it cuts an hour', () => {
    const cut = plan('from=2026-11-24T07:20:00Z&to=2026-11-24T08:00:00Z');
    expect(drill(cut, '2026-11-24T07:00:00.000Z', null)).toEqual({
      from: Date.parse('2026-11-24T07:20:00Z'),
      to: Date.parse('2026-11-24T08:00:00Z'),
    });
  });

  test('of a figure that the filter rules out leads nowhere', () => {
    expect(drill(plan(`${DAY}&direction=out`), null, 'inMissed')).toBeNull();
  });
});

describe('the catalogue', () => {
  test.each(Object.keys(MEASURES) as MeasureId[])('%s is said in both languages, in sentences', (id) => {
    const { label, definition } = MEASURES[id];
    for (const words of [label, definition]) for (const text of Object.values(words)) expect(text).toMatch(/\S/);
    for (const text of Object.values(definition)) expect(text).toMatch(/\.$/);
  });

  test('a report that contradicts itself does not start', () => {
    expect(() => defineReport({ ...hourly, mostDays: null })).toThrow('needs mostDays');
    expect(() => defineReport({ ...hourly, measures: ['in', 'in'] })).toThrow('twice');
    expect(() => defineReport({ ...hourly, chart: { kind: 'bar', series: ['internal'] } })).toThrow('draws internal');
  });
});
