import { letterForm } from '@callscope/portal/api/letter-form.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { sendRecording } from '@callscope/portal/recordings/send.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** Sends the recording, or a link, by letter. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  const { caller } = requireSession(event);
  const asked = letterForm.safeParse(await event.request.json().catch(() => null));
  if (!asked.success) return json({ refused: 'address' }, { status: 400 });
  try {
    const said = await sendRecording(deps(), scope, caller, event.params.id, asked.data);
    return json(said, { status: 'sent' in said ? 200 : 409 });
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
