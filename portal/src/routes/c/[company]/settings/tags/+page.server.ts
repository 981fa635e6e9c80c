import { markId, tagChange, tagForm } from '@callscope/modules/marks/forms.ts';
import type { MarkFault, Tag } from '@callscope/modules/marks/kinds.ts';
import { addTag, changeTag, countedTags } from '@callscope/modules/marks/tags.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

/** The company's list of tags: it is of all calls, so it is not for who sees a part of them. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'marks:write', 'company');
  await companyOf(scope);
  return { tags: await countedTags(deps().db, scope) };
};

const told = (answer: Tag | MarkFault) =>
  typeof answer === 'string' ? fail(answer === 'unknown' ? 404 : 409, { wrong: answer }) : { done: answer.id };

export const actions: Actions = {
  add: async (event) => {
    const scope = requireRight(event, 'marks:write', 'company');
    await companyOf(scope);
    const form = tagForm.safeParse(Object.fromEntries(await event.request.formData()));
    if (!form.success) return fail(400, { wrong: 'form' as const });
    return told(await addTag(deps().db, scope, requireSession(event).caller, form.data));
  },
  /** What is not named stays. */
  change: async (event) => {
    const scope = requireRight(event, 'marks:write', 'company');
    const given = await event.request.formData();
    const id = markId.safeParse(given.get('id'));
    const [name, colour, place, archived] = ['name', 'colour', 'place', 'archived'].map((field) => given.get(field) ?? undefined);
    const change = tagChange.safeParse({
      ...{ name, colour },
      ...(place !== undefined && { place: Number(place) }),
      ...(archived !== undefined && { archived: archived === 'on' }),
    });
    if (!id.success || !change.success) return fail(400, { wrong: 'form' as const });
    const { name: named, colour: coloured, place: at, archived: put } = change.data;
    const changed = await changeTag(deps().db, scope, requireSession(event).caller, id.data, {
      ...(named !== undefined && { name: named }),
      ...(coloured !== undefined && { colour: coloured }),
      ...(at !== undefined && { place: at }),
      ...(put !== undefined && { archived: put }),
    });
    return told(changed);
  },
};
