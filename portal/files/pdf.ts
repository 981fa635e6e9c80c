import { Worker } from 'node:worker_threads';
import { MOST_PDF_ROWS } from './paper-limits.ts';
import type { PaperRow, PaperTable } from './paper-page.ts';
import { cellAt, type Sheet } from './sheet.ts';

/** Longer than any table of so many rows has taken, also on a busy machine. */
const STUCK_MS = 60_000;
const MEMORY_MB = 1_024;

/** The table has more rows than pages are made of. */
export class PdfTooLarge extends Error {
  /** of the table; where nobody knew beforehand, those that had been read */
  readonly rows: number;

  constructor(rows: number) {
    super(`${rows} rows: a PDF has at most ${MOST_PDF_ROWS}; narrow the question, or take XLSX or CSV`);
    this.name = 'PdfTooLarge';
    this.rows = rows;
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * A table as an A4 PDF, upright or across, that needs nothing of the machine that shows it. Made in a thread of its own, one after the
 * other in a process, so that neither pages nor calls wait for it; rows are read when it is its turn.
 * @param chart an SVG (chart-svg.ts) that stands above the table
 * @throws PdfTooLarge before anything is read where the sheet knows how many rows it has; Error when it takes more than a minute or a gigabyte
 */
export function pdfBytes(sheet: Sheet, { chart, madeAt = Date.now() }: { chart?: string; madeAt?: number } = {}): Promise<Uint8Array> {
  if (sheet.count !== null && sheet.count > MOST_PDF_ROWS) return Promise.reject(new PdfTooLarge(sheet.count));
  const made = last.then(async () => inThread({ ...(await read(sheet)), chart: chart ?? null, madeAt }));
  last = made.catch(() => undefined);
  return made;
}

/** The same as a file in one part. @throws PdfTooLarge, Error */
export async function* pdfParts(sheet: Sheet): AsyncGenerator<Uint8Array> {
  yield await pdfBytes(sheet, sheet.chart && { chart: sheet.chart() });
}

async function read({
  title,
  locale,
  zone,
  columns,
  facts,
  rows: parts,
  hrefOf,
  totals,
}: Sheet): Promise<Omit<PaperTable, 'chart' | 'madeAt'>> {
  const rows: PaperRow[] = [];
  for await (const part of parts) {
    for (let row = 0; row < part.rows; row++) {
      const key = hrefOf && part.keyOf?.(row);
      rows.push({ cells: part.columns.map((cells) => cellAt(cells, row)), ...(key === undefined ? {} : { href: hrefOf?.(key) }) });
    }
    if (rows.length > MOST_PDF_ROWS) throw new PdfTooLarge(rows.length);
  }
  return { title, locale, zone, columns, facts, rows, totals: totals?.() ?? null };
}

function inThread(table: PaperTable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
      workerData: table,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const stuck = setTimeout(() => {
      reject(new Error(`a PDF of ${table.rows.length} rows was not made within ${STUCK_MS / 1_000} s`));
      void worker.terminate();
    }, STUCK_MS);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(stuck);
      // after a message it says nothing any more
      reject(new Error(`the thread that makes PDFs ended with ${code}`));
    });
  });
}
