import { applyChanges, type Change, editRequestSchema } from '@callscope/modules/directory/edit.ts';
import { error, json } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import type { EditAnswer } from '#page/directory/answer.ts';
import { changeAs } from '#page/directory/change.ts';
import { validityOf } from '#page/directory/validity.ts';
import type { RequestHandler } from './$types';

/** One edit of a person: entries added, changed or removed as one version. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'directory:write');
  const company = await companyOf(scope);
  const parsed = editRequestSchema.safeParse(await event.request.json().catch(() => null));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const answer: EditAnswer = {
      done: false,
      fault: { code: 'form', message: `${String(issue?.path.at(-1) ?? '')}: ${issue?.message ?? ''}` },
    };
    return json(answer);
  }
  const validity = validityOf(parsed.data.validity);
  if (validity === null) error(400, 'from when on?');
  const changes = parsed.data.changes as Change[];
  const wanted = { kind: 'edit', validity, version: parsed.data.version } as const;
  return json(await changeAs(event.locals, scope, company, wanted, (body) => applyChanges(body, changes, company.country)));
};
