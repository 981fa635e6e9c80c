import { expect, test } from 'vitest';
import { addressFromQuery, filterOf } from './journal/address.ts';
import { journalHref, pageHref } from './links.ts';
import { presetPeriod } from './period.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');
const today = presetPeriod('today', zone, now);
const opened = (href: string) => filterOf(addressFromQuery(new URL(href, 'http://x').searchParams, zone, now));

test('a figure of the whole period keeps its word, a part of it is named by its instants', () => {
  const missed = { from: today.from, to: today.to, direction: ['in'], answered: false } as const;
  expect(journalHref('a b', missed, today)).toBe('/c/a%20b/journal?direction=in&answered=false');
  expect(journalHref('a', { ...missed, to: today.from + 3_600_000 }, today)).toContain('from=2026-11-24T17:00:00Z&to=2026-11-24T18:00:00Z');
});

test('the journal reads exactly the filter that was meant', () => {
  const filter = { from: today.from, to: now, direction: ['out'], author: ['e1', ''], time: { from: 480, to: 1_200 } } as const;
  expect(opened(journalHref('a', filter, today))).toEqual(filter);
  expect(opened(journalHref('a', { ...filter, to: today.to }, today))).toEqual({ ...filter, to: today.to });
});

test('today without conditions is a question too: else the journal would be asked what it was asked before', () => {
  const href = journalHref('a', { from: today.from, to: today.to }, today);
  expect(href).toBe('/c/a/journal?period=today');
  expect(opened(href)).toEqual({ from: today.from, to: today.to });
});

test('a page without a query has no question mark', () => {
  expect(pageHref('a', '/live')).toBe('/c/a/live');
});
