import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { type DeskRecording, leavingList } from '@callscope/modules/recordings/desk.ts';
import { askErasure } from '@callscope/modules/recordings/erasures.ts';
import { placeHold, releaseHold } from '@callscope/modules/recordings/holds.ts';
import { HOLD_KINDS } from '@callscope/modules/recordings/keeping.ts';
import { keepDaysOf, leavingBy } from '@callscope/modules/recordings/leaving.ts';
import { type ReportFile, reportFileSchema, worthOf } from '@callscope/modules/recordings/reports.ts';
import { ReportKeys } from '@callscope/modules/recordings/signing.ts';
import { deps } from '@callscope/portal/deps.ts';
import { findNumber } from '@callscope/portal/recordings/found.ts';
import { isOwnNumber, numberOf } from '@callscope/portal/recordings/number.ts';
import { fail, redirect } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { endOfDay } from '#page/settings/until.ts';
import type { Actions, PageServerLoad } from './$types';

const DAY_MS = 86_400_000;
const MOST_LEAVING = 200;
/** A line for each recording: more than anybody's number has. */
const MOST_FILE = 5_000_000;

/** ?number= in any spelling: everything of it. ?leaving= what goes by tomorrow with this number alone. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const company = await companyOf(scope);
  const { db, clock } = deps();
  const now = clock.now();
  const typed = (event.url.searchParams.get('number') ?? '').trim().slice(0, 100);
  const only = (event.url.searchParams.get('leaving') ?? '').trim().slice(0, 100);
  const number = numberOf(typed, company.country);
  const onlyNumber = numberOf(only, company.country);
  const [directory, keepDays] = await Promise.all([getDirectory(db, scope, new Date(now)), keepDaysOf(db, scope)]);
  const isOwn = number !== null && isOwnNumber(directory?.body ?? null, number);
  const wrong = typed === '' ? null : number === null ? ('number' as const) : isOwn ? ('own' as const) : null;
  const listed = async (days: number): Promise<DeskRecording[]> =>
    leavingList(db, scope, {
      ...{ keepDays: days, at: now + DAY_MS, number: onlyNumber, offset: 0, limit: MOST_LEAVING + 1 },
    });
  const [found, days, list] = await Promise.all([
    number === null || wrong !== null ? null : findNumber(deps(), scope, number),
    leavingBy(db, scope, keepDays, company.timezone, now + DAY_MS),
    keepDays === null || (only !== '' && onlyNumber === null) ? [] : listed(keepDays),
  ]);
  return {
    ...{ typed, wrong, found, only, isOnlyWrong: only !== '' && onlyNumber === null, keepDays, days },
    leaving: list.slice(0, MOST_LEAVING),
    isLeavingCut: list.length > MOST_LEAVING,
  };
};

const textOf = (form: FormData, name: string, most = 500) =>
  String(form.get(name) ?? '')
    .trim()
    .slice(0, most);

export const actions: Actions = {
  hold: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const form = await event.request.formData();
    const company = await companyOf(scope);
    const kind = HOLD_KINDS.find((one) => one === form.get('kind') && (one === 'number' || one === 'call'));
    const value = kind === 'number' ? numberOf(textOf(form, 'value'), company.country) : textOf(form, 'value', 300);
    const reason = textOf(form, 'reason');
    const day = textOf(form, 'until', 10);
    const until = day === '' ? null : endOfDay(day, company.timezone);
    const { db, clock } = deps();
    if (kind === undefined || !value) return fail(400, { wrong: 'value' as const });
    if (reason.length < 3) return fail(400, { wrong: 'reason' as const });
    if (day !== '' && (until === null || until.getTime() <= clock.now())) return fail(400, { wrong: 'until' as const });
    await placeHold(db, scope, actorOf(requireSession(event).caller), { kind, value, from: null, to: null, until, reason });
    return { done: 'hold' as const };
  },
  release: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const id = textOf(await event.request.formData(), 'id');
    const actor = actorOf(requireSession(event).caller);
    if (!/^\d{1,18}$/.test(id) || !(await releaseHold(deps().db, scope, actor, id))) return fail(404, { wrong: 'id' as const });
    return { done: 'release' as const };
  },
  /** The number is typed once more: what goes does not come back. */
  erase: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const form = await event.request.formData();
    const company = await companyOf(scope);
    const number = numberOf(textOf(form, 'number', 100), company.country);
    const again = numberOf(textOf(form, 'again', 100), company.country);
    const reason = textOf(form, 'reason');
    const { db, clock } = deps();
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    if (number === null || isOwnNumber(directory?.body ?? null, number)) return fail(400, { wrong: 'number' as const });
    if (reason.length < 3) return fail(400, { wrong: 'eraseReason' as const });
    if (again !== number) return fail(400, { wrong: 'again' as const });
    const id = await askErasure(db, scope, actorOf(requireSession(event).caller), number, reason);
    redirect(303, `/c/${encodeURIComponent(scope.tenant)}/settings/keeping/${id}`);
  },
  /** A signed report that somebody brings: what is it worth? */
  verify: async (event) => {
    const scope = requireRight(event, 'recordings:write');
    const form = await event.request.formData();
    const file = form.get('file');
    const text = file instanceof File && file.size <= MOST_FILE ? await file.text() : '';
    const signed = signedOf(text);
    if (signed === null) return fail(400, { wrong: 'file' as const });
    const typed = textOf(form, 'of', 100);
    const number = typed === '' ? null : numberOf(typed, (await companyOf(scope)).country);
    if (typed !== '' && number === null) return fail(400, { wrong: 'of' as const });
    const { db, keysPath, log } = deps();
    try {
      return await worthOf(db, scope, new ReportKeys(keysPath), signed, number);
    } catch (error) {
      if (!(error instanceof KeysMissing)) throw error;
      log.error('a signed report cannot be looked at', { error });
      return fail(503, { wrong: 'keys' as const });
    }
  },
};

function signedOf(text: string): ReportFile | null {
  try {
    return reportFileSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
