import { companySettingsSchema } from '@callscope/core/domain/directory.ts';
import { instantOf } from '@callscope/core/domain/zone.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { changeSettings } from '@callscope/modules/directory/settings.ts';
import { followTerms } from '@callscope/portal/cases/follow-terms.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import { loadSettings } from '#page/settings/load.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write');
  return { settings: await loadSettings(scope, await companyOf(scope)) };
};

export const actions: Actions = {
  default: async (event) => {
    const scope = requireRight(event, 'directory:write');
    const form = await event.request.formData();
    const given = companySettingsSchema.safeParse(fromJson(String(form.get('settings') ?? '')));
    if (!given.success) return fail(400, { refused: true });
    const since = String(form.get('since') ?? '');
    const { db, clock } = deps();
    const recompute = since === '' ? null : instantOf(given.data.timezone, Date.parse(`${since}T00:00:00Z`));
    // NaN is not in the past either
    if (recompute !== null && !(recompute <= clock.now())) return fail(400, { refused: true });
    const version = await changeSettings(
      db,
      scope,
      actorOf(requireSession(event).caller),
      given.data,
      recompute === null ? null : new Date(recompute),
    );
    if (version === null) error(404, 'no such company');
    await followTerms(deps(), scope);
    return { refused: false };
  },
};
