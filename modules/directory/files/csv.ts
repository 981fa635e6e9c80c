import { FileRefused, MOST_COLUMNS, MOST_ROWS, type Sheet, type TableRow } from './refused.ts';

const DELIMITERS = [';', '\t', ','] as const;
/** What a table program would compute, and our own guard against it; or read as a number and write otherwise: 007 as 7, twelve digits as 4.4E+11. */
const COMPUTED = /^[=+\-@\t\r']|^(?:0\d+|\d{12,})$/;
const GUARD = "'";

/** Text of a file: by its BOM, else UTF-8 where it is, else Windows-1251. @throws FileRefused when it is no text */
export function decodeText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // no table has a NUL, every program has
  if (bytes.includes(0)) throw new FileRefused({ code: 'notTable' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1251').decode(bytes);
  }
}

/**
 * A text with a table in it; what separates columns is what separates most of them in the first row (or what Excel's
 * `sep=` says). Empty rows are left out. @throws FileRefused
 */
export function readCsv(bytes: Uint8Array): Sheet {
  const text = decodeText(bytes);
  const stated = /^sep=(.)\r?\n/.exec(text);
  if (stated) return sheetOf(parse(text.slice(stated[0].length), stated[1] as string, MOST_ROWS + 2, 2));
  if (/^[\s;,"]*$/.test(text)) return sheetOf([]);
  const widths = DELIMITERS.map((d) => parse(text, d, 1)[0]?.cells.length ?? 0);
  const delimiter = DELIMITERS[widths.indexOf(Math.max(...widths))] ?? ';';
  return sheetOf(parse(text, delimiter, MOST_ROWS + 2));
}

function sheetOf(rows: TableRow[]): Sheet {
  if (rows.length > MOST_ROWS + 1) throw new FileRefused({ code: 'tooManyRows', most: MOST_ROWS });
  return { name: '', rows };
}

/** RFC 4180, with quotes inside of an unquoted cell as they are. @param most rows with something in them */
function parse(text: string, delimiter: string, most: number, first = 1): TableRow[] {
  const rows: TableRow[] = [];
  let cells: string[] = [];
  let row = first;
  let at = 0;
  while (at < text.length && rows.length < most) {
    let value: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at);
      // the first row is read to find the delimiter: with a wrong one its quotes mean nothing
      if (end < 0 && most === 1) return [{ row, cells: [''] }];
      if (end < 0) throw new FileRefused({ code: 'quote', row });
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      // what stands between a closing quote and the delimiter belongs to nobody
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
    } else {
      const begin = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
      value = text.slice(begin, at);
    }
    if (cells.length < MOST_COLUMNS) cells.push(unguarded(value));
    if (text[at] === delimiter) {
      at++;
      // a delimiter at the very end begins an empty cell
      if (at < text.length) continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ row, cells });
    cells = [];
    row++;
  }
  return rows;
}

function closingQuote(text: string, opened: number): number {
  let at = opened + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at;
    at += 2;
  }
}

function unguarded(cell: string): string {
  return cell.startsWith(GUARD) && COMPUTED.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/**
 * Rows as text with BOM, so that Excel reads UTF-8. A cell that Excel would compute (=, +7…, -, @, 007) begins with an
 * apostrophe, which `readCsv` takes away again.
 */
export function writeCsv(rows: readonly (readonly string[])[], delimiter: ';' | ','): string {
  return `\ufeff${rows.map((row) => `${row.map(csvCell).join(delimiter)}\r\n`).join('')}`;
}

/** One cell: guarded where Excel would compute it, in quotes where it has a delimiter of any kind or white space at an end. */
export function csvCell(value: string): string {
  const safe = COMPUTED.test(value) ? GUARD + value : value;
  return /[";,\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
