import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readTables } from '@callscope/modules/directory/files/read.ts';
import { openZip } from '@callscope/modules/directory/files/zip.ts';
import { afterAll, describe, expect, test } from 'vitest';
import { type CellKind, type CellValue, partOfRows, type Sheet } from './sheet.ts';
import { xlsxParts } from './xlsx.ts';
import { TabNames } from './xlsx-package.ts';

const AT = Date.UTC(2026, 10, 27, 7, 2, 11, 999);
const dir = mkdtempSync(join(tmpdir(), 'callscope-xlsx-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const OFFICE = officeOf();
if (OFFICE === null)
  console.warn('SKIPPED, workbooks are not opened by another program: libreoffice is not on PATH (apt-get install libreoffice-calc)');
function officeOf(): string | null {
  for (const name of ['libreoffice', 'soffice']) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return name;
    } catch {
      // the other name
    }
  }
  return null;
}

/** Rows of each sheet as LibreOffice shows them, by name; what it takes for text stands in quotes. */
function opened(bytes: Buffer): Map<string, string[]> {
  const file = join(dir, 'table.xlsx');
  writeFileSync(file, bytes);
  // «;», quotes round all text, cells as they are shown, every sheet
  const filter = 'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,true,false,false,-1';
  const home = `-env:UserInstallation=file://${join(dir, 'home')}`;
  execFileSync(OFFICE ?? '', [home, '--headless', '--convert-to', filter, '--outdir', join(dir, 'csv'), file], { stdio: 'ignore' });
  const found = new Map(
    readdirSync(join(dir, 'csv')).map((name) => [
      name.replace(/^table-|\.csv$/g, ''),
      readFileSync(join(dir, 'csv', name), 'utf8')
        .trimEnd()
        .split('\n'),
    ]),
  );
  rmSync(join(dir, 'csv'), { recursive: true });
  return found;
}

const hrefOf = (key: string) => `https://cs.example/${key}`;
const sheetOf = (columns: [string, CellKind][], rows: CellValue[][], more: Partial<Sheet> = {}): Sheet => ({
  title: 'Звонки',
  plainName: 'calls',
  locale: 'ru',
  zone: 'Asia/Krasnoyarsk',
  columns: columns.map(([head, kind], i) => ({ id: `c${i}`, head, kind })),
  rows: [partOfRows(rows.map((cells) => ({ cells })))],
  count: null,
  totals: null,
  facts: [],
  ...more,
});
const bytesOf = async (sheet: Sheet, mostRows?: number) => await buffer(xlsxParts(sheet, mostRows));
const partOf = async (bytes: Buffer, name: string) => (await openZip(bytes).read(name)).toString('utf8');
const cellsOf = (xml: string) => [...xml.matchAll(/<c r="([A-Z]+\d+)"[^>]*><v>([^<]*)</g)].map(([, place, value]) => [place, value]);

const TEXTS = ['=1+1', '+7 391', '-5', '@a', "'=1", '007', '1.5', 'a\tb', ' a ', 'две\nстроки', '<b>&"', '_x000D_', '👍', 'Я'.repeat(300)];
const PHONES = ['73910000122', '88001234567', '101', '007', 'anna'];
const KINDS: [string, CellKind][] = [
  ['Начало', 'instant'],
  ['День', 'day'],
  ['Время', 'time'],
  ['Разговор', 'duration'],
  ['Звонков', 'integer'],
  ['Оценка', 'number'],
  ['Доля', 'share'],
];

test('texts come back as they were, whatever they begin with, and no cell is a formula', async () => {
  const rows = [...TEXTS.map((text) => [text, '']), ...PHONES.map((phone) => ['', phone])];
  const bytes = await bytesOf(
    sheetOf(
      [
        ['Текст', 'text'],
        ['Номер', 'phone'],
      ],
      rows,
    ),
  );
  const [table, about] = await readTables(bytes);
  expect(table?.name).toBe('Звонки');
  expect(table?.rows.slice(1).map(({ cells }) => cells)).toEqual([
    ...TEXTS.map((text) => [text]),
    ...['+73910000122', '+88001234567', '101', '007', 'anna'].map((phone) => ['', phone]),
  ]);
  expect(about?.name).toBe('О выгрузке');
  const xml = await partOf(bytes, 'xl/worksheets/sheet1.xml');
  expect(xml).not.toContain('<f>');
  expect(cellsOf(xml)).toEqual([]);
});

