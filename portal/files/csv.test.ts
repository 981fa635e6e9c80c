import { buffer } from 'node:stream/consumers';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { expect, test } from 'vitest';
import { csvParts } from './csv.ts';
import { type CellKind, type CellValue, partOfRows, type Sheet } from './sheet.ts';

const AT = Date.UTC(2026, 10, 27, 7, 2, 11, 999);
const sheetOf = (columns: [string, CellKind][], rows: CellValue[][], more: Partial<Sheet> = {}): Sheet => ({
  title: 'Журнал',
  plainName: 'journal',
  locale: 'ru',
  zone: 'Asia/Krasnoyarsk',
  columns: columns.map(([head, kind], i) => ({ id: `c${i}`, head, kind })),
  rows: [partOfRows(rows.map((cells) => ({ cells })))],
  count: null,
  totals: null,
  facts: [],
  ...more,
});
const bytesOf = async (sheet: Sheet) => await buffer(csvParts(sheet));
const textOf = async (sheet: Sheet) => (await bytesOf(sheet)).toString('utf8');

const KINDS: [string, CellKind][] = [
  ['Начало', 'instant'],
  ['День', 'day'],
  ['Время', 'time'],
  ['Разговор', 'duration'],
  ['Звонков', 'integer'],
  ['Оценка', 'number'],
  ['Доля', 'share'],
  ['Стоимость', 'money'],
];
const CELLS = [AT, AT, AT, 3_725.4, 1_234, 4.125, 0.8404, 3.6];

test('every kind is written as a table program of the language computes with it', async () => {
  expect(await textOf(sheetOf(KINDS, [CELLS]))).toBe(
    '\ufeffНачало;День;Время;Разговор;Звонков;Оценка;"Доля, %";Стоимость\r\n27.11.2026 14:02:11;27.11.2026;14:02:11;1:02:05;1234;4,125;84,0;3,60\r\n',
  );
  expect(await textOf(sheetOf(KINDS, [CELLS], { locale: 'en' }))).toBe(
    '\ufeffНачало,День,Время,Разговор,Звонков,Оценка,"Доля, %",Стоимость\r\n2026-11-27 14:02:11,2026-11-27,14:02:11,1:02:05,1234,4.125,84.0,3.60\r\n',
  );
});

test('no data is an empty cell, and a day of talk more than 24 hours', async () => {
  const nothing = KINDS.map(() => null);
  expect((await textOf(sheetOf(KINDS, [nothing]))).split('\r\n')[1]).toBe(';;;;;;;');
  expect((await textOf(sheetOf([['a', 'duration']], [[100_000], [0], [59.6]]))).split('\r\n').slice(1, 4)).toEqual([
    '27:46:40',
    '0:00:00',
    '0:01:00',
  ]);
});

test('numbers of telephones and what a program would compute come back as they were, and nothing is a formula', async () => {
  const texts = [
    '=1+1',
    '-5',
    '@a',
    '\tx',
    '\rx',
    "'=1",
    '+7 391',
    ' a ',
    'a"b',
    'a;b',
    'a,b',
    'две\nстроки',
    '👍',
    'Я'.repeat(300),
    "'x",
    '0',
    '0042',
    '123456789012',
    '12345678901',
    '0.5',
  ];
  const phones = ['73910000122', '88001234567', '101', '007', 'anna'];
  const rows = [...texts.map((text) => [text, '']), ...phones.map((phone) => ['', phone])];
  const bytes = await bytesOf(
    sheetOf(
      [
        ['Текст', 'text'],
        ['Номер', 'phone'],
      ],
      rows,
    ),
  );
  expect(
    readCsv(bytes)
      .rows.slice(1)
      .map(({ cells }) => cells),
  ).toEqual([...texts.map((text) => [text, '']), ['', '+73910000122'], ['', '+88001234567'], ['', '101'], ['', '007'], ['', 'anna']]);
  for (const kept of [";'+73910000122", ";'007", "'0042;", "'123456789012;", '12345678901;', '0;', '0.5;'])
    expect(bytes.toString()).toContain(`\r\n${kept}`);
  for (const cell of bytes.toString('utf8').split(/[;\r\n]+/)) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
});

test('a number below zero is a number, not a text that looks like a formula', async () => {
  expect(
    (
      await textOf(
        sheetOf(
          [
            ['Δ', 'integer'],
            ['x', 'number'],
          ],
          [[-5, -1.5]],
        ),
      )
    ).split('\r\n')[1],
  ).toBe('-5;-1,5');
});

test('clocks that go back show an hour twice, those that go forward none', async () => {
  const instants = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'];
  const rows = instants.map((text) => [Date.parse(text)]);
  expect((await textOf(sheetOf([['a', 'instant']], rows, { zone: 'Europe/Berlin' }))).split('\r\n').slice(1, 5)).toEqual([
    '25.10.2026 02:30:00',
    '25.10.2026 02:30:00',
    '29.03.2026 01:59:59',
    '29.03.2026 03:00:00',
  ]);
});

test('one BOM and head however many parts there are, the totals at the end, asked for after the rows', async () => {
  let read = 0;
  async function* parts() {
    for (const part of [[{ cells: ['a', 1] }], [], [{ cells: ['b', 2] }]]) {
      read += part.length;
      yield partOfRows(part);
    }
  }
  const columns: [string, CellKind][] = [
    ['Имя', 'text'],
    ['Звонков', 'integer'],
  ];
  const text = await textOf(sheetOf(columns, [], { rows: parts(), totals: () => ['Итого', read] }));
  expect(text).toBe('\ufeffИмя;Звонков\r\na;1\r\nb;2\r\nИтого;2\r\n');
});
