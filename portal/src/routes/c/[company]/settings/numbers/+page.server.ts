import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import { numberRoutes, pbxOf } from '@callscope/modules/pbx/routes.ts';
import { outcomeOf } from '@callscope/modules/pbx/rules-route.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyOf, requireRight } from '#page/company.ts';
import type { PageServerLoad } from './$types';

/** As the browser's field of date and time says it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** The question is in the address: it stays there at F5, and can be sent to somebody. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db, clock } = deps();
  const [{ timezone }, routes] = await Promise.all([companyOf(scope), numberRoutes(db, scope)]);
  const { searchParams } = event.url;
  const now = new Date(wallClock(timezone, clock.now())).toISOString().slice(0, 16);
  const asked = {
    number: searchParams.get('number') ?? routes[0]?.number ?? '',
    caller: (searchParams.get('caller') ?? '').slice(0, 64),
    at: searchParams.get('at') ?? now,
  };
  const wall = MOMENT.test(asked.at) ? Date.parse(`${asked.at}:00Z`) : Number.NaN;
  const isAsked = searchParams.has('at');
  const stands = isAsked && !Number.isNaN(wall) ? await pbxOf(db, scope) : null;
  const caller = asked.caller.replace(/[\s()-]/g, '');
  return {
    routes,
    asked,
    timezone,
    wrongAt: isAsked && Number.isNaN(wall),
    outcome: stands && outcomeOf(stands.pbx, { number: asked.number, caller, at: instantOf(timezone, wall) }),
  };
};
