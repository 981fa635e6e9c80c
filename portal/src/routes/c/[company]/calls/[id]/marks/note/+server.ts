import { noteForm } from '@callscope/modules/marks/forms.ts';
import { readCallMarks, writeNote } from '@callscope/modules/marks/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireRight, requireSession } from '#page/company.ts';
import { answered, faulty } from '#page/marks/answer.ts';
import { markedCall } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** Writes the note; where somebody else was quicker, answers what stands there now. */
export const PUT: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:tag');
  const { caller } = requireSession(event);
  const form = noteForm.safeParse(await event.request.json().catch(() => null));
  if (!form.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  const note = await writeNote(deps().db, scope, caller, call, form.data.text, form.data.version);
  if (note !== 'stale') return answered(note);
  return faulty('stale', { now: (await readCallMarks(deps().db, scope, caller, call.id)).note });
};
