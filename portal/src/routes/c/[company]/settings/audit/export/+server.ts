import { asTenant } from '@callscope/core/node/postgres.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { auditOf } from '@callscope/modules/audit/read.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import { writeCsv } from '@callscope/modules/directory/files/csv.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditFilter, auditQuery } from '#page/audit/query.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { wordsOf } from '#words/words.ts';
import type { RequestHandler } from './$types';

const A_PAGE = 1_000;
const BOM = /^\ufeff/;

/** The lines that the page's form lets through, all of them, as CSV: page by page, however many there are. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'audit:read');
  const { caller } = requireSession(event);
  const company = await companyOf(scope);
  const query = auditQuery(event.url.searchParams);
  const filter = auditFilter(query, company.timezone);
  const { db } = deps();
  const { locale } = event.locals;
  const words = wordsOf(locale).audit;
  const delimiter = locale === 'ru' ? ';' : ',';
  await asTenant(db, scope.tenant, (trx) =>
    noteAct(trx, scope.tenant, { actor: actorOf(caller), act: 'audit.export', subject: '', after: query }),
  );
  const { at, who, by, whose, address, what, subject, before: was, after: is } = words.columns;
  let before: string | null = null;
  let isBegun = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const lines = await auditOf(db, scope, filter, before, A_PAGE);
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
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="audit-${scope.tenant}.csv"` },
  });
};
