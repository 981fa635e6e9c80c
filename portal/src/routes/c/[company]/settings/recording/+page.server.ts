import { subjects } from '@callscope/core/bus/streams.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { policyOf, policyOfTelephony, policySchema, putPolicy } from '@callscope/modules/recordings/policy-store.ts';
import { recordingWishes } from '@callscope/modules/recordings/wishes.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const { db, clock } = deps();
  const [policy, directory, wished] = await Promise.all([
    policyOf(db, scope),
    getDirectory(db, scope, new Date(clock.now())),
    recordingWishes(db, scope),
  ]);
  const { groups = [], employees = [] } = directory?.body ?? {};
  return {
    isSet: policy !== null,
    policy: policy ?? (await policyOfTelephony(db, scope)),
    groups: groups.map(({ id, name }) => ({ id, name })),
    employees: employees.map(({ id, name, group, record }) => ({ id, name, group: group ?? null, record, wish: wished.includes(id) })),
  };
};

export const actions: Actions = {
  default: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const session = requireSession(event);
    const form = await event.request.formData();
    const given = policySchema.safeParse(fromJson(String(form.get('policy') ?? '')));
    if (!given.success) return fail(400, { refused: true });
    const { db, bus } = deps();
    await putPolicy(db, scope, actorOf(session.caller), given.data);
    bus.nc.publish(subjects.told(scope.tenant));
    return { refused: false };
  },
};
