import { expect, test } from 'vitest';
import { periodFromQuery } from '../period.ts';
import { hasFixedDays, questionOf, viewHref } from './query.ts';

const ZONE = 'Asia/Krasnoyarsk';
const NOW = Date.parse('2026-11-26T05:00:00Z');
const DAY = 86_400_000;

test('the same question is the same text, wherever in the list one is and in whatever order it is written', () => {
  const asked = questionOf('journal', '?direction=in&period=yesterday&cursor=abc&side=newer&row=51&limit=100', ZONE, NOW);
  expect(asked).toBe('period=yesterday&direction=in');
  expect(questionOf('journal', 'period=yesterday&direction=in', ZONE, NOW)).toBe(asked);
  expect(questionOf('journal', 'period=today', ZONE, NOW)).toBe('');
  expect(questionOf('missed', 'show=open&cursor=x', ZONE, NOW)).toBe('');
  expect(questionOf('missed', 'period=today&owner=e1', ZONE, NOW)).toBe('period=today&owner=e1');
  expect(questionOf('details', '?page=3&show=lost&sort=-at&period=week', ZONE, NOW)).toBe('show=lost&period=week');
  expect(questionOf('ad-lines', 'period=month&channel=2GIS&sort=-waiting', ZONE, NOW)).toBe('channel=2GIS&sort=-waiting');
  expect(questionOf('statistics', 'chart=bars&hide=inMissed&compare=off&period=week', ZONE, NOW)).toBe(
    'period=week&compare=off&chart=bars&hide=inMissed',
  );
});

test("words of a period stay words: yesterday opened tomorrow is tomorrow's yesterday", () => {
  const query = questionOf('journal', 'period=yesterday&direction=in', ZONE, NOW);
  const opened = (now: number) => periodFromQuery(new URLSearchParams(query), ZONE, now).from;
  expect(opened(NOW + DAY) - opened(NOW)).toBe(DAY);
  expect(hasFixedDays(query)).toBe(false);
});

test('the thirty days of the missed stay the last thirty', () => {
  expect(questionOf('missed', '', ZONE, NOW)).toBe('');
  expect(viewHref('t1', { page: 'missed', query: '' })).toBe('/c/t1/missed?show=open');
  expect(questionOf('missed', 'show=open', ZONE, NOW + DAY)).toBe('');
});

test('days that were chosen stay', () => {
  const query = questionOf('journal', 'from=2026-11-01T00:00:00Z&to=2026-11-05T00:00:00Z', ZONE, NOW);
  expect(hasFixedDays(query)).toBe(true);
  expect(questionOf('journal', query, ZONE, NOW + DAY)).toBe(query);
});

test('a view of today names its period: an address without one asks what was asked last', () => {
  expect(viewHref('t1', { page: 'journal', query: '' })).toBe('/c/t1/journal?period=today');
  expect(viewHref('t1', { page: 'ad-lines', query: '' })).toBe('/c/t1/ad-lines?period=month');
  expect(viewHref('t 1', { page: 'statistics', query: 'chart=bars' })).toBe('/c/t%201/statistics?chart=bars');
});

test('what no page understands is refused', () => {
  expect(() => questionOf('journal', 'direction=sideways', ZONE, NOW)).toThrow(/direction/);
  expect(() => questionOf('missed', 'show=some', ZONE, NOW)).toThrow(/show/);
});
