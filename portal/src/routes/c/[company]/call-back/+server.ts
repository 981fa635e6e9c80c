import { subjects } from '@callscope/core/bus/streams.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { CLAIM_MINUTES, claimCase, releaseCase } from '@callscope/modules/cases/claims.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { startCall } from '@callscope/modules/edge/call.ts';
import { PATIENCE_MS } from '@callscope/modules/edge/commands.ts';
import { deps } from '@callscope/portal/deps.ts';
import { authorOf } from '@callscope/portal/directory/author.ts';
import { error, json } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { requireEmployee } from '#page/own-call.ts';
import type { RequestHandler } from './$types';

/** Phones of one person that are tried, one after another. */
const MOST_PHONES = 3;
/** As calls have them; nothing else is rung. */
const NUMBER = /^\d{2,15}$/;

/**
 * The person's own phone rings, then the number is called. `{number}`, or `{case}` too: its number is in hand for a while then, so that
 * nobody else calls it meanwhile. Answers `{call}`, or `{why}` with `holder` when it was not done.
 */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:control');
  const employee = requireEmployee(event, scope);
  const asked = ((await event.request.json().catch(() => null)) ?? {}) as { number?: unknown; case?: unknown };
  const { number } = asked;
  if (typeof number !== 'string' || !NUMBER.test(number)) error(400, 'number: digits, as calls have it');
  const { db, bus, clock } = deps();
  const session = requireSession(event);
  const company = await companyOf(scope);
  const now = new Date(clock.now());
  const directory = await getDirectory(db, scope, now);
  const phones = directory?.body.employees.find((e) => e.id === employee)?.extensions ?? [];
  if (phones.length === 0) return json({ why: 'no_extension' }, { status: 409 });
  const caseId = typeof asked.case === 'string' ? asked.case.slice(0, 600) : null;
  const cases = caseId === null ? null : tenantScope(session.caller, scope.tenant, 'cases:write');
  const claimed = cases && caseId !== null ? await claimCase(db, cases, caseId, session.login, CLAIM_MINUTES, now) : null;
  // somebody else calls them right now; one who has been reached already may be called once more
  if (claimed && 'why' in claimed && claimed.why === 'held') return json(claimed, { status: 409 });
  const on = { bus, db, now: () => new Date(clock.now()), findMs: PATIENCE_MS };
  const to = number.length > 6 ? `+${number}` : number;
  let why = 'no_extension';
  for (const from of phones.slice(0, MOST_PHONES)) {
    const outcome = await startCall(on, scope, authorOf(session.caller), { from, to, domain: company.domain }, null);
    if (outcome.ok) {
      if (claimed) bus.nc.publish(subjects.cases(scope.tenant));
      return json({ call: outcome.callId ?? '' });
    }
    ({ why } = outcome);
    // another phone of theirs may be the one that is there
    if (why !== 'no_extension' && why !== 'not_registered') break;
  }
  if (cases && caseId !== null && claimed && !('why' in claimed)) await releaseCase(db, cases, caseId, session.login, now);
  return json({ why }, { status: 409 });
};
