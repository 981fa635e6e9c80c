import { expect, test } from 'vitest';
import { dayFromText, hoursFromText, hoursToText, talkFromText, talkToText } from './patterns.ts';

test.each([
  ['8-20', { from: 480, to: 1200 }],
  ['8:30–20', { from: 510, to: 1200 }],
  ['14', { from: 840, to: 900 }],
  ['22-6', { from: 1320, to: 360 }],
  ['0-24', { from: 0, to: 1440 }],
  ['8-8', null],
  ['25', null],
  ['soon', null],
])('hours %s', (text, hours) => {
  expect(hoursFromText(text)).toEqual(hours);
});

test.each([
  ['30', 30, undefined],
  ['30-60', 30, 60],
  ['-60', undefined, 60],
  ['1:30', 90, undefined],
  ['1:00–2:00', 60, 120],
])('talk %s', (text, talkMin, talkMax) => {
  expect(talkFromText(text)).toEqual({ talkMin, talkMax });
});

test('what is no span is refused, what is comes back', () => {
  expect(['', '-', 'long', '60-30', '1:99'].map(talkFromText)).toEqual([null, null, null, null, null]);
  for (const text of ['30', '30–60', '–60', '20.001', '0.5–59.999']) expect(talkToText(talkFromText(text) ?? {})).toBe(text);
  expect(hoursToText({ from: 510, to: 1200 })).toBe('8:30–20');
});

test('a day without its year is the last one that has come', () => {
  expect(dayFromText('23.11', '2026-11-25')).toBe('2026-11-23');
  expect(dayFromText('26.11', '2026-11-25')).toBe('2025-11-26');
  expect(dayFromText('1.2.24', '2026-11-25')).toBe('2024-02-01');
  expect(dayFromText('2026-02-30', '2026-11-25')).toBe(null);
  expect(dayFromText('31.11', '2026-11-25')).toBe(null);
});
