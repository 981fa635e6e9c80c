import { like } from '@callscope/modules/likings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { columnsFrom } from '#page/journal/columns.ts';
import type { RequestHandler } from './$types';

/** Keeps which columns of the journal a person sees, in their order. */
export const PUT: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const given = (await event.request.json().catch(() => null)) as { columns?: unknown } | null;
  const columns = columnsFrom(given?.columns);
  if (columns === null) error(400, 'columns is a list of columns, each once, at least one');
  return kept(await like(deps().db, scope, requireSession(event).caller, 'journal', { columns }));
};

/** Back to how the journal begins. */
export const DELETE: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return kept(await like(deps().db, scope, requireSession(event).caller, 'journal', null));
};

function kept(done: boolean): Response {
  if (!done) error(409, 'who looks as somebody else keeps nothing');
  return new Response(null, { status: 204 });
}
