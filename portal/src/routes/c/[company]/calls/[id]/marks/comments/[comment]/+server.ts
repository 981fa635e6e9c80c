import { commentChange, markId } from '@callscope/modules/marks/forms.ts';
import { editComment, removeComment } from '@callscope/modules/marks/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireRight, requireSession } from '#page/company.ts';
import { answered, faulty } from '#page/marks/answer.ts';
import { markedCall } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** One's own only. */
export const PATCH: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:comment');
  const [id, form] = [markId.safeParse(event.params.comment), commentChange.safeParse(await event.request.json().catch(() => null))];
  if (!id.success || !form.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  return answered(await editComment(deps().db, scope, requireSession(event).caller, call.id, id.data, form.data.text));
};

/** One's own, and others' by whoever answers for all. */
export const DELETE: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:comment');
  const id = markId.safeParse(event.params.comment);
  if (!id.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  return answered(await removeComment(deps().db, scope, requireSession(event).caller, call.id, id.data));
};
