import { expect, test } from 'vitest';
import { initials } from './initials.ts';
import { matching } from './option.ts';

const OPTIONS = [
  { value: 'e1', label: 'Соколова А. П.', note: '101' },
  { value: 'e2', label: 'Зайцев Пётр', note: '102' },
  { value: 'n1', label: 'Главный', note: '73910000110' },
];
const found = (typed: string) => matching(OPTIONS, typed).map((o) => o.value);

test('people find by the beginning of words, with "е" for "ё" and any case', () => {
  expect(found('сок')).toEqual(['e1']);
  expect(found('ПЕТР зай')).toEqual(['e2']);
  expect(found('')).toEqual(['e1', 'e2', 'n1']);
  expect(found('нет такого')).toEqual([]);
});

test('a number is found by its digits, however they are grouped', () => {
  expect(found('102')).toEqual(['e2']);
  expect(found('391 000')).toEqual(['n1']);
});

test('two letters stand for a name', () => {
  expect(initials('Соколова А. П.')).toBe('СА');
  expect(initials('admin')).toBe('AD');
  expect(initials('')).toBe('');
});
