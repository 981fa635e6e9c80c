import { actorOf } from '@callscope/modules/audit/acts.ts';
import { addToBlackList, blackList, removeFromBlackList } from '@callscope/modules/pbx/lists.ts';
import { listForm, patternsForm } from '@callscope/modules/pbx/route-forms.ts';
import { numberRoutes } from '@callscope/modules/pbx/routes.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db } = deps();
  const [list, routes] = await Promise.all([blackList(db, scope), numberRoutes(db, scope)]);
  // where a white list stands the black one is not asked
  return { list, exempt: routes.filter(({ whiteList }) => whiteList.length > 0).map(({ number }) => number) };
};

export const actions: Actions = {
  add: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const form = listForm.min(1).safeParse(fromJson(String((await event.request.formData()).get('callers') ?? '')));
    if (!form.success) return fail(400, { lines: [...new Set(form.error.issues.map(({ path }) => Number(path[0] ?? -1)))], wrong: 'form' });
    const added = await addToBlackList(deps().db, scope, actorOf(requireSession(event).caller), form.data);
    if (added === null) error(404, 'no such company');
    return added === 'many' ? fail(409, { lines: [], wrong: 'many' }) : { added };
  },
  remove: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const form = patternsForm.safeParse(fromJson(String((await event.request.formData()).get('patterns') ?? '')));
    if (!form.success) return fail(400, { wrong: 'form' });
    const removed = await removeFromBlackList(deps().db, scope, actorOf(requireSession(event).caller), form.data);
    if (removed === null) error(404, 'no such company');
    return { removed };
  },
};