test('what no program shows is left out, and a cell has 32,767 letters at most, none of them half', async () => {
  const [table] = await readTables(
    await bytesOf(sheetOf([['a', 'text']], [['a\u0001\u001f\ufffeb\r\nc'], ['\u0002'], [`${'a'.repeat(32_766)}👍`], ['\ud800x']])),
  );
  expect(table?.rows.slice(1).map(({ cells }) => cells[0])).toEqual(['ab\nc', 'a'.repeat(32_766), 'x']);
});

test('moments, spans and numbers are what Excel computes with, and no data is no cell', async () => {
  const bytes = await bytesOf(sheetOf(KINDS, [[AT, AT, AT, 100_000, 1_234, 4.125, 0.8404], KINDS.map(() => null)]));
  expect(cellsOf(await partOf(bytes, 'xl/worksheets/sheet1.xml'))).toEqual([
    // 50,531 seconds of a day, cut to the second and rounded up by less than a microsecond
    ['A2', '46353.58484953704'],
    ['B2', '46353'],
    ['C2', '0.58484953704'],
    ['D2', '1.15740740741'],
    ['E2', '1234'],
    ['F2', '4.125'],
    ['G2', '0.8404'],
  ]);
});

test('what a sheet does not hold goes on in another, with its own head, filter and links; totals are at the end of the last', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => ({ cells: [`строка ${i}`, i], key: `c/${i}?a=1&b=2` }));
  const columns: [string, CellKind][] = [
    ['Имя', 'text'],
    ['Звонков', 'integer'],
  ];
  // a head, three rows and a place for the totals
  const more = {
    hrefOf,
    title: "It's [все]: 'да'",
    rows: [rows.slice(0, 4), [], rows.slice(4)],
    totals: () => ['Итого', 36],
    locale: 'en',
  } as const;
  const bytes = await bytesOf(sheetOf(columns, [], { ...more, rows: more.rows.map(partOfRows) }), 5);
  const tables = await readTables(bytes);
  expect(tables.map(({ name, rows }) => [name, rows.length])).toEqual([
    ["It's все 'да", 4],
    ["It's все 'да (2)", 4],
    ["It's все 'да (3)", 5],
    ['About', 2],
  ]);
  expect(tables[2]?.rows.at(-1)?.cells).toEqual(['Итого', '36']);
  const third = await partOf(bytes, 'xl/worksheets/sheet3.xml');
  expect(third).toContain('<autoFilter ref="A1:B4"/><hyperlinks><hyperlink ref="A2" r:id="rId1"/>');
  expect(await partOf(bytes, 'xl/worksheets/_rels/sheet3.xml.rels')).toContain(
    'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="https://cs.example/c/6?a=1&amp;b=2"',
  );
  const workbook = await partOf(bytes, 'xl/workbook.xml');
  expect(workbook).toContain(`localSheetId="2" hidden="1">'It''s все ''да (3)'!$A$1:$B$4<`);
  expect(workbook).not.toContain('localSheetId="3"');
});

test('a full last sheet has its totals too, and rows that just fit make no empty sheet', async () => {
  const columns: [string, CellKind][] = [['a', 'integer']];
  const sheet = sheetOf(columns, [[1], [2], [3]], { totals: () => [6] });
  expect((await readTables(await bytesOf(sheet, 5))).map(({ rows }) => rows.map(({ cells }) => cells[0]))).toEqual([
    ['a', '1', '2', '3', '6'],
    ['Звонки', 'Строк'],
  ]);
  const empty = await readTables(await bytesOf(sheetOf(columns, []), 5));
  expect(empty.map(({ rows }) => rows.length)).toEqual([1, 2]);
});

