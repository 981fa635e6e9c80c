/**
 * Missed calls as cases: what the calls of one outside number say, in order. Pure, so the same calls give the same cases
 * however often and in whatever order they became known. Times are µs since the epoch, as in calls.
 */
import type { CallRow } from '@callscope/core/domain/call.ts';
import { isHidden } from '@callscope/core/domain/hidden.ts';

/** The part of a call that cases are made of. */
export interface CaseCall
  extends Pick<CallRow, 'id' | 'from' | 'dialled' | 'number' | 'employee' | 'group' | 'startedAt' | 'answeredAt' | 'endedAt'> {
  direction: CallRow['direction'];
  /** employees who were offered a leg */
  offered: readonly string[];
}

export const OUTCOMES = ['open', 'calledBack', 'gotThrough'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface CaseOfCalls {
  /** id of the first missed call */
  id: string;
  /** outside number, '' = hidden */
  number: string;
  /** own number that was called last, '' when none */
  ownNumber: string;
  /** start of the first missed call */
  openedAt: number;
  /** its end: from here on somebody waits */
  waitingFrom: number;
  lastMissedAt: number;
  missedCalls: string[];
  /** own numbers and groups that they came to, and employees whom they were offered to: who may see the case */
  ownNumbers: string[];
  groups: string[];
  offered: string[];
  /** our calls to the number while the case was open, the one that succeeded among them */
  attempts: number;
  attemptedBy: string[];
  /** 0 = none */
  firstAttemptAt: number;
  lastAttemptAt: number;
  outcome: Outcome;
  /** 0 = open */
  closedAt: number;
  closedCall: string;
  /** employee who called back, or answered; '' = not known */
  closedBy: string;
}

/** The outside number whose cases a call may change, '' = hidden; null: none, as of an internal call. */
export function partyOf(call: Pick<CallRow, 'direction' | 'from' | 'dialled'>): string | null {
  if (call.direction === 'internal') return null;
  const number = call.direction === 'in' ? call.from : call.dialled;
  if (!isHidden(number)) return number;
  return call.direction === 'in' ? '' : null;
}

/** When it was decided what a call is: at the answer, or at the end of one that nobody answered. Calls count in this order. */
export function decidedAt(call: Pick<CallRow, 'answeredAt' | 'endedAt'>): number {
  return call.answeredAt || call.endedAt;
}

/**
 * Cases of one outside number, oldest first. A missed call opens one unless one is open; our answered call or one of theirs
 * closes it; a call of ours that nobody answered is an attempt. Every hidden call is a case of its own, which stays open.
 * @param calls each once, in any order; from a moment on at which no case was open
 */
export function casesOf(number: string, calls: readonly CaseCall[]): CaseOfCalls[] {
  const cases: CaseOfCalls[] = [];
  let open: CaseOfCalls | null = null;
  const hidden = isHidden(number);
  const inOrder = [...calls].sort((a, b) => decidedAt(a) - decidedAt(b) || a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  for (const call of inOrder) {
    const isAnswered = call.answeredAt > 0;
    if (call.direction === 'in' && !isAnswered) {
      if (open === null || hidden) {
        open = newCase(number, call);
        cases.push(open);
      } else miss(open, call);
      continue;
    }
    if (open === null || hidden) continue;
    if (call.direction === 'out') attempt(open, call);
    if (!isAnswered) continue;
    open.outcome = call.direction === 'out' ? 'calledBack' : 'gotThrough';
    open.closedAt = call.answeredAt;
    open.closedCall = call.id;
    open.closedBy = call.employee;
    open = null;
  }
  return cases;
}

function newCase(number: string, call: CaseCall): CaseOfCalls {
  return {
    id: call.id,
    number: isHidden(number) ? '' : number,
    ownNumber: call.number,
    openedAt: call.startedAt,
    waitingFrom: call.endedAt,
    lastMissedAt: call.startedAt,
    missedCalls: [call.id],
    ownNumbers: unique([call.number]),
    groups: unique([call.group]),
    offered: unique(call.offered),
    attempts: 0,
    attemptedBy: [],
    firstAttemptAt: 0,
    lastAttemptAt: 0,
    outcome: 'open',
    closedAt: 0,
    closedCall: '',
    closedBy: '',
  };
}

function miss(open: CaseOfCalls, call: CaseCall): void {
  open.missedCalls.push(call.id);
  open.lastMissedAt = Math.max(open.lastMissedAt, call.startedAt);
  open.ownNumber = call.number;
  open.ownNumbers = unique([...open.ownNumbers, call.number]);
  open.groups = unique([...open.groups, call.group]);
  open.offered = unique([...open.offered, ...call.offered]);
}

function attempt(open: CaseOfCalls, call: CaseCall): void {
  open.attempts++;
  // one under way while they called counts from the moment somebody waits
  const at = Math.max(call.startedAt, open.waitingFrom);
  if (open.firstAttemptAt === 0 || at < open.firstAttemptAt) open.firstAttemptAt = at;
  open.lastAttemptAt = Math.max(open.lastAttemptAt, at);
  open.attemptedBy = unique([...open.attemptedBy, call.employee]);
}

const unique = (list: readonly string[]): string[] => [...new Set(list)].filter((one) => one !== '');
