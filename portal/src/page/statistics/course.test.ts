import { incomingByNumber } from '@callscope/analytics/reports/incoming.ts';
import { serviceByGroup } from '@callscope/analytics/reports/service.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { ru } from '#words/ru.ts';
import { figureOf, linesOf } from './course.ts';
import { courseView } from './course-view.ts';

const rows = (values: Record<string, Record<string, number | null>>) => ({
  rows: Object.entries(values).map(([key, figures]) => ({ key, figures })),
  totals: {},
});

test('the eight largest rows have a line each, the others one, and rows of nothing none', () => {
  const many = rows(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`n${i}`, { in: i === 10 ? 0 : 20 - i }])));
  expect(linesOf(incomingByNumber, 'in', many)).toEqual({
    keys: ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'],
    others: ['n8', 'n9'],
  });
});

test('of a share the largest rows are those of most calls, not of the highest share', () => {
  const groups = rows({ few: { offered: 1, serviceLevel: 1 }, many: { offered: 90, serviceLevel: 0.5 } });
  expect(linesOf(serviceByGroup, 'serviceLevel', groups).keys).toEqual(['many', 'few']);
});

test('a figure that the report does not have is its first', () => {
  expect([figureOf(incomingByNumber, 'inMissed'), figureOf(incomingByNumber, 'out'), figureOf(incomingByNumber, undefined)]).toEqual([
    'inMissed',
    'in',
    'in',
  ]);
});

const format = createFormat({ locale: 'ru', words: ru.format, zone: 'Europe/Moscow', country: 'RU' });
const company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES };
const filter = { from: Date.parse('2026-11-23T21:00:00Z'), to: Date.parse('2026-11-25T21:00:00Z') };
const view = (measure: 'talkSeconds' | 'in', values: number[]) =>
  courseView(
    incomingByNumber,
    {
      measure,
      by: 'day',
      keys: ['a'],
      others: ['b', 'c'],
      lines: [
        { key: 'a', values },
        { key: null, values: [1, 0] },
      ],
    },
    [],
    filter,
    company,
    format,
    (n) => `ещё ${n}`,
  );

test('long times are drawn in minutes or hours, and said as they are', () => {
  const talk = view('talkSeconds', [18_000, 3_600]);
  expect(talk.steps.map((step) => step.values['row a'])).toEqual([5, 1]);
  expect(talk.number(5)).toBe('5:00:00');
  expect(view('talkSeconds', [90, 30]).number(90)).toBe('1:30');
});

test('a line of the others is one, and opens the calls of all of them', () => {
  const calls = view('in', [3, 4]);
  expect(calls.series.map(({ label, said }) => [label, said])).toEqual([
    ['a', '7'],
    ['ещё 2', '1'],
  ]);
  expect(calls.series[1]?.drills[1]).toEqual({ ...filter, from: filter.from + 86_400_000, direction: ['in'], number: ['b', 'c'] });
});
