/** What makes a file no table that can be read. */
export type FileFault =
  | { code: 'empty' }
  /** more bytes than `most` */
  | { code: 'tooLarge'; most: number }
  | { code: 'tooManyRows'; most: number }
  /** unpacked it would be larger than any table of this size is */
  | { code: 'bomb' }
  | { code: 'encrypted' }
  /** Excel before 2007, or protected with a password */
  | { code: 'oldExcel' }
  /** neither text nor a workbook */
  | { code: 'notTable' }
  | { code: 'broken' }
  /** a quote that is opened in this row is never closed */
  | { code: 'quote'; row: number };

/** A file that is not read; `fault` for words of another language. */
export class FileRefused extends Error {
  readonly fault: FileFault;
  constructor(fault: FileFault, options?: ErrorOptions) {
    super(`the file cannot be read: ${fault.code}`, options);
    this.fault = fault;
  }
}

export const MOST_BYTES = 5 << 20;
export const MOST_ROWS = 50_000;
/** Columns beyond are not looked at. */
export const MOST_COLUMNS = 60;

/** A row as its program counts it, from 1, with the text of its cells. */
export interface TableRow {
  row: number;
  cells: string[];
}
/** A sheet of a workbook, or a text file as the one sheet without a name. */
export interface Sheet {
  name: string;
  rows: TableRow[];
}
