import { entryForm, markId } from '@callscope/modules/marks/forms.ts';
import { addEntry } from '@callscope/modules/marks/library.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireRight, requireSession } from '#page/company.ts';
import { answered, faulty } from '#page/marks/answer.ts';
import { markedCall, mayTag } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** Puts the call into a collection: one's own, or with the right to tag it, a shared one. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { caller } = requireSession(event);
  const given = (await event.request.json().catch(() => null)) as { collection?: unknown } | null;
  const { collection, ...rest } = given ?? {};
  const [into, form] = [markId.safeParse(collection), entryForm.safeParse({ ...rest, call: event.params.id })];
  if (!into.success || !form.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  const may = await mayTag(caller, scope.tenant, call.id);
  return answered(await addEntry(deps().db, scope, caller, into.data, call, form.data, may));
};
