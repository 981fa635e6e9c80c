import { taggingForm } from '@callscope/modules/marks/forms.ts';
import { tagCall } from '@callscope/modules/marks/tags.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireRight, requireSession } from '#page/company.ts';
import { answered, faulty } from '#page/marks/answer.ts';
import { markedCall } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** Gives a call exactly these tags. */
export const PUT: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:tag');
  const form = taggingForm.safeParse(await event.request.json().catch(() => null));
  if (!form.success) return faulty('form');
  const call = await markedCall(scope, event.params.id);
  return answered(await tagCall(deps().db, scope, requireSession(event).caller, call, form.data.tags));
};
