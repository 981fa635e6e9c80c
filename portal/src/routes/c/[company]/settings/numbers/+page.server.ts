import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { PbxConflict } from '@callscope/modules/pbx/conflict.ts';
import { routeForm } from '@callscope/modules/pbx/route-forms.ts';
import { numberRoutes, pbxOf, putRoute } from '@callscope/modules/pbx/routes.ts';
import { outcomeOf } from '@callscope/modules/pbx/rules-route.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import { faultAt } from '#page/numbers/route-faults.ts';
import type { Actions, PageServerLoad } from './$types';

/** As the browser's field of date and time says it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** The question is in the address: it stays there at F5, and can be sent to somebody. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db, clock } = deps();
  const [{ timezone }, routes, stands, directory] = await Promise.all([
    companyOf(scope),
    numberRoutes(db, scope),
    pbxOf(db, scope),
    getDirectory(db, scope, new Date(clock.now())),
  ]);
  const { searchParams } = event.url;
  const now = new Date(wallClock(timezone, clock.now())).toISOString().slice(0, 16);
  const asked = {
    number: searchParams.get('number') ?? routes[0]?.number ?? '',
    caller: (searchParams.get('caller') ?? '').slice(0, 64),
    at: searchParams.get('at') ?? now,
  };
  const wall = MOMENT.test(asked.at) ? Date.parse(`${asked.at}:00Z`) : Number.NaN;
  const isAsked = searchParams.has('at');
  const names = new Map((directory?.body ?? EMPTY).employees.flatMap(({ name, extensions }) => extensions.map((x) => [x, name] as const)));
  return {
    routes,
    asked,
    timezone,
    extensions: [...(stands?.pbx.shortNumbers.keys() ?? [])].sort().map((number) => ({ number, name: names.get(number) ?? '' })),
    groups: [...(stands?.pbx.groups.keys() ?? [])].sort(),
    wrongAt: isAsked && Number.isNaN(wall),
    outcome:
      isAsked && !Number.isNaN(wall) && stands
        ? outcomeOf(stands.pbx, { number: asked.number, caller: sentBy(asked.caller), at: instantOf(timezone, wall) })
        : null,
  };
};

/** A caller as people type it, as it would be sent. */
function sentBy(typed: string): string {
  return typed.replace(/[\s()-]/g, '');
}

function routeIn(given: FormData) {
  return { number: String(given.get('number') ?? ''), form: routeForm.safeParse(fromJson(String(given.get('route') ?? ''))) };
}

export const actions: Actions = {
  /** what a route that is not saved yet would do with a call now, and whether that is another thing than today's */
  preview: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const given = await event.request.formData();
    const { number, form } = routeIn(given);
    if (!form.success) return fail(400, { faults: form.error.issues.map(({ path }) => faultAt(path)) });
    const { db, clock } = deps();
    const call = { number, caller: sentBy(String(given.get('caller') ?? '').slice(0, 64)), at: clock.now() };
    try {
      const [now, then] = [await pbxOf(db, scope), await pbxOf(db, scope, () => ({ number, route: form.data }))];
      if (!now?.pbx.numbers.has(number) || !then) error(404, 'no such number');
      const [stands, outcome] = [outcomeOf(now.pbx, call), outcomeOf(then.pbx, call)];
      const way = ({ steps, code }: typeof outcome) => JSON.stringify([steps, code]);
      return { outcome, isSame: way(stands) === way(outcome) };
    } catch (fault) {
      if (fault instanceof PbxConflict) return fail(409, { faults: [faultAt(fault.field.split('.'))] });
      throw fault;
    }
  },
  save: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const given = await event.request.formData();
    const { number, form } = routeIn(given);
    if (!form.success) return fail(400, { faults: form.error.issues.map(({ path }) => faultAt(path)) });
    const actor = actorOf(requireSession(event).caller);
    try {
      const done = await putRoute(deps().db, scope, actor, number, form.data, String(given.get('version') ?? ''));
      if (done === 'unknown') error(404, 'no such number');
      return done === 'stale' ? fail(412, { stale: true }) : { done: number };
    } catch (fault) {
      if (fault instanceof PbxConflict) return fail(409, { faults: [faultAt(fault.field.split('.'))] });
      throw fault;
    }
  },
};
