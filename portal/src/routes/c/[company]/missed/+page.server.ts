import { FilterError } from '@callscope/analytics/query/filter.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { CLAIM_MINUTES, type ClaimRefusal, claimCase, releaseCase } from '@callscope/modules/cases/claims.ts';
import { type Case, changeCase, HANDLINGS, type Handling } from '@callscope/modules/cases/store.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { CursorError } from '@callscope/portal/calls/cursor.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail, type RequestEvent } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { CASES, missedFromQuery } from '#page/missed/address.ts';
import { loadMissed } from '#page/missed/load.ts';
import { partOf } from '#page/part.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(CASES);
  const company = await companyOf(scope);
  const { session } = event.locals;
  try {
    return {
      missed: await loadMissed(scope, company, missedFromQuery(event.url.searchParams, company.timezone, deps().clock.now())),
      canWrite: session !== null && tenantScope(session.caller, company.id, 'cases:write') !== null,
      me: session?.login ?? '',
      part: partOf(scope),
      // which of the two forms the first HTML has; the browser's width decides after that
      isPhone: /\bMobi/.test(event.request.headers.get('user-agent') ?? ''),
    };
  } catch (cause) {
    if (cause instanceof FilterError || cause instanceof CursorError) error(400, cause.message);
    throw cause;
  }
};

type CompanyEvent = RequestEvent<{ company: string }>;

/** Right, name and form of whoever works on a case. */
async function asked(event: CompanyEvent) {
  const scope = requireRight(event, 'cases:write');
  const form = await event.request.formData();
  const { db, clock } = deps();
  return {
    scope,
    form,
    db,
    id: String(form.get('id') ?? '').slice(0, 600),
    who: event.locals.session?.login ?? '',
    now: new Date(clock.now()),
  };
}

function told(tenant: string, done: 'claimed' | 'released' | 'saved', answer: Case | ClaimRefusal) {
  if ('why' in answer) return fail(409, { done: null, why: answer.why, holder: answer.why === 'held' ? answer.holder : '' });
  deps().bus.nc.publish(subjects.cases(tenant));
  return { done, number: answer.number };
}

export const actions: Actions = {
  claim: async (event) => {
    const { scope, db, id, who, now } = await asked(event);
    return told(scope.tenant, 'claimed', await claimCase(db, scope, id, who, CLAIM_MINUTES, now));
  },
  release: async (event) => {
    const { scope, db, id, who, now } = await asked(event);
    return told(scope.tenant, 'released', await releaseCase(db, scope, id, who, now));
  },
  change: async (event) => {
    const { scope, form, db, id, who, now } = await asked(event);
    const owner = String(form.get('owner') ?? '');
    const status = String(form.get('status') ?? '');
    if (owner !== '') {
      const directory = await getDirectory(db, scope, now);
      if (!directory?.body.employees.some((e) => e.id === owner)) return fail(400, { done: null, why: 'owner' as const, holder: '' });
    }
    const change = {
      owner,
      comment: String(form.get('comment') ?? '').slice(0, 2_000),
      status: (HANDLINGS as readonly string[]).includes(status) ? (status as Handling) : undefined,
    };
    return told(scope.tenant, 'saved', (await changeCase(db, scope, id, change, who, now)) ?? { why: 'none' });
  },
};
