import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { wordsOf } from '#words/words.ts';
import { countDifference, deltaOf, figureText } from './figures.ts';

const format = createFormat({ locale: 'ru', words: wordsOf('ru').format, zone: 'Asia/Krasnoyarsk', country: 'RU' });

test('colour says what is better, not what is more', () => {
  expect(deltaOf('inAnswered', 253, 233, format)).toEqual({ text: '+8,6\u00a0%', tone: 'good' });
  expect(deltaOf('inMissed', 29, 28, format)).toEqual({ text: '+3,6\u00a0%', tone: 'bad' });
  expect(deltaOf('inMissed', 28, 29, format)?.tone).toBe('good');
  expect(deltaOf('out', 167, 178, format)).toEqual({ text: '\u22126,2\u00a0%', tone: 'neutral' });
});

test('under twenty calls before the difference is in calls', () => {
  expect(deltaOf('inMissed', 5, 19, format)?.text).toBe('\u221214');
  expect(deltaOf('in', 3, 0, format)).toEqual({ text: '+3', tone: 'good' });
  expect(countDifference(25, 20, format)).toBe('+25,0\u00a0%');
});

test('spans differ in the seconds that are shown', () => {
  expect(deltaOf('averageWait', 14.2, 17.4, format)).toEqual({ text: '\u22120:03', tone: 'good' });
  expect(deltaOf('averageWait', 14.4, 13.6, format)).toEqual({ text: '0:00', tone: 'neutral' });
  expect(deltaOf('averageTalk', 198, 192, format)?.tone).toBe('neutral');
});

test('shares differ in points', () => {
  expect(deltaOf('serviceLevel', 0.5, 0.8, format)).toEqual({ text: '\u221230,0\u00a0п.\u00a0п.', tone: 'bad' });
  expect(deltaOf('serviceLevel', 0.80001, 0.8, format)).toEqual({ text: '0,0\u00a0п.\u00a0п.', tone: 'neutral' });
});

test('without calls there is nothing to average and nothing to compare', () => {
  expect(deltaOf('averageWait', null, 12, format)).toBeUndefined();
  expect(figureText('averageWait', { averageWait: null }, format)).toBe('–');
  expect(figureText('in', { in: 1_234 }, format)).toBe('1\u00a0234');
});
