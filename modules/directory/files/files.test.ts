import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeCsv } from './csv.ts';
import { readTables } from './read.ts';
import { FileRefused, MOST_BYTES } from './refused.ts';
import { writeXlsx } from './xlsx-write.ts';
import { openZip, writeZip } from './zip.ts';

const cells = async (bytes: Uint8Array) => (await readTables(bytes))[0]?.rows.map((r) => [r.row, ...r.cells]);
const refusal = async (bytes: Uint8Array) => {
  const error = await readTables(bytes).then(
    () => new Error('the file was read'),
    (e: unknown) => e,
  );
  if (!(error instanceof FileRefused)) throw error;
  return error.fault.code;
};
/** Windows-1251 of Russian letters and ASCII */
const cp1251 = (text: string) =>
  Buffer.from([...text].map((c) => ((c.codePointAt(0) ?? 0) < 128 ? c.charCodeAt(0) : c.charCodeAt(0) - 0x410 + 0xc0)));
const TABLE = 'Номер;Название\r\n"8 391;1";Сайт\r\n';
const READ = [
  [1, 'Номер', 'Название'],
  [2, '8 391;1', 'Сайт'],
];

describe('text files', () => {
  test.each([
    ['UTF-8', Buffer.from(TABLE)],
    ['UTF-8 with BOM', Buffer.from(`\ufeff${TABLE}`)],
    ['Windows-1251', cp1251(TABLE)],
    ['UTF-16 of Excel', Buffer.from(`\ufeff${TABLE}`, 'utf16le')],
    ['Excel with sep=', Buffer.from(`sep=;\r\n${TABLE}`)],
    ['tabs', Buffer.from(TABLE.replace('Номер;', 'Номер\t').replace('1";', '1"\t'))],
    ['commas', Buffer.from(TABLE.replace('Номер;', 'Номер,').replace('1";', '1",'))],
  ])('%s is read', async (name, bytes) => {
    const expected = name === 'Excel with sep=' ? READ.map(([row, ...rest]) => [Number(row) + 1, ...rest]) : READ;
    expect(await cells(bytes)).toEqual(expected);
  });

  test('empty rows, quotes, line ends in cells and a missing last line end are no trouble', async () => {
    expect(await cells(Buffer.from('a;b\n\n;;\n"x ""y""\nz";\n5" pipe;end'))).toEqual([
      [1, 'a', 'b'],
      [4, 'x "y"\nz', ''],
      [5, '5" pipe', 'end'],
    ]);
  });

  test('what is written is read back as it was, and nothing in it is a formula', async () => {
    const rows = [['=1+1', '+7 391', '-5', '@x', "'=1", "'", '\t', 'a"b', ' x ', 'строка\nдве', '']];
    const text = writeCsv(rows, ';');
    expect(await cells(Buffer.from(text))).toEqual(rows.map((row) => [1, ...row]));
    for (const cell of text.slice(1).split(';')) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
  });
});

describe('workbooks', () => {
  test('of another program: shared and rich text, numbers, formulas, gaps, a hidden sheet', async () => {
    const sheets = await readTables(readFileSync(new URL('./exceljs.xlsx', import.meta.url)));
    expect(sheets.map((s) => s.name)).toEqual(['Сотрудники', 'Номера']);
    expect(sheets[0]?.rows).toEqual([
      { row: 1, cells: ['ФИО', 'Внутренний', 'Телефон'] },
      { row: 2, cells: ['Соколова Анна', '101', '74951000101'] },
      // never computed: what the program last had
      { row: 4, cells: ['', '102', 'HELLO'] },
    ]);
    expect(sheets[1]?.rows[1]).toEqual({ row: 2, cells: ['+7 391 000-01-22', '<Сайт> & "радио"'] });
  });

  test('what is written is read back, whatever characters it has', async () => {
    const rows = [['Имя', '=1+1', '0101', ' x ', '<&>"\'', '_x000D_', 'a\u0001b\r\nc', '👍']];
    expect(await cells(writeXlsx([{ name: 'Лист', rows }]))).toEqual(rows.map((row) => [1, ...row]));
  });
});

