import { writeCsv } from '@callscope/modules/directory/files/csv.ts';
import { disposition } from '@callscope/portal/files/disposition.ts';
import type { Locale } from '#words/words.ts';

export { phoneText as phoneCell } from '@callscope/portal/files/phone.ts';

/** A cell: figures as the language writes them, so that a table program adds them up; null = no data. */
export type Cell = string | number | null;

const BOM = /^\ufeff/;

/**
 * A table as a file that Excel opens by a double click: UTF-8 with BOM, «;» between columns where the comma is the decimal one.
 * @param name as people read it, without .csv. @param plain the same in letters that any program takes
 * @param parts rows, as they come: however many there are, they are not kept together
 */
export function csvResponse(name: string, plain: string, locale: Locale, parts: AsyncIterable<Cell[][]> | Iterable<Cell[][]>): Response {
  const rows = Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  let isBegun = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await rows.next();
      if (done) return controller.close();
      const text = csvText(value, locale);
      controller.enqueue(Buffer.from(isBegun ? text.replace(BOM, '') : text));
      isBegun = true;
    },
    async cancel() {
      await rows.return?.();
    },
  });
  return new Response(stream, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': disposition(name, plain, 'csv'),
      'cache-control': 'no-store',
    },
  });
}

export function csvText(rows: readonly Cell[][], locale: Locale): string {
  const isRussian = locale === 'ru';
  const text = (cell: Cell) => {
    if (typeof cell !== 'number') return cell ?? '';
    const rounded = String(Math.round(cell * 1_000) / 1_000);
    return isRussian ? rounded.replace('.', ',') : rounded;
  };
  return writeCsv(
    rows.map((row) => row.map(text)),
    isRussian ? ';' : ',',
  );
}
