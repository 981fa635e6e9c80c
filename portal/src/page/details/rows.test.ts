import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { expect, test } from 'vitest';
import type { Breakdown, Figure } from '../statistics/breakdown.ts';
import type { DetailsAddress } from './address.ts';
import { type Beside, detailRows } from './rows.ts';

const figure = (id: MeasureId, value: number | null): Figure => ({
  ...{ id, value: value ?? 0, isKnown: value !== null, said: String(value), delta: undefined, was: null, base: null, drill: null },
});
const row = (key: string, label: string, calls: number, mean: number | null) => ({
  ...{ key, label, drill: null, figures: [figure('in', calls), figure('averageTalk', mean)], drawn: [], total: calls, incident: '' },
});
const view = (rows: Breakdown['rows']): Breakdown => ({
  ...{ title: '', definition: '', rule: '', columns: [], rows, series: [], most: 1 },
  totals: [
    figure(
      'in',
      rows.reduce((sum, one) => sum + (one.figures[0]?.value ?? 0), 0),
    ),
  ],
});
const VIEW = view([
  row('73910000122', 'Главный', 6, 30),
  row('73910000133', 'Авито', 3, null),
  row('', 'Без номера', 1, 90),
  row('73910000144', 'Новый 10', 0, null),
  row('73910000145', 'Новый 9', 0, null),
]);
const BESIDE: Beside = {
  note: (key) => (key === '' ? '' : `8 ${key.slice(1, 4)} ${key.slice(4)}`),
  last: new Map([
    ['73910000122', 5_000_000],
    ['', 9_000_000],
  ]),
  ...{ isShared: true, isInOrder: false },
};
const asked = (change: Partial<DetailsAddress>) => ({ sort: { by: 'in', down: true }, find: '', page: 1, ...change });
const labels = (change: Partial<DetailsAddress>) => detailRows(VIEW, BESIDE, asked(change)).found.map(({ label }) => label);

test('rows stand in the order of any column; what has no value comes last, whichever way', () => {
  expect(labels({})).toEqual(['Главный', 'Авито', 'Без номера', 'Новый 9', 'Новый 10']);
  expect(labels({ sort: { by: 'averageTalk', down: true } }).slice(0, 2)).toEqual(['Без номера', 'Главный']);
  expect(labels({ sort: { by: 'averageTalk', down: false } }).slice(0, 2)).toEqual(['Главный', 'Без номера']);
  expect(labels({ sort: { by: 'last', down: true } }).slice(0, 3)).toEqual(['Без номера', 'Главный', 'Авито']);
  expect(labels({ sort: { by: 'key', down: false } })).toEqual(['Авито', 'Без номера', 'Главный', 'Новый 9', 'Новый 10']);
  expect(labels({ sort: { by: 'share', down: false } })[0]).toBe('Новый 9');
});

test('the share is of all calls of the report, of nothing there is none', () => {
  expect(detailRows(VIEW, BESIDE, asked({})).found.map(({ share }) => share)).toEqual([0.6, 0.3, 0.1, 0, 0]);
  expect(detailRows(view([row('a', 'a', 0, null)]), BESIDE, asked({})).found[0]?.share).toBeNull();
  expect(detailRows(VIEW, { ...BESIDE, isShared: false }, asked({})).found[0]?.share).toBeNull();
});

test('names are found by any part of them, numbers however they are written', () => {
  expect(labels({ find: 'нов' })).toEqual(['Новый 9', 'Новый 10']);
  expect(labels({ find: '391-000 01 33' })).toEqual(['Авито']);
  expect(labels({ find: 'нет' })).toEqual([]);
});

test('pages are of fifty rows; one that is no more is the last', () => {
  const many = view(Array.from({ length: 120 }, (_, i) => row(`${i}`, `n${i}`, 200 - i, null)));
  const page = (n: number) => detailRows(many, BESIDE, asked({ page: n }));
  expect([page(1).shown.length, page(3).shown.length, page(3).from, page(3).pages]).toEqual([50, 20, 101, 3]);
  expect([page(9).page, page(9).shown[0]?.key]).toEqual([3, '100']);
});

test('bands, hours and days keep their own order', () => {
  const keys = (down: boolean) =>
    detailRows(VIEW, { ...BESIDE, isInOrder: true }, asked({ sort: { by: 'key', down } })).found.map(({ key }) => key);
  expect(keys(true)).toEqual(keys(false).toReversed());
  expect(keys(false)[0]).toBe('73910000122');
});