test('links are no more than Excel opens', async () => {
  const rows = Array.from({ length: 65_600 }, (_, i) => ({ cells: [i], key: `${i}` }));
  rows[0] = { cells: [0], key: 'x'.repeat(2_100) };
  const bytes = await bytesOf(sheetOf([['a', 'integer']], [], { rows: [partOfRows(rows)], hrefOf }));
  const xml = await partOf(bytes, 'xl/worksheets/sheet1.xml');
  expect(xml.match(/<hyperlink /g)).toHaveLength(65_530);
  expect(xml.match(/<hyperlink ref="([A-Z0-9]+)"/)?.[1]).toBe('A3');
  expect((await partOf(bytes, 'xl/worksheets/_rels/sheet1.xml.rels')).match(/<Relationship /g)).toHaveLength(65_530);
});

test('names of sheets are those that Excel takes, each once', () => {
  const names = new TabNames();
  expect(names.take('Журнал')).toBe('Журнал.');
  expect(names.take("'a/b\\c?*[d]:e'")).toBe('a b c d e');
  expect(names.take('x'.repeat(40))).toBe('x'.repeat(31));
  expect(names.take('X'.repeat(40))).toBe(`${'X'.repeat(27)} (2)`);
  expect(names.take('?')).toBe('–');
});

describe.skipIf(OFFICE === null)('opened by LibreOffice', () => {
  test('every cell is of its kind and shows what CSV says', { timeout: 180_000 }, async () => {
    const columns: [string, CellKind][] = [...KINDS, ['Текст', 'text'], ['Номер', 'phone']];
    const instants = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'];
    const dst = instants.map((text) => [Date.parse(text), Date.parse(text), Date.parse(text), 59.6, -5, -1.5, 1 / 3]);
    const texts = ['=1+1', '-5', '@a', '1.5', '👍', ''].map((text, i) => [...KINDS.map(() => null), text, PHONES[i] ?? null]);
    const facts = [
      { label: 'Период', value: '=1+1' },
      { label: 'Каналов', value: 5 },
    ];
    const totals = () => ['Итого', null, null, 363_600, 12, 1.5, 0.5, null, null];
    const bytes = await bytesOf(sheetOf(columns, [...dst, ...texts], { zone: 'Europe/Berlin', facts, totals }));
    const sheets = opened(bytes);
    expect(sheets.get('Звонки')).toEqual([
      '"Начало";"День";"Время";"Разговор";"Звонков";"Оценка";"Доля";"Текст";"Номер"',
      '25.10.2026 02:30:00;25.10.2026;02:30:00;0:01:00;-5;-1.5;33.3%;;',
      '25.10.2026 02:30:00;25.10.2026;02:30:00;0:01:00;-5;-1.5;33.3%;;',
      '29.03.2026 01:59:59;29.03.2026;01:59:59;0:01:00;-5;-1.5;33.3%;;',
      '29.03.2026 03:00:00;29.03.2026;03:00:00;0:01:00;-5;-1.5;33.3%;;',
      ';;;;;;;"=1+1";"+73910000122"',
      ';;;;;;;"-5";"+88001234567"',
      ';;;;;;;"@a";"101"',
      ';;;;;;;"1.5";"007"',
      ';;;;;;;"👍";"anna"',
      // the row without anything
      ';;;;;;;;',
      '"Итого";;;101:00:00;12;1.5;50.0%;;',
    ]);
    expect(sheets.get('О выгрузке')).toEqual(['"Звонки";', '"Период";"=1+1"', '"Каналов";5', '"Строк";10']);
  });

  test('each second of a day is that second', { timeout: 180_000 }, async () => {
    const midnight = Date.UTC(2026, 10, 27);
    const rows = Array.from({ length: 86_400 }, (_, s) => [midnight + s * 1_000, s]);
    const shown = opened(
      await bytesOf(
        sheetOf(
          [
            ['a', 'instant'],
            ['b', 'duration'],
          ],
          rows,
          { zone: 'UTC', locale: 'en' },
        ),
      ),
    ).get('Звонки');
    const wanted = rows.map(([at = 0]) => new Date(at).toISOString().slice(0, 19).replace('T', ' '));
    const wrong = wanted.filter((text, i) => shown?.[i + 1] !== `${text};${text.slice(11).replace(/^0/, '')}`);
    expect(wrong).toEqual([]);
  });
});
