import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { csvParts } from './csv.ts';
import { jsonParts } from './json.ts';
import { CELL_KINDS, type Cells, type CellValue, cellAt, type Sheet, type SheetPart } from './sheet.ts';
import { xlsxParts } from './xlsx.ts';

/** What a store may hold: numbers of telephones, what programs compute, what formats have a meaning for, no text at all. */
const TEXTS = [
  ...['73910000122', '101', '007', '123456789012', '4951000101', 'a84b4c76e66710@127.0.0.30', '', '=1+1', '+7', '-5', '@a', "'x"],
  ...[
    '\tx',
    'a\tb',
    'a;b',
    'a,b',
    'a"b',
    '"',
    'a\nb',
    '\rx',
    ' x',
    'x ',
    'a&b<c>',
    '_x0041_',
    '\u0001',
    '\u007f',
    '\\',
    'Соколова Анна',
    '👍',
    'я;я',
  ],
  ...['1'.repeat(250), 'x'.repeat(250), 'ё'.repeat(250)],
];
const AT = new Date(Date.UTC(2026, 10, 28));

function lying(texts: readonly string[]): Cells {
  const bytes = texts.map((text) => Buffer.from(text));
  const ends = new Uint32Array(texts.length);
  // the first does not begin where the bytes do
  let end = 3;
  bytes.forEach((one, i) => {
    end += one.length;
    ends[i] = end;
  });
  return {
    as: 'texts',
    bytes: Buffer.concat([Buffer.from('abc'), ...bytes]),
    starts: ends.map((one, i) => one - (bytes[i]?.length ?? 0)),
    ends,
  };
}

function words(values: readonly CellValue[]): Cells {
  const each = [...new Set(values)];
  return { as: 'words', words: each, which: Uint16Array.from(values, (value) => each.findIndex((one) => Object.is(one, value))) };
}

const sheetOf = (columns: readonly Cells[], kinds: Sheet['columns'][number]['kind'][], parts = 1): Sheet => {
  const part: SheetPart = { rows: TEXTS.length, columns, keyOf: (row) => (row % 3 === 0 ? `${row}` : undefined) };
  return {
    ...{ title: 'Звонки', plainName: 'calls', locale: 'ru', zone: 'Europe/Moscow', count: null, facts: [] },
    columns: kinds.map((kind, i) => ({ id: `c${i}`, head: `Столбец ${i}`, kind })),
    hrefOf: (key) => `https://callscope.example/${key}`,
    rows: Array.from({ length: parts }, () => part),
    totals: () => kinds.map(() => null),
  };
};

const FORMATS = { csv: csvParts, json: jsonParts, xlsx: (sheet: Sheet) => xlsxParts(sheet, undefined, AT) };

test.each(Object.entries(FORMATS))('%s: rows as they lie in the store are written as the same rows made one by one', async (_, parts) => {
  const kinds = ['text', 'phone', 'text', 'phone'] as const;
  const columns = [lying(TEXTS), lying(TEXTS), words(TEXTS), words(TEXTS.map((text) => text || null))];
  const made = columns.map((cells): Cells => ({ as: 'values', values: TEXTS.map((_, row) => cellAt(cells, row)) }));
  expect(await buffer(parts(sheetOf(columns, [...kinds], 3)))).toEqual(await buffer(parts(sheetOf(made, [...kinds], 3))));
});

test.each(Object.entries(FORMATS))('%s: words of every kind are written as values are', async (_, parts) => {
  const some = [0, 1, null, Number.NaN, 1_795_445_573_123, -3.5, 'x'];
  const values = TEXTS.map((_, i) => some[i % some.length] ?? null);
  const all = CELL_KINDS.map(() => words(values));
  const made = CELL_KINDS.map((): Cells => ({ as: 'values', values }));
  expect(await buffer(parts(sheetOf(all, [...CELL_KINDS])))).toEqual(await buffer(parts(sheetOf(made, [...CELL_KINDS]))));
});

test('bytes that are no UTF-8 do not come into a file', async () => {
  const cells: Cells = { as: 'texts', bytes: Buffer.from([0x61, 0xff, 0xc3]), starts: Uint32Array.of(0), ends: Uint32Array.of(3) };
  for (const parts of Object.values(FORMATS).slice(0, 2)) {
    const sheet = { ...sheetOf([cells], ['text']), rows: [{ rows: 1, columns: [cells] }] };
    expect((await buffer(parts(sheet))).toString('utf8')).toContain('a\ufffd\ufffd');
  }
});
