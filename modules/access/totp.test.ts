import { expect, test } from 'vitest';
import { base32, newTotpSecret, stepOfCode, totpCode } from './totp.ts';

/** RFC 6238, appendix B, SHA-1. */
const SECRET = base32(Buffer.from('12345678901234567890'));

test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('RFC 6238: at %d s the code is %s', (seconds, code) => {
  expect(totpCode(SECRET, Math.floor(seconds / 30), 8)).toBe(code);
});

test('a code is good in its step and one aside, and not again', () => {
  const step = 50_000_000;
  const code = totpCode(SECRET, step);
  const at = (s: number) => s * 30_000;
  for (const s of [step - 1, step, step + 1]) expect(stepOfCode(SECRET, code, at(s), 0)).toBe(step);
  for (const s of [step - 2, step + 2]) expect(stepOfCode(SECRET, code, at(s), 0)).toBeNull();
  expect(stepOfCode(SECRET, code, at(step), step)).toBeNull();
});

test('a secret is 160 bits that base32 can say', () => {
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
});
