import { peopleFor } from '@callscope/analytics/forecast/erlang.ts';
import type { ForecastAnswer, ForecastHour } from '@callscope/analytics/forecast/forecast.ts';
import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { forecast as words } from '#words/ru/forecast.ts';
import { format as formatWords } from '#words/ru/format.ts';
import { peopleMade } from './made.ts';

const format = createFormat({ locale: 'ru', words: formatWords, zone: 'Asia/Krasnoyarsk', country: 'RU' });
const HOUR = 3_600_000;
const start = Date.parse('2026-11-27T03:00:00Z');
const target = { share: 0.8, seconds: 20, shrinkage: 0.3 };
const answer: ForecastAnswer = { forecast: null, historyDays: 30, availableFrom: null, handleSeconds: 180, target };
const hour = (n: number, expected: number, people: number | null): ForecastHour => ({
  ...{ start: start + n * HOUR, end: start + (n + 1) * HOUR, expected, low: 0, high: 0, people, peopleHigh: people },
  ...{ open: true, actual: null },
});

test('the busiest hour with what goes into the formula, and what the formula gives', () => {
  const people = peopleFor({ calls: 42, seconds: 180 }, target);
  const { said, steps } = peopleMade([hour(0, 10, 2), hour(1, 42, people)], answer, format, words);
  expect(said).toBe(String(people));
  expect(steps.map((step) => `${step.sign} ${step.said}`.replaceAll(/[\u00a0\u202f]/g, ' ').trim())).toEqual([
    '11:00, 27.11',
    '42,0',
    '× 3:00',
    '= 2,10',
    '80 % за 20 с',
    '30 %',
    `= ${people}`,
  ]);
});

test('without a length of calls there is no number and no formula', () => {
  expect(peopleMade([hour(0, 10, null)], { ...answer, handleSeconds: null }, format, words)).toMatchObject({
    said: format.none,
    steps: [],
  });
});
