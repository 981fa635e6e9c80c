import { setImmediate } from 'node:timers/promises';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { FileRefused, MOST_COLUMNS, MOST_ROWS, type Sheet, type TableRow } from './refused.ts';
import { openZip, type Zip } from './zip.ts';

/** Of one workbook. */
const MOST_SHEETS = 20;
/** Parsed at once; others get their turn in between. */
const PIECE = 128 << 10;
/** Excel's own limit of a cell. */
const MOST_CHARACTERS = 32_767;

/**
 * The visible sheets of a workbook (ECMA-376, SpreadsheetML) as text. Formulas are never computed: what their program
 * last made of them is read. Dates are the numbers that they are. @throws FileRefused
 */
export async function readXlsx(bytes: Buffer): Promise<Sheet[]> {
  const zip = openZip(bytes);
  const workbook = await workbookOf(zip);
  const shared = workbook.strings === null ? [] : await sharedStrings(zip, workbook.strings);
  const sheets: Sheet[] = [];
  let rows = 0;
  for (const { name, file } of workbook.sheets.slice(0, MOST_SHEETS)) {
    const sheet = { name, rows: await rowsOf(zip, file, shared, MOST_ROWS + 2 - rows) };
    rows += sheet.rows.length;
    sheets.push(sheet);
  }
  return sheets;
}

interface Workbook {
  sheets: { name: string; file: string }[];
  strings: string | null;
}

async function workbookOf(zip: Zip): Promise<Workbook> {
  const [root] = await relations(zip, '_rels/.rels', '');
  const file = root?.file ?? 'xl/workbook.xml';
  const dir = file.slice(0, file.lastIndexOf('/') + 1);
  const parts = await relations(zip, `${dir}_rels/${file.slice(dir.length)}.rels`, dir);
  const sheets: Workbook['sheets'] = [];
  await parse(zip, file, {
    open: (name, attributes) => {
      if (name !== 'sheet' || (attributes.state ?? 'visible') !== 'visible') return;
      const part = parts.find((p) => p.id === attributes.id);
      if (part?.type === 'worksheet') sheets.push({ name: attributes.name ?? '', file: part.file });
    },
  });
  return { sheets, strings: parts.find((p) => p.type === 'sharedStrings')?.file ?? null };
}

/** What a part of the package leads to; of the whole package the workbook alone. */
async function relations(zip: Zip, file: string, dir: string): Promise<{ id: string; type: string; file: string }[]> {
  const found: { id: string; type: string; file: string }[] = [];
  if (!zip.has(file)) return found;
  await parse(zip, file, {
    open: (name, { Id = '', Type = '', Target = '' }) => {
      const type = Type.slice(Type.lastIndexOf('/') + 1);
      if (name !== 'Relationship' || (dir === '' && type !== 'officeDocument')) return;
      found.push({ id: Id, type, file: Target.startsWith('/') ? Target.slice(1) : new URL(Target, `zip:/${dir}`).pathname.slice(1) });
    },
  });
  return found;
}

async function sharedStrings(zip: Zip, file: string): Promise<string[]> {
  const out: string[] = [];
  let text = '';
  // <rPh>: how a Japanese word is spoken, no part of it
  let spoken = false;
  await parse(zip, file, {
    open: (name) => {
      if (name === 'si') text = '';
      if (name === 'rPh') spoken = true;
    },
    text: (inside, piece) => {
      if (inside === 't' && !spoken && text.length < MOST_CHARACTERS) text += piece;
    },
    close: (name) => {
      if (name === 'rPh') spoken = false;
      if (name === 'si') out.push(unescaped(text));
    },
  });
  return out;
}

async function rowsOf(zip: Zip, file: string, shared: readonly string[], most: number): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  let row: TableRow = { row: 0, cells: [] };
  let column = 0;
  let type = '';
  let text = '';
  await parse(zip, file, {
    open: (name, attributes) => {
      if (name === 'row') {
        // both places are optional: without them it is the next
        row = { row: Number(attributes.r) || row.row + 1, cells: [] };
        column = -1;
      } else if (name === 'c') {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r);
        type = attributes.t ?? 'n';
        text = '';
      }
    },
    text: (inside, piece) => {
      if ((inside === 'v' || (inside === 't' && type === 'inlineStr')) && text.length < MOST_CHARACTERS) text += piece;
    },
    close: (name) => {
      if (name === 'c' && column >= 0 && column < MOST_COLUMNS && text !== '') {
        while (row.cells.length < column) row.cells.push('');
        row.cells[column] = valueIn(type, text, shared);
      } else if (name === 'row' && row.cells.some((cell) => cell.trim() !== '')) {
        rows.push(row);
        if (rows.length >= most) throw new FileRefused({ code: 'tooManyRows', most: MOST_ROWS });
      }
    },
  });
  return rows;
}

function valueIn(type: string, text: string, shared: readonly string[]): string {
  if (type === 's') return shared[Number(text)] ?? '';
  if (type === 'n') {
    // 7.4951000101E10 is a telephone number that was typed without an apostrophe
    const number = Number(text);
    return Number.isSafeInteger(number) ? number.toFixed(0) : text;
  }
  return type === 'inlineStr' || type === 'str' ? unescaped(text) : text;
}

/** C5 -> 2 */
function columnOf(place: string): number {
  let n = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(place)?.[0] ?? '') n = n * 26 + letter.charCodeAt(0) - 64;
  return n - 1;
}

/** Characters that XML cannot have are written _x000D_ (ECMA-376, 22.9.2.19). */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

interface Reader {
  open?(name: string, attributes: Record<string, string>): void;
  /** @param inside the element that the text stands in */
  text?(inside: string, piece: string): void;
  close?(name: string): void;
}

/** Names without their prefixes: programs choose them. Entities beyond XML's own five are an error, so that none can grow. */
async function parse(zip: Zip, file: string, reader: Reader): Promise<void> {
  const bytes = await zip.read(file);
  const parser = new SaxesParser({ xmlns: false });
  const plain = (name: string) => name.slice(name.indexOf(':') + 1);
  const inside: string[] = [];
  parser.on('opentag', (tag: SaxesTagPlain) => {
    const name = plain(tag.name);
    inside.push(name);
    const attributes: Record<string, string> = {};
    for (const [key, value] of Object.entries(tag.attributes)) if (!key.startsWith('xmlns')) attributes[plain(key)] = value;
    reader.open?.(name, attributes);
  });
  parser.on('text', (piece) => reader.text?.(inside.at(-1) ?? '', piece));
  parser.on('cdata', (piece) => reader.text?.(inside.at(-1) ?? '', piece));
  parser.on('closetag', (tag) => {
    inside.pop();
    reader.close?.(plain(tag.name));
  });
  parser.on('error', (cause) => {
    throw new FileRefused({ code: 'broken' }, { cause });
  });
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += PIECE) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }));
    await setImmediate();
  }
  parser.close();
}
