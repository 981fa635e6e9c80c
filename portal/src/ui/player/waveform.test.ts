import { expect, test } from 'vitest';
import { barPath, barsOf, silencesOf, skippedTo } from './waveform.ts';

const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));

test('segments stand one after another, each as wide as it is long', () => {
  const bars = barsOf(
    [
      { seconds: 3, left: base64(255, 255, 255), right: base64(0, 0, 0) },
      { seconds: 1, left: base64(0), right: base64(255) },
    ],
    4,
  );
  expect(bars).toEqual({ left: [1, 1, 1, 0], right: [0, 0, 0, 1] });
});

test('of many heights a bar shows the highest, quiet ones are raised', () => {
  const [bar = 0] = barsOf([{ seconds: 2, left: base64(10, 64, 3), right: base64(0, 0, 0) }], 1).left;
  expect(bar).toBeCloseTo((64 / 255) ** 0.6);
  expect(bar).toBeGreaterThan(64 / 255);
});

test('bars stand on a line and hang from it; where nothing is heard a dot stays', () => {
  expect(barPath([1, 0], 3, 34, -30)).toBe('M1.5 34v-30.0M4.5 34v-0.6');
  expect(barPath([0.5], 2, 34, 30)).toBe('M1 34v15.0');
});

test('silences are of the whole recording; a little of each is kept when it is skipped', () => {
  const silences = silencesOf([
    { seconds: 10, talk: { silences: [{ from: 2, seconds: 4 }] } },
    { seconds: 5, talk: null },
    { seconds: 10, talk: { silences: [{ from: 1, seconds: 3 }] } },
  ]);
  expect(silences).toEqual([
    { from: 2, to: 6 },
    { from: 16, to: 19 },
  ]);
  expect([1, 2.2, 3, 5.8, 17].map((at) => skippedTo(silences, at))).toEqual([null, null, 5.6, null, 18.6]);
});
