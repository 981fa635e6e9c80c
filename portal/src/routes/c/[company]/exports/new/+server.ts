import { letterAddress } from '@callscope/modules/exports/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { askExport } from '#page/exports/ask.ts';
import type { RequestHandler } from './$types';

const STATUS = { many: 429, viewing: 403, form: 400 } as const;

/** Whether a letter can say that a file is ready, and where it goes. */
export const GET: RequestHandler = async (event) => {
  requireRight(event, 'calls:read');
  const { db, mail } = deps();
  return json({ letters: mail !== null, address: await letterAddress(db, requireSession(event).caller) });
};

/** Has what a page shows made as a file, in the background. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const given: unknown = await event.request.json().catch(() => null);
  const answer = await askExport(scope, requireSession(event).caller, given, event.locals.locale, event.url.origin);
  return json(answer, { status: answer.fault === null ? 202 : STATUS[answer.fault] });
};
