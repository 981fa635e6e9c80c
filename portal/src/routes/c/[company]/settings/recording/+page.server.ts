import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { policyOf, policyOfTelephony, policySchema, putPolicy } from '@callscope/modules/recordings/policy-store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const { db, clock } = deps();
  const [policy, directory] = await Promise.all([policyOf(db, scope), getDirectory(db, scope, new Date(clock.now()))]);
  const { groups = [], employees = [] } = directory?.body ?? {};
  return {
    isSet: policy !== null,
    policy: policy ?? (await policyOfTelephony(db, scope)),
    groups: groups.map(({ id, name }) => ({ id, name })),
    employees: employees.map(({ id, name, group, record }) => ({ id, name, group: group ?? null, record })),
  };
};

export const actions: Actions = {
  default: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const session = requireSession(event);
    const form = await event.request.formData();
    const given = policySchema.safeParse(fromJson(String(form.get('policy') ?? '')));
    if (!given.success) return fail(400, { refused: true });
    await putPolicy(deps().db, scope, actorOf(session.caller), given.data);
    return { refused: false };
  },
};
