import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { jsonParts } from './json.ts';
import { partOfRows, type Sheet } from './sheet.ts';

const AT = Date.UTC(2026, 10, 27, 17, 2, 11, 5);
const sheet: Sheet = {
  title: 'Журнал',
  plainName: 'journal',
  locale: 'ru',
  zone: 'Asia/Krasnoyarsk',
  columns: [
    { id: 'startedAt', head: 'Начало', kind: 'instant' },
    { id: 'day', head: 'День', kind: 'day' },
    { id: 'time', head: 'Время', kind: 'time' },
    { id: 'from', head: 'Номер', kind: 'phone' },
    { id: 'comment', head: 'Слова', kind: 'text' },
    { id: 'talkSeconds', head: 'Разговор', kind: 'duration' },
    { id: 'share', head: 'Доля', kind: 'share' },
  ],
  rows: [
    partOfRows([{ cells: [AT, AT, AT, '73910000122', 'a "b" \\ \n\t👍\u0001', 61.25, 1 / 3] }]),
    partOfRows([]),
    partOfRows([{ cells: [null, null, null, '101', '', null, Number.NaN] }]),
  ],
  count: 2,
  totals: () => [null, null, null, 'Итого', null, 61.25, null],
  facts: [{ label: 'Период', value: '27 ноября' }],
};
const textOf = async (of: Sheet) => (await buffer(jsonParts(of))).toString('utf8');

test('a program reads the rows by the names of their columns, and what they are', async () => {
  const json = JSON.parse(await textOf(sheet));
  expect(json.columns[0]).toEqual({ id: 'startedAt', head: 'Начало', kind: 'instant' });
  expect(json.rows).toEqual([
    {
      startedAt: '2026-11-27T17:02:11.005Z',
      day: '2026-11-28',
      time: '00:02:11',
      from: '+73910000122',
      comment: 'a "b" \\ \n\t👍\u0001',
      talkSeconds: 61.25,
      share: 1 / 3,
    },
    { startedAt: null, day: null, time: null, from: '101', comment: '', talkSeconds: null, share: null },
  ]);
  expect(json.totals).toMatchObject({ from: 'Итого', talkSeconds: 61.25, share: null });
  expect(json.facts).toEqual([{ label: 'Период', value: '27 ноября' }]);
  expect(json.count).toBe(2);
});

test('without a row and without totals it is JSON too', async () => {
  expect(JSON.parse(await textOf({ ...sheet, rows: [], totals: null }))).toMatchObject({ rows: [], totals: null, count: 0 });
});
