import { actorOf } from '@callscope/modules/audit/acts.ts';
import { deps } from '@callscope/portal/deps.ts';
import { noteExport } from '@callscope/portal/files/note-export.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { detailsFromQuery } from '#page/details/address.ts';
import { detailsSheet } from '#page/details/file.ts';
import { found } from '#page/details/load.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import type { RequestHandler } from './$types';

/** All rows of the page's question, whatever page of them is shown, as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { searchParams, origin } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const address = detailsFromQuery(searchParams, company.timezone, deps().clock.now());
    const sheet = await detailsSheet(scope, company, address, event.locals.locale, origin);
    const actor = actorOf(requireSession(event).caller);
    if (address.show === 'missed') await noteExport(deps().db, scope, actor, { format, filter: found(address), rows: sheet.count });
    return sheet;
  });
};
