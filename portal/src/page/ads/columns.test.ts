import type { LineFigures } from '@callscope/portal/ads/lines.ts';
import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { format as words } from '#words/ru/format.ts';
import { type ColumnId, changeOf, sorted, textOf } from './columns.ts';
import { typedAmount } from './field.ts';

const format = createFormat({ locale: 'ru', words, zone: 'Asia/Krasnoyarsk', country: 'RU' });
const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');
const change = (id: ColumnId, value: number | null, base: number | null) => {
  const found = changeOf(id, value, base, format);
  return found && [plain(found.text), found.tone];
};

test('money is kopecks, shown in whole units, small prices with their kopecks', () => {
  const text = (id: ColumnId, kopecks: number | null, currency: string | null) => plain(textOf(id, kopecks, format, currency));
  expect(text('spend', 9_200_050, 'RUB')).toBe('92 001 ₽');
  expect([text('costPerCall', 4_550, 'RUB'), text('costPerCall', 10_050, null), text('costPerCall', null, 'RUB')]).toEqual([
    '45,50 ₽',
    '101',
    '–',
  ]);
  expect([text('costPerTarget', 0, 'KZT'), text('spend', 100, 'USD')]).toEqual(['0 ₸', '1 $']);
});

test('a change is good or bad by what it means, and nothing where there is nothing to compare', () => {
  expect(change('missedShare', 0.1, 0.3)).toEqual(['−20,0 п. п.', 'good']);
  expect(change('missedShare', 0.3, 0.1)).toEqual(['+20,0 п. п.', 'bad']);
  expect(change('target', 14, 10)).toEqual(['+4', 'good']);
  expect(change('target', 30, 40)).toEqual(['−25,0 %', 'bad']);
  expect(change('costPerTarget', 47_500, 23_750)).toEqual(['+100,0 %', 'bad']);
  expect(change('spend', 200, 100)).toEqual(['+100,0 %', 'neutral']);
  expect(change('costPerCall', 100, 100)).toEqual(['0,0 %', 'neutral']);
  expect([change('costPerCall', null, 100), change('spend', 100, null), change('waiting', 1, 2)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('lines are sorted by a column, what is not known last either way', () => {
  const line = (name: string, costPerTarget: number | null) =>
    ({ name, number: name, costPerTarget }) as LineFigures & { name: string; number: string };
  const lines = [line('b', 3), line('d', null), line('a', 3), line('c', 1)];
  const order = (down: boolean) => sorted(lines, 'costPerTarget', down).map(({ name }) => name);
  expect([order(false), order(true)]).toEqual([
    ['c', 'a', 'b', 'd'],
    ['a', 'b', 'c', 'd'],
  ]);
});

test('what stands in a field is what was entered', () => {
  expect([typedAmount(undefined, 'ru'), typedAmount(18_600_000, 'ru'), typedAmount(5, 'ru'), typedAmount(18_600_050, 'en')]).toEqual([
    '',
    '186000',
    '0,05',
    '186000.50',
  ]);
});
