import { expect, test } from 'vitest';
import { passwordFault } from './password-rules.ts';

test('whatever is long enough and not known is taken, signs and spaces included', async () => {
  for (const password of ['длинная фраза с пробелами', 'correct horse battery', 'x7$kQ!pz', 'ivanov-1975-perm'])
    expect(await passwordFault(password), password).toBeNull();
});

test('what everybody tries first is not: also in capitals, and typed with the other keyboard', async () => {
  for (const password of [
    'password1',
    'Password1',
    'QWERTYUIOP',
    '1qaz2wsx',
    '12345678',
    'йцукенгшщз',
    'Зфыыцщкв1'.replace('Зфыыцщкв', 'зфыыцщкв'),
  ])
    expect(await passwordFault(password), password).toBe('known');
});

test('nor one sign again and again, a row, or a name that everybody knows', async () => {
  for (const password of ['zzzzzzzzzz', 'xyxyxyxyxy', '23456789', 'hgfedcba', 'абвгдежз'])
    expect(await passwordFault(password), password).toBe('known');
  expect(await passwordFault('Alfamed.demo', ['admin', 'alfamed.demo'])).toBe('known');
  expect(await passwordFault('alfamed.demo 27', ['admin', 'alfamed.demo'])).toBeNull();
});

test('length is told by itself', async () => {
  expect(await passwordFault('1234567')).toBe('length');
  expect(await passwordFault('x'.repeat(257))).toBe('length');
});
