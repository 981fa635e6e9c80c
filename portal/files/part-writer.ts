import type { ByteText } from './byte-text.ts';
import type { CellKind, Cells, CellValue, SheetPart } from './sheet.ts';
import { onceOfWords } from './words-once.ts';

/** Writes rows of parts as a format has their cells: values one by one, words of a column once, texts from where they lie. */
export abstract class PartWriter {
  readonly bytes: ByteText;
  readonly #columns: { kind: CellKind; written: (words: readonly CellValue[]) => readonly Uint8Array[] }[];
  #part: readonly Cells[] = [];
  /** of columns of words what each is in the file */
  #words: (readonly Uint8Array[])[] = [];

  constructor(kinds: readonly CellKind[], bytes: ByteText) {
    this.bytes = bytes;
    this.#columns = kinds.map((kind) => ({ kind, written: onceOfWords((words) => words.map((word) => this.#apart(word, kind))) }));
  }

  /** The part whose rows are written next. */
  take({ columns }: SheetPart): void {
    this.#part = columns;
    this.#words = columns.map((cells, i) => (cells.as === 'words' ? (this.#columns[i]?.written(cells.words) ?? []) : []));
  }

  row(row: number): void {
    this.begin();
    for (let i = 0; i < this.#columns.length; i++) {
      this.before(i);
      const [{ kind }, cells] = [this.#columns[i] as { kind: CellKind }, this.#part[i] as Cells];
      if (cells.as === 'words') this.bytes.copy(this.#words[i]?.[cells.which[row] as number] as Uint8Array);
      else if (cells.as === 'texts') this.text(cells.bytes, cells.starts[row] as number, cells.ends[row] as number, kind);
      else this.cell(cells.values[row] ?? null, kind);
    }
    this.end();
  }

  /** A row of its own. */
  line(cells: readonly CellValue[]): void {
    this.begin();
    this.#columns.forEach(({ kind }, i) => {
      this.before(i);
      this.cell(cells[i] ?? null, kind);
    });
    this.end();
  }

  #apart(value: CellValue, kind: CellKind): Uint8Array {
    const begun = this.bytes.length;
    this.cell(value, kind);
    return this.bytes.cut(begun);
  }

  protected abstract begin(): void;
  /** What stands before the cell of a column. */
  protected abstract before(column: number): void;
  protected abstract cell(value: CellValue, kind: CellKind): void;
  /** A text where it lies, in UTF-8; an empty one is no data. */
  protected abstract text(from: Buffer, start: number, end: number, kind: CellKind): void;
  protected abstract end(): void;
}
