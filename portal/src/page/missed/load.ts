import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import {
  type Case,
  type CaseFilter,
  type CasesOfEmployee,
  type CaseTotals,
  casesByEmployee,
  countCases,
  listCases,
} from '@callscope/modules/cases/store.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { CursorError, decodeCursor, encodeCursor } from '@callscope/portal/calls/cursor.ts';
import { casesUnder } from '@callscope/portal/cases/under.ts';
import { deps } from '@callscope/portal/deps.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import type { CompanyNames } from '../names.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import type { MissedAddress, Show } from './address.ts';

/** A line of the list; times in ms since the epoch, null = did not happen. */
export interface CaseLine
  extends Pick<Case, 'id' | 'number' | 'ownNumber' | 'status' | 'overdue' | 'attempts' | 'closedBy' | 'owner' | 'comment'> {
  missed: number;
  openedAt: number;
  waitingFrom: number;
  lastMissedAt: number;
  lastAttemptAt: number | null;
  closedAt: number | null;
  claim: { holder: string; until: number } | null;
}

export interface MissedData {
  address: MissedAddress;
  /** of the server */
  now: number;
  /** minutes in which a missed call is to be called back */
  callbackMinutes: number;
  /** of the period and owner, whatever is shown of them */
  totals: CaseTotals;
  cases: CaseLine[];
  /** cursor of the next page; null = there is none */
  next: string | null;
  /** null: for whoever sees only their own cases */
  byEmployee: CasesOfEmployee[] | null;
  names: CompanyNames;
  /** what is asked for by name, where the directory does not have it */
  missing: Missing | null;
  /** why nobody knows which cases the conditions mean; null: it is known */
  failure: Failure | null;
}

type Order = 'oldest' | 'newest';

const LIMIT = 100;

const SHOWN: Record<Show, Pick<CaseFilter, 'status' | 'overdue'>> = {
  open: { status: ['open', 'working'] },
  overdue: { overdue: true },
  closed: { status: ['calledBack', 'gotThrough', 'dismissed'] },
  all: {},
  remaining: { status: ['open', 'working', 'dismissed'] },
  calledBack: { status: ['calledBack'] },
  gotThrough: { status: ['gotThrough'] },
};
/** What is still to be done begins with who waits longest; what is done, with the last. */
const OLDEST_FIRST: readonly Show[] = ['open', 'overdue', 'remaining'];

/** @throws CursorError */
export async function loadMissed(scope: TenantScope, tenant: RuledTenant, address: MissedAddress): Promise<MissedData> {
  const { db, clock } = deps();
  const now = clock.now();
  const at = new Date(now);
  const { period, owner, conditions, show, cursor } = address;
  const bound = `cases ${scope.tenant} ${JSON.stringify([period.from, period.to, owner, conditions, show])}`;
  const place = cursor === null ? null : decodeCursor(cursor, bound);
  const order = orderOf(show);
  const after = place ? { openedAt: place.startedAt, id: place.id } : undefined;
  const { answer: under, failure } = await answered(meantCases(scope, tenant, address));
  const whole: CaseFilter = { ...under, owner: owner === null ? undefined : [owner] };
  const [totals, found, byEmployee, names, settings] = await Promise.all([
    under && countCases(db, scope, whole, at),
    under ? listCases(db, scope, { ...whole, ...SHOWN[show] }, { limit: LIMIT + 1, order, after }, at) : [],
    scope.within === undefined ? (under ? casesByEmployee(db, scope, under, at) : []) : null,
    loadNames(scope, tenant),
    getSettings(db, scope),
  ]);
  const cases = found.slice(0, LIMIT);
  const last = cases.at(-1);
  const named = { ...conditions, employee: [...(conditions.employee ?? []), ...(owner === null ? [] : [owner])] };
  const missing = await missingIn(scope, tenant, named, { ...names, numbers: names.numbers.map((n) => n.number) });
  return {
    ...{ missing, address, now, callbackMinutes: settings.callbackMinutes, totals: totals ?? NOTHING, byEmployee, names, failure },
    cases: cases.map(lineOf),
    next: found.length > LIMIT && last ? encodeCursor({ startedAt: last.openedAt.getTime(), id: last.id }, bound) : null,
  };
}

const NOTHING: CaseTotals = { cases: 0, calledBack: 0, gotThrough: 0, remaining: 0, overdue: 0, dismissed: 0, missedCalls: 0 };

const orderOf = (show: Show): Order => (OLDEST_FIRST.includes(show) ? 'oldest' : 'newest');

/** What the page lists, and in which order. @returns null: no case can be meant. @throws FilterError, QueryTooLarge, StoreUnavailable */
export async function casesShown(
  scope: TenantScope,
  tenant: RuledTenant,
  address: MissedAddress,
): Promise<{ filter: CaseFilter; order: Order } | null> {
  const under = await meantCases(scope, tenant, address);
  const { owner, show } = address;
  return under && { filter: { ...under, owner: owner === null ? undefined : [owner], ...SHOWN[show] }, order: orderOf(show) };
}

/** The cases that the conditions mean. An own number is the case's own word: nobody is asked about calls for it. @returns null: none can be */
async function meantCases(scope: TenantScope, tenant: RuledTenant, { period, conditions }: MissedAddress): Promise<CaseFilter | null> {
  const { number, ...others } = conditions;
  const company = await askedOf(deps(), scope, tenant, { ...others, from: period.from, to: period.to });
  const under = await casesUnder(deps().store, scope, { ...others, from: period.from, to: period.to }, company);
  const spelled = number?.map((one) => normalizePhone(phoneFromPeople(one, company.country), company.country));
  return under && { ...under, number: spelled };
}

export { CursorError };

function lineOf(c: Case): CaseLine {
  const { id, number, ownNumber, status, overdue, attempts, closedBy, owner, comment } = c;
  return {
    ...{ id, number, ownNumber, status, overdue, attempts, closedBy, owner, comment },
    missed: c.missedCalls.length,
    openedAt: c.openedAt.getTime(),
    waitingFrom: c.waitingFrom.getTime(),
    lastMissedAt: c.lastMissedAt.getTime(),
    lastAttemptAt: c.lastAttemptAt?.getTime() ?? null,
    closedAt: c.closedAt?.getTime() ?? null,
    claim: c.claim && { holder: c.claim.holder, until: c.claim.expiresAt.getTime() },
  };
}
