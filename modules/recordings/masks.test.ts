import { expect, test } from 'vitest';
import { maskedBefore } from './masks.ts';

const part = (startedAt: number | null, seconds: number | null, afterMask = false) => ({ startedAt, seconds, afterMask });

test('a mask is silence as long as it was; a stop is none', () => {
  expect(maskedBefore(part(25_500, 10, true), part(1_000, 12.25))).toBe(12.25);
  expect(maskedBefore(part(25_500, 10), part(1_000, 12.25))).toBe(0);
});

test('without a part before, or with one that overlaps, there is none', () => {
  expect(maskedBefore(part(25_500, 10, true), undefined)).toBe(0);
  expect(maskedBefore(part(5_000, 10, true), part(1_000, 12))).toBe(0);
  expect(maskedBefore(part(null, null, true), part(1_000, 12))).toBe(0);
  expect(maskedBefore(part(5_000, 10, true), part(null, null))).toBe(0);
});

test('a clock that was put years ahead makes no file of years', () => {
  expect(maskedBefore(part(4e12, 10, true), part(1_000, 12))).toBe(86_400);
});