describe('hostile files', () => {
  const sheet = (xml: string, extra: { name: string; text: string }[] = []) =>
    writeZip([
      { name: 'xl/workbook.xml', text: '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>' },
      {
        name: 'xl/_rels/workbook.xml.rels',
        text: '<Relationships><Relationship Id="1" Type="x/worksheet" Target="s.xml"/><Relationship Id="2" Type="x/sharedStrings" Target="t.xml"/></Relationships>',
      },
      { name: 'xl/s.xml', text: xml },
      { name: 'xl/t.xml', text: '<sst/>' },
      ...extra,
    ]);
  const row = '<sheetData><row><c t="inlineStr"><is><t>x</t></is></c></row></sheetData>';

  test('a small archive that unpacks to gigabytes is refused before it does', async () => {
    const bomb = sheet(`<w>${row}${' '.repeat(70 << 20)}</w>`);
    expect(bomb.length).toBeLessThan(200_000);
    expect(await refusal(bomb)).toBe('bomb');
    // one that lies about its sizes, too: what it states is not looked at
    const lying = Buffer.from(bomb);
    for (let at = lying.indexOf('PK\u0001\u0002'); at >= 0; at = lying.indexOf('PK\u0001\u0002', at + 1)) lying.writeUInt32LE(10, at + 24);
    expect(await refusal(lying)).toBe('bomb');
  });

  test('entities that grow, and files of the machine, are refused', async () => {
    const laughs = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>';
    expect(await refusal(sheet(`${laughs}<w><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></w>`))).toBe('broken');
    const outside = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
    expect(await refusal(sheet(`${outside}<w><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></w>`))).toBe('broken');
  });

  test('a formula is text and is not computed', async () => {
    const file = sheet('<w><sheetData><row r="7"><c r="B7"><f>WEBSERVICE("http://x")</f><v>5</v></c></row></sheetData></w>');
    expect(await cells(file)).toEqual([[7, '', '5']]);
  });

  test.each([
    ['tooLarge', Buffer.alloc(MOST_BYTES + 1, 'a')],
    ['oldExcel', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['notTable', Buffer.from('%PDF-1.7\u0000\u0001')],
    ['empty', Buffer.from('\n;;\n')],
    ['empty', Buffer.alloc(0)],
    ['quote', Buffer.from('a;b\n"c;d\ne;f')],
    ['broken', Buffer.from('PK\u0003\u0004 and nothing more')],
    ['tooManyRows', Buffer.from('x\n'.repeat(50_002))],
    ['tooManyRows', sheet(`<w><sheetData>${'<row><c><v>1</v></c></row>'.repeat(50_002)}</sheetData></w>`)],
    ['broken', sheet('<w><sheetData><row><c></row></w>')],
    ['empty', sheet('<w/>', [{ name: 'x', text: 'y' }])],
  ] as const)('%s', async (code, bytes) => {
    expect(await refusal(bytes)).toBe(code);
  });

  test('an archive cut anywhere, or with any byte changed, is read or refused and nothing else', async () => {
    const file = sheet(`<w>${row}</w>`);
    const tries = Array.from({ length: file.length }, (_, i) => {
      const changed = Buffer.from(file);
      changed[i] = (changed[i] ?? 0) ^ 0xff;
      return [file.subarray(0, i), changed];
    }).flat();
    for (const bytes of tries) {
      const error = await readTables(bytes).catch((e: unknown) => e);
      if (error instanceof Error) expect(error).toBeInstanceOf(FileRefused);
    }
  });

  test('an archive with more files than any workbook has is not listed', () => {
    const many = writeZip(Array.from({ length: 1_001 }, (_, i) => ({ name: `${i}`, text: '' })));
    expect(() => openZip(many)).toThrow(FileRefused);
  });
});
