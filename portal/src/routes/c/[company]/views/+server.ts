import { json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { SaveAnswer } from '#page/views/answer.ts';
import { dropView, renameView, saveView } from '#page/views/save.ts';
import type { RequestHandler } from './$types';

/** Own views are for whoever reads the pages; to share one asks for more, in the store of views. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return answered(await saveView(scope, requireSession(event).caller, await given(event.request)));
};

export const PATCH: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return answered(await renameView(scope, requireSession(event).caller, await given(event.request)));
};

export const DELETE: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return answered(await dropView(scope, requireSession(event).caller, event.url.searchParams.get('id') ?? ''));
};

const given = (request: Request): Promise<unknown> => request.json().catch(() => null);

const STATUS = { taken: 409, many: 409, unknown: 404, share: 403, name: 400, form: 400 } as const;

function answered(answer: SaveAnswer): Response {
  return json(answer, { status: answer.fault === null ? 200 : STATUS[answer.fault] });
}
