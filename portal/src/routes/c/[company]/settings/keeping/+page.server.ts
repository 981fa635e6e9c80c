import { answeredCalls } from '@callscope/analytics/run/recorded.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { type Actor, actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { countRecordings } from '@callscope/modules/recordings/count.ts';
import { askErasure, erasableOf, erasuresOf } from '@callscope/modules/recordings/erasures.ts';
import { holdsOf, isStanding, placeHold, releaseHold } from '@callscope/modules/recordings/holds.ts';
import { HOLD_KINDS, KEEP_DAYS } from '@callscope/modules/recordings/keeping.ts';
import { sealingOf } from '@callscope/modules/recordings/keys.ts';
import { keepDaysOf, leavingBy, setKeepDays } from '@callscope/modules/recordings/leaving.ts';
import { deps } from '@callscope/portal/deps.ts';
import { isOwnNumber, numberOf } from '@callscope/portal/recordings/number.ts';
import { fail, type RequestEvent } from '@sveltejs/kit';
import { dayOf } from '#format/moment.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

const DAY_MS = 86_400_000;
const COUNTED_DAYS = 14;
const SHOWN_ERASURES = 50;

/** ?days=N: what another term would take away at once; `forever` takes nothing. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const { db, store, clock } = deps();
  const company = await companyOf(scope);
  const now = clock.now();
  const keepDays = await keepDaysOf(db, scope);
  const asked = Number(event.url.searchParams.get('days'));
  const isAsked = Number.isInteger(asked) && asked >= 1 && asked <= 36_500 && asked !== keepDays;
  const zone = company.timezone;
  const [tomorrow, changed, holds, erasures, directory, days, sealing] = await Promise.all([
    leavingBy(db, scope, keepDays, zone, now + DAY_MS),
    isAsked ? leavingBy(db, scope, asked, zone, now) : null,
    holdsOf(db, scope),
    erasuresOf(db, scope),
    getDirectory(db, scope, new Date(now)),
    countRecordings(db, scope, answeredCalls(store, scope, now - COUNTED_DAYS * DAY_MS, now), (at) => dayOf(zone, at), now),
    sealingOf(db, scope),
  ]);
  const sum = (lines: NonNullable<typeof changed>) => ({
    goes: lines.reduce((all, line) => all + line.goes, 0),
    held: lines.reduce((all, line) => all + line.held, 0),
    seconds: lines.reduce((all, line) => all + line.seconds, 0),
  });
  return {
    keepDays,
    usual: KEEP_DAYS,
    asked: isAsked ? asked : null,
    tomorrow: sum(tomorrow),
    changed: changed && sum(changed),
    holds: holds.filter((hold) => isStanding(hold, new Date(now))),
    erasures: erasures.slice(0, SHOWN_ERASURES),
    employees: (directory?.body.employees ?? []).map(({ id, name }) => ({ id, name })),
    days: days.toReversed(),
    sealing,
  };
};

function allowed(event: RequestEvent & { params: { company: string } }) {
  const scope = requireRight(event, 'recordings:write');
  const session = requireSession(event);
  const actor: Actor = actorOf(session.caller);
  return { scope, actor };
}

/** What the form asks to be erased, or which of its fields is wrong. */
async function erasureOf(scope: TenantScope, form: FormData): Promise<{ number: string; reason: string } | { wrong: string }> {
  const { db, clock } = deps();
  const company = await companyOf(scope);
  const number = numberOf(String(form.get('number') ?? ''), company.country);
  const reason = String(form.get('reason') ?? '').trim();
  if (number === null) return { wrong: 'number' };
  const directory = await getDirectory(db, scope, new Date(clock.now()));
  if (isOwnNumber(directory?.body ?? null, number)) return { wrong: 'own' };
  if (reason.length < 3) return { wrong: 'eraseReason' };
  return { number, reason: reason.slice(0, 500) };
}

export const actions: Actions = {
  term: async (event) => {
    const { scope, actor } = allowed(event);
    const form = await event.request.formData();
    const days = form.get('forever') === 'on' ? null : Number(form.get('days'));
    if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= 36_500)) return fail(400, { wrong: 'days' });
    await setKeepDays(deps().db, scope, actor, days);
    return { done: 'term' };
  },
  hold: async (event) => {
    const { scope, actor } = allowed(event);
    const form = await event.request.formData();
    const kind = HOLD_KINDS.find((one) => one === form.get('kind'));
    const typed = String(form.get('value') ?? '').trim();
    const reason = String(form.get('reason') ?? '').trim();
    const company = await companyOf(scope);
    const value = kind === 'number' ? numberOf(typed, company.country) : kind === 'all' ? '' : typed.slice(0, 300);
    if (kind === undefined || value === null || (kind !== 'all' && value === '')) return fail(400, { wrong: 'value' });
    if (reason.length < 3) return fail(400, { wrong: 'reason' });
    await placeHold(deps().db, scope, actor, { kind, value, from: null, to: null, reason: reason.slice(0, 500) });
    return { done: 'hold' };
  },
  /** on: from now on a new key; else new recordings are kept as they are */
  seal: async (event) => {
    const { scope, actor } = allowed(event);
    const isOn = (await event.request.formData()).get('on') === 'on';
    const { keys, log } = deps();
    try {
      if (isOn) await keys.seal(scope, actor);
      else await keys.leaveOpen(scope, actor);
    } catch (error) {
      if (!(error instanceof KeysMissing)) throw error;
      log.error('recordings cannot be sealed', { error });
      return fail(503, { wrong: 'keys' });
    }
    return { done: isOn ? 'seal' : 'open' };
  },
  release: async (event) => {
    const { scope, actor } = allowed(event);
    const id = String((await event.request.formData()).get('id') ?? '');
    if (!/^\d{1,18}$/.test(id) || !(await releaseHold(deps().db, scope, actor, id))) return fail(404, { wrong: 'id' });
    return { done: 'release' };
  },
  /** What erasing a number would take away, before anybody says that it shall be. */
  preview: async (event) => {
    const { scope } = allowed(event);
    const asked = await erasureOf(scope, await event.request.formData());
    if ('wrong' in asked) return fail(400, asked);
    return { preview: { number: asked.number, ...(await erasableOf(deps().db, scope, asked.number)) } };
  },
  erase: async (event) => {
    const { scope, actor } = allowed(event);
    const asked = await erasureOf(scope, await event.request.formData());
    if ('wrong' in asked) return fail(400, asked);
    await askErasure(deps().db, scope, actor, asked.number, asked.reason);
    return { done: 'erase' };
  },
};
