import { FilterError } from '@callscope/analytics/query/filter.ts';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { FORMATS, type TableFormat, tableResponse } from '@callscope/portal/files/formats.ts';
import { PdfTooLarge } from '@callscope/portal/files/pdf.ts';
import type { Sheet } from '@callscope/portal/files/sheet.ts';
import { error } from '@sveltejs/kit';

/** The format that an address or form names. Throws SvelteKit's 400. */
export function formatOf(given: FormDataEntryValue | null): TableFormat {
  const format = given ?? 'csv';
  if (typeof format !== 'string' || !Object.hasOwn(FORMATS, format)) error(400, `format is one of ${Object.keys(FORMATS).join(', ')}`);
  return format as TableFormat;
}

/** A table as a file; what is wrong with its question as SvelteKit's error. */
export async function fileAnswer(format: TableFormat, make: () => Promise<Sheet>): Promise<Response> {
  try {
    return await tableResponse(await make(), format);
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    if (cause instanceof PdfTooLarge) error(422, cause.message);
    if (cause instanceof QueryTooLarge) error(422, cause.message);
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
}
