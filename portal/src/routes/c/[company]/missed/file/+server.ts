import { actorOf } from '@callscope/modules/audit/acts.ts';
import { deps } from '@callscope/portal/deps.ts';
import { noteExport } from '@callscope/portal/files/note-export.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import { missedFromQuery } from '#page/missed/address.ts';
import { casesSheet } from '#page/missed/file.ts';
import type { RequestHandler } from './$types';

/** All cases of the page's question, whatever page of them is shown, as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { searchParams } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const { db, clock } = deps();
    const address = missedFromQuery(searchParams, company.timezone, clock.now());
    const sheet = await casesSheet(scope, company, address, event.locals.locale);
    const { conditions, period } = address;
    const filter = { ...conditions, from: period.from, to: period.to };
    await noteExport(db, scope, actorOf(requireSession(event).caller), { format, filter, rows: sheet.count });
    return sheet;
  });
};
