import { setImmediate } from 'node:timers/promises';
import { csvParts } from './csv.ts';
import { disposition } from './disposition.ts';
import { jsonParts } from './json.ts';
import { pdfParts } from './pdf.ts';
import type { Sheet, SheetPart } from './sheet.ts';
import { xlsxParts } from './xlsx.ts';

export const FILE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];
/** Those that are written row by row, and the one that is made whole. */
export const TABLE_FORMATS = [...FILE_FORMATS, 'pdf'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

interface Format {
  mime: string;
  /** without its dot */
  extension: string;
  /** the file in parts, each made when it is asked for */
  parts(sheet: Sheet): AsyncGenerator<Uint8Array>;
}

export const FORMATS: Record<TableFormat, Format> = {
  pdf: { mime: 'application/pdf', extension: 'pdf', parts: pdfParts },
  csv: { mime: 'text/csv; charset=utf-8', extension: 'csv', parts: csvParts },
  xlsx: {
    mime: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extension: 'xlsx',
    parts: (sheet) => xlsxParts(sheet),
  },
  json: { mime: 'application/json', extension: 'json', parts: jsonParts },
};

/** How the sending of a file ended. */
export interface FileEnd {
  /** read for it, totals not counted */
  rows: number;
  /** given to the connection */
  bytes: number;
  /** false: who asked has gone, or the rows could not be read */
  isWhole: boolean;
}

/** A table as a file: row by row while it is sent, or made whole first, so that what cannot be made is an answer of its own. @throws PdfTooLarge, Error */
export async function tableResponse(sheet: Sheet, format: TableFormat): Promise<Response> {
  if (format !== 'pdf') return fileResponse(sheet, format);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of pdfParts(sheet)) parts.push(new Uint8Array(part));
  return new Response(new Blob(parts), { headers: headersOf(sheet, format) });
}

/**
 * A table as a file that is made while it is sent: as fast as it is read, and no row is asked for before. Who goes away in its middle
 * ends the reading of rows; where rows fail the connection breaks, so that nobody takes a part for the whole.
 * @param onDone once, whatever the end; a whole file is not ended before it is through, and where it fails the file does
 */
export function fileResponse(sheet: Sheet, format: FileFormat, onDone?: (end: FileEnd) => void | Promise<void>): Response {
  const { parts } = FORMATS[format];
  const end: FileEnd = { rows: 0, bytes: 0, isWhole: false };
  let isDone = false;
  const done = async (isWhole: boolean) => {
    if (isDone) return;
    isDone = true;
    await onDone?.({ ...end, isWhole });
  };
  async function* counted(): AsyncGenerator<SheetPart> {
    for await (const part of sheet.rows) {
      end.rows += part.rows;
      yield part;
    }
  }
  const file = parts({ ...sheet, rows: counted() });
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // rows that are there already and a connection that takes all would else leave nobody else a turn
          await setImmediate();
          const { done: isEnd, value } = await file.next();
          if (isEnd) {
            await done(true);
            controller.close();
            return;
          }
          end.bytes += value.length;
          controller.enqueue(value);
        } catch (error) {
          await done(false);
          throw error;
        }
      },
      async cancel() {
        await file.return(undefined);
        await done(false);
      },
    },
    // a part is made when it is asked for, not one ahead
    { highWaterMark: 0 },
  );
  return new Response(stream, { headers: headersOf(sheet, format) });
}

function headersOf({ title, plainName }: Sheet, format: TableFormat): Record<string, string> {
  const { mime, extension } = FORMATS[format];
  return {
    'content-type': mime,
    'content-disposition': disposition(title, plainName, extension),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
}
