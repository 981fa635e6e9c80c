import type { AuditEntry } from '@callscope/modules/audit/read.ts';
import { writeCsv } from '@callscope/modules/directory/files/csv.ts';
import type { Locale } from '#words/words.ts';
import { wordsOf } from '#words/words.ts';

const A_PAGE = 1_000;
const BOM = /^\ufeff/;

/** Lines of the audit as CSV: page by page, however many there are. @param read the next lines before an id */
export function auditFile(name: string, locale: Locale, read: (before: string | null, most: number) => Promise<AuditEntry[]>): Response {
  const { at, who, by, whose, address, what, subject, before: was, after: is } = wordsOf(locale).audit.columns;
  const delimiter = locale === 'ru' ? ';' : ',';
  let before: string | null = null;
  let isBegun = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const lines = await read(before, A_PAGE);
      const rows = lines.map((l) => [
        ...[l.at.toISOString(), l.who, l.by, l.whose ?? '', l.address, l.act, l.subject],
        ...[l.before, l.after].map((value) => (value === null ? '' : JSON.stringify(value))),
      ]);
      const text = isBegun
        ? writeCsv(rows, delimiter).replace(BOM, '')
        : writeCsv([[at, who, by, whose, address, what, subject, was, is], ...rows], delimiter);
      isBegun = true;
      if (text !== '') controller.enqueue(Buffer.from(text));
      before = lines.at(-1)?.id ?? null;
      if (lines.length < A_PAGE) controller.close();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}.csv"` },
  });
}
