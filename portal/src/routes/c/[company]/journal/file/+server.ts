import { actorOf } from '@callscope/modules/audit/acts.ts';
import { likingOf } from '@callscope/modules/likings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { noteExport } from '@callscope/portal/files/note-export.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import { addressFromQuery, filterOf } from '#page/journal/address.ts';
import { keptColumns } from '#page/journal/columns.ts';
import { journalSheet, MOST_TICKED } from '#page/journal/file.ts';
import type { RequestEvent, RequestHandler } from './$types';

/** The journal's whole list as a file, in the columns that the person has chosen. */
export const GET: RequestHandler = async (event) => {
  requireRight(event, 'calls:read');
  return journalFile(event, event.url.searchParams.get('format'), null);
};

/** The calls of the list that a form names, each as `call`. A form, so that the browser keeps the file as it comes. */
export const POST: RequestHandler = async (event) => {
  requireRight(event, 'calls:read');
  const form = await event.request.formData().catch(() => null);
  const ids = (form?.getAll('call') ?? []).filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= 600);
  if (ids.length === 0) error(400, 'no call is named');
  if (ids.length > MOST_TICKED) error(413, `at most ${MOST_TICKED} calls at a time`);
  return journalFile(event, form?.get('format') ?? null, [...new Set(ids)]);
};

async function journalFile(event: RequestEvent, given: FormDataEntryValue | null, ids: readonly string[] | null): Promise<Response> {
  const scope = requireRight(event, 'calls:read');
  const format = formatOf(given);
  const { db, clock } = deps();
  const { caller } = requireSession(event);
  const [company, kept] = await Promise.all([companyOf(scope), likingOf(db, scope, caller, 'journal')]);
  return fileAnswer(format, async () => {
    const { searchParams, origin } = event.url;
    const address = addressFromQuery(searchParams, company.timezone, clock.now());
    const asked = { address, ids, origin, columns: keptColumns(kept), locale: event.locals.locale };
    const sheet = await journalSheet(scope, company, asked);
    await noteExport(db, scope, actorOf(caller), { format, filter: filterOf(address), rows: sheet.count });
    return sheet;
  });
}
