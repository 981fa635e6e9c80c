import { answerOf, type StoreRow } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { wordsOf } from '#words/words.ts';
import { comparedWith } from './comparison.ts';
import type { HourlyData } from './hourly-load.ts';
import { type HourChoice, hourViewOf } from './hours.ts';
import { presetPeriod } from './period.ts';

const company = { zone: 'Asia/Kolkata', country: 'IN', rules: DEFAULT_RULES };
/** Wednesday 25 November 2026, 14:20 in Kolkata, half an hour off the full hour */
const now = Date.parse('2026-11-25T08:50:00Z');
const format = createFormat({ locale: 'ru', words: wordsOf('ru').format, ...company, now: () => now });
const { from, to } = presetPeriod('today', company.zone, now);
const today: CallFilter = { from, to };

/** @param rows local hours of the first day -> incoming calls */
function answer(filter: CallFilter, rows: Record<number, number>): HourlyData['answer'] {
  const found = Object.entries(rows).map(
    ([hour, calls]): StoreRow => ({ key: (filter.from ?? 0) / 1_000 + Number(hour) * 3_600, in: calls, inMissed: 1, out: 0, outFailed: 0 }),
  );
  return answerOf(planReport(hourly, filter, company), found);
}
const viewOf = (filter: CallFilter, rows: Record<number, number>, choice?: HourChoice) =>
  hourViewOf(filter, company, { answer: answer(filter, rows), compared: null }, format, choice);

test('hours are those of the wall clock, and the last one ends at 24:00', () => {
  const { hours, series } = viewOf(today, { 12: 7 });
  expect(hours).toHaveLength(24);
  expect(hours.map((h) => h.label).filter((_, at) => at % 23 === 0)).toEqual([
    { start: '0:00', end: '1:00' },
    { start: '23:00', end: '24:00' },
  ]);
  expect(hours[12]?.values).toEqual({ out: 0, outFailed: 0, in: 7, inMissed: 1 });
  expect(series.map((s) => [s.id, s.mark, s.tone])).toEqual([
    ['out', 'square', 'outgoing'],
    ['outFailed', 'hatched', 'failed'],
    ['in', 'circle', 'answered'],
    ['inMissed', 'triangle', 'missed'],
  ]);
});

test('a mark opens the calls that it counts', () => {
  const filter: CallFilter = { ...today, author: ['e1'] };
  const { hours, series, calls } = viewOf(filter, { 12: 7 });
  const [noon, missed] = [hours[12] ?? null, series[3] ?? null];
  const start = from + 12 * 3_600_000;
  expect(calls(noon, missed)).toEqual({ author: ['e1'], direction: ['in'], answered: false, from: start, to: start + 3_600_000 });
  expect(calls(noon, null)).toEqual({ author: ['e1'], from: start, to: start + 3_600_000 });
  expect(calls(null, missed)).toEqual({ ...filter, direction: ['in'], answered: false });
  expect(calls(null, null)).toEqual(filter);
});

test('hours that were not asked for are not drawn, those of a long period say their day', () => {
  expect(viewOf({ ...today, time: { from: 510, to: 720 } }, {}).hours.map((h) => h.label.start)).toEqual([
    '8:00',
    '9:00',
    '10:00',
    '11:00',
  ]);
  expect(viewOf({ ...today, time: { from: 1_320, to: 90 } }, {}).hours.map((h) => h.label.start)).toEqual([
    '0:00',
    '1:00',
    '22:00',
    '23:00',
  ]);
  const week = presetPeriod('week', company.zone, now);
  const { hours } = viewOf({ from: week.from, to: week.to, weekday: [2] }, {});
  expect([hours.length, hours[0]?.label.day]).toEqual([24, '24.11']);
});

test('trimmed to the working day, but never past a call', () => {
  expect(viewOf(today, {}, { trim: true }).hours).toHaveLength(12);
  const { hours } = viewOf(today, { 5: 1, 21: 2 }, { trim: true });
  expect([hours[0]?.label.start, hours.at(-1)?.label.end]).toEqual(['5:00', '22:00']);
});

test('behind each hour stands the same one a week before', () => {
  const compared = comparedWith({ from, to }, company.zone, now);
  const before = { ...compared, answer: answer({ from: compared.from, to: compared.to }, { 9: 4 }), current: { in: 2 } };
  const { comparison } = hourViewOf(today, company, { answer: answer(today, {}), compared: before }, format);
  expect(comparison).toMatchObject({ label: '18\u00a0ноября', current: { in: 2 } });
  expect(comparison?.hours[9]).toMatchObject({ in: 4 });
  expect(comparison?.hours[10]).toMatchObject({ in: 0 });
});
