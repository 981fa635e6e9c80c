import { wordsOf } from '../src/words/words.ts';
import { type CellKind, type CellValue, cellAt, type Sheet, type SheetColumn, type SheetPart } from './sheet.ts';
import {
  BOLD,
  contentTypes,
  coreProperties,
  LINK,
  linkRelations,
  NAMESPACES,
  PLAIN,
  rootRelations,
  styleOf,
  stylesXml,
  type Tab,
  TabNames,
  workbookRelations,
  workbookXml,
  XML,
  xmlText,
} from './xlsx-package.ts';
import { columnName, XlsxRows } from './xlsx-rows.ts';
import { type ZipEntry, zipOf } from './zip.ts';

/** Excel's limits of a sheet and of an address. */
const MOST_ROWS = 1_048_576;
const MOST_LINKS = 65_530;
const LONGEST_LINK = 2_079;
/** Pressed together at once. */
const BLOCK_BYTES = 393_216;
/** Measured: with 6 it takes three times as long and is a quarter less. */
const LEVEL = 1;
/** Letters that a column is wide. */
const WIDTHS: Record<CellKind, number> = {
  text: 24,
  phone: 17,
  instant: 20,
  day: 12,
  time: 11,
  duration: 12,
  integer: 12,
  number: 12,
  money: 12,
  share: 11,
};
const WIDEST = 48;

/**
 * A table as a workbook (ECMA-376): moments, spans, numbers and shares are what Excel computes with, shown as the language has them;
 * numbers of telephones and texts are text, whatever they begin with. What a sheet does not hold goes on in another; the last one says
 * what the table is. Written as it is sent: of the rows there is a block in memory, of links the addresses of one sheet.
 * @param mostRows of a sheet, its head and totals included @throws ZipFull beyond 4 GiB
 */
export function xlsxParts(sheet: Sheet, mostRows = MOST_ROWS, at = new Date()): AsyncGenerator<Uint8Array> {
  return zipOf(entries(sheet, mostRows, at));
}

async function* entries(sheet: Sheet, mostRows: number, at: Date): AsyncGenerator<ZipEntry> {
  const small = (name: string, text: string): ZipEntry => ({ name, at, parts: [Buffer.from(text)], level: LEVEL });
  const names = new TabNames();
  const tabs: Tab[] = [];
  const source = new Rows(sheet.rows);
  // programs that tell files by their beginning look for these
  yield small('_rels/.rels', rootRelations());
  yield small('docProps/core.xml', coreProperties(sheet.title, at));
  yield small('xl/styles.xml', stylesXml(sheet.locale));
  try {
    do {
      const page = new Page(sheet, source, mostRows);
      const file = `sheet${tabs.length + 1}.xml`;
      yield { name: `xl/worksheets/${file}`, at, parts: page.parts(tabs.length === 0), level: LEVEL };
      const { links } = page;
      if (links.length > 0) yield { name: `xl/worksheets/_rels/${file}.rels`, at, parts: linkRelations(links), level: LEVEL };
      tabs.push({ name: names.take(sheet.title), filtered: page.filtered.replace(/[A-Z]+|\d+/g, '$$$&') });
    } while (await source.hasMore());
  } finally {
    await source.close();
  }
  const words = wordsOf(sheet.locale).files;
  tabs.push({ name: names.take(words.about), filtered: null });
  yield small(`xl/worksheets/sheet${tabs.length}.xml`, aboutXml(sheet, words.rows, source.read));
  yield small('xl/workbook.xml', workbookXml(tabs));
  yield small('xl/_rels/workbook.xml.rels', workbookRelations(tabs.length));
  yield small('[Content_Types].xml', contentTypes(tabs.length));
}

/** Rows in parts, of which several sheets take one after the other. */
class Rows {
  readonly #parts: Iterator<SheetPart> | AsyncIterator<SheetPart>;
  /** of which `at` is the next row, while hasMore() has said so */
  part: SheetPart = { rows: 0, columns: [] };
  at = 0;
  /** rows that were taken */
  read = 0;

  constructor(rows: Sheet['rows']) {
    this.#parts = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.at >= this.part.rows) {
      const { done, value } = await this.#parts.next();
      if (done) return false;
      this.part = value;
      this.at = 0;
    }
    return true;
  }

  take(rows: number): void {
    this.at += rows;
    this.read += rows;
  }

  async close(): Promise<void> {
    await this.#parts.return?.();
  }
}

