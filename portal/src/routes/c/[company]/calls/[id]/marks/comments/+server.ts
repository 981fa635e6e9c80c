import { commentForm } from '@callscope/modules/marks/forms.ts';
import { addComment } from '@callscope/modules/marks/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireRight, requireSession } from '#page/company.ts';
import { answered, faulty } from '#page/marks/answer.ts';
import { markedCall } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** A comment on the call, or on a second of its recording. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:comment');
  const form = commentForm.safeParse(await event.request.json().catch(() => null));
  if (!form.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  return answered(await addComment(deps().db, scope, requireSession(event).caller, call, form.data));
};
