import { asTenant } from '@callscope/core/node/postgres.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import { KINDS } from '@callscope/modules/directory/entries.ts';
import { writeCsv } from '@callscope/modules/directory/files/csv.ts';
import { writeXlsx } from '@callscope/modules/directory/files/xlsx-write.ts';
import { SHEET_NAMES } from '@callscope/modules/directory/import/columns.ts';
import { tableOf } from '@callscope/modules/directory/import/export.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { currentDirectory, isKind } from '#page/directory/load.ts';
import type { RequestHandler } from './$types';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The directory as a file that an import reads back unchanged: XLSX all lists, CSV the one that `list` names. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'directory:read');
  const { locale } = event.locals;
  const list = event.url.searchParams.get('list') ?? '';
  const isXlsx = event.url.searchParams.get('format') === 'xlsx';
  if (!isXlsx && !isKind(list)) error(400, 'which list?');
  const { body } = await currentDirectory(scope, await companyOf(scope));
  const deed = { actor: actorOf(requireSession(event).caller), act: 'company.directory-export', subject: isXlsx ? 'xlsx' : list } as const;
  await asTenant(deps().db, scope.tenant, (trx) => noteAct(trx, scope.tenant, deed));
  if (isXlsx || !isKind(list)) {
    const sheets = KINDS.map((kind) => ({ name: SHEET_NAMES[locale][kind], rows: tableOf(body, kind, locale) }));
    return fileOf(writeXlsx(sheets), XLSX, `directory-${scope.tenant}.xlsx`);
  }
  // Excel splits at what the language's countries do not use in numbers
  const text = writeCsv(tableOf(body, list, locale), locale === 'ru' ? ';' : ',');
  return fileOf(Buffer.from(text), 'text/csv; charset=utf-8', `${list}-${scope.tenant}.csv`);
};

function fileOf(bytes: Buffer, type: string, name: string): Response {
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
  return new Response(new Uint8Array(bytes), { headers });
}