/** One sheet of rows. */
class Page {
  /** what cells of the first column lead to, once parts() was read, as `filtered` */
  readonly links: string[] = [];
  filtered = '';
  readonly #linked: number[] = [];
  readonly #sheet: Sheet;
  readonly #source: Rows;
  readonly #mostRows: number;

  constructor(sheet: Sheet, source: Rows, mostRows: number) {
    this.#sheet = sheet;
    this.#source = source;
    this.#mostRows = mostRows;
  }

  async *parts(isFirst: boolean): AsyncGenerator<Uint8Array> {
    const { columns, totals, zone } = this.#sheet;
    const rows = new XlsxRows(columns, zone, BLOCK_BYTES + 65_536);
    const { bytes } = rows;
    bytes.text(
      `${XML}<worksheet ${NAMESPACES}><sheetViews><sheetView${isFirst ? ' tabSelected="1"' : ''} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.map(columnXml).join('')}</cols><sheetData>`,
    );
    rows.head(columns.map(({ head }) => head));
    let last = 1;
    // a row is kept for the totals
    while (last < this.#mostRows - 1 && (await this.#source.hasMore())) {
      const { part, at } = this.#source;
      const to = Math.min(part.rows, at + this.#mostRows - 1 - last);
      rows.take(part);
      for (let row = at; row < to; row++) {
        last++;
        rows.row(last, row, this.#linkOf(part, row, last) ? LINK : PLAIN);
        if (bytes.length >= BLOCK_BYTES) yield bytes.lend();
      }
      this.#source.take(to - at);
    }
    const range = `A1:${columnName(Math.max(0, columns.length - 1))}${last}`;
    if (totals !== null && !(await this.#source.hasMore())) rows.line(last + 1, totals());
    this.filtered = range;
    bytes.text(`</sheetData><autoFilter ref="${range}"/>`);
    if (this.#linked.length > 0) bytes.text('<hyperlinks>');
    for (let i = 0; i < this.#linked.length; i++) {
      bytes.ascii(`<hyperlink ref="A${this.#linked[i]}" r:id="rId${i + 1}"/>`);
      if (bytes.length >= BLOCK_BYTES) yield bytes.lend();
    }
    if (this.#linked.length > 0) bytes.text('</hyperlinks>');
    // extensions and numbers are text on purpose: no green corners
    bytes.text(`<ignoredErrors><ignoredError sqref="${range}" numberStoredAsText="1"/></ignoredErrors></worksheet>`);
    yield bytes.lend();
  }

  /** Whether a row's first cell leads somewhere. @param last its number in the sheet */
  #linkOf({ columns, keyOf }: SheetPart, row: number, last: number): boolean {
    if (this.links.length >= MOST_LINKS || keyOf === undefined) return false;
    const key = keyOf(row);
    if (key === undefined || ((columns[0] && cellAt(columns[0], row)) ?? '') === '') return false;
    const href = this.#sheet.hrefOf?.(key);
    if (href === undefined || href.length > LONGEST_LINK) return false;
    this.links.push(href);
    this.#linked.push(last);
    return true;
  }
}

function columnXml({ kind, head, width }: SheetColumn, i: number): string {
  // the arrow of the filter takes three letters
  const wide = width ?? Math.min(WIDEST, Math.max(WIDTHS[kind], head.length + 4));
  return `<col min="${i + 1}" max="${i + 1}" width="${wide}" style="${styleOf(kind, PLAIN)}" customWidth="1"/>`;
}

/** What the table is, and how many rows it has. */
function aboutXml({ title, facts }: Sheet, rowsLabel: string, count: number): string {
  const cell = (place: string, value: CellValue, look: number) =>
    typeof value === 'number'
      ? `<c r="${place}" s="${styleOf(Number.isInteger(value) ? 'integer' : 'number', look)}"><v>${value}</v></c>`
      : `<c r="${place}" s="${styleOf('text', look)}" t="inlineStr"><is><t xml:space="preserve">${xmlText(value ?? '')}</t></is></c>`;
  const lines = [...facts, { label: rowsLabel, value: count }].map(
    ({ label, value }, i) => `<row r="${i + 2}">${cell(`A${i + 2}`, label, PLAIN)}${cell(`B${i + 2}`, value, PLAIN)}</row>`,
  );
  return `${XML}<worksheet ${NAMESPACES}><sheetViews><sheetView workbookViewId="0"/></sheetViews><cols><col min="1" max="1" width="28" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/></cols><sheetData><row r="1">${cell('A1', title, BOLD)}</row>${lines.join('')}</sheetData></worksheet>`;
}
