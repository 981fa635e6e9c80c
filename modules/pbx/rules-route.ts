import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import { callerOf, patternOf } from './rules-callers.ts';
import { type Cause, type Stage, stageOf, type Telephony } from './rules-stage.ts';
import { isInPeriod, type Period } from './rules-times.ts';

/** Number that the called side beyond the company sees: the company's, the one that was called, or the caller's. */
export const SHOWN = ['company', 'number', 'caller'] as const;
export type Shown = (typeof SHOWN)[number];
/** What a caller who is refused is answered: busy, unavailable, not found, declined. */
export const REFUSALS = { 486: 'Busy here', 480: 'Temporarily Unavailable', 404: 'No such number', 603: 'Declined' } as const;
export type Refusal = keyof typeof REFUSALS;

export type Destination =
  | { kind: 'extension' | 'group'; value: string }
  | { kind: 'outside'; value: string; shown: Shown }
  | { kind: 'reject'; code: Refusal };

/** Holds when the moment is in one of the periods and the caller matches one of the patterns; none = always, everybody. */
export interface Rule {
  name: string;
  when: readonly Period[];
  callers: readonly string[];
  to: Destination;
}

export interface OwnNumber {
  /** in order; the first that holds decides, and the last always does */
  rules: readonly Rule[];
  /** not empty: only these are let through, and the company's black list is not asked */
  whiteList: readonly string[];
}

export interface Pbx extends Telephony {
  /** IANA */
  zone: string;
  hours: WorkingHours;
  /** by international digits */
  numbers: ReadonlyMap<string, OwnNumber>;
  blackList: readonly string[];
}

/** Which of the company's words decided. */
export type Why =
  | { by: 'rule'; rule: number; name: string; let: 'white' | 'none'; pattern: string | null }
  | { by: 'black' | 'white'; pattern: string | null }
  | { by: 'unknown' };

export interface Call {
  /** international digits */
  number: string;
  /** as it is sent: +79161234567, 89161234567, anonymous */
  caller: string;
  /** ms */
  at: number;
}

/** What is done with a call to an own number. Function edge.route (sql/postgres/0050_pbx_routes.sql) answers the same for the edge. */
export function decide(pbx: Pbx, { number, caller, at }: Call): { to: Destination; why: Why } {
  const own = pbx.numbers.get(number);
  if (!own) return { to: { kind: 'reject', code: 404 }, why: { by: 'unknown' } };
  const who = callerOf(caller);
  const isWhite = own.whiteList.length > 0;
  const pattern = patternOf(isWhite ? own.whiteList : pbx.blackList, who);
  if ((pattern === null) === isWhite) return { to: { kind: 'reject', code: 603 }, why: { by: isWhite ? 'white' : 'black', pattern } };
  const wall = wallClock(pbx.zone, at);
  const rule = own.rules.findIndex(
    ({ when, callers }) =>
      (callers.length === 0 || patternOf(callers, who) !== null) &&
      (when.length === 0 || when.some((period) => isInPeriod(period, pbx.hours, wall))),
  );
  const held = own.rules[rule];
  if (!held) return { to: { kind: 'reject', code: 404 }, why: { by: 'unknown' } };
  return { to: held.to, why: { by: 'rule', rule, name: held.name, let: isWhite ? 'white' : 'none', pattern } };
}

/** More phones, one after the other, than this and the call is over: a forward leads to a forward. As in opensips/config/parts/reach.cfg. */
export const MOST_STAGES = 12;

export interface Step {
  /** accounts; none: nobody of the company rings */
  rings: readonly string[];
  inTurn: boolean;
  /** 0: as long as the network lets it */
  seconds: number;
  /** a number beyond the company; null = none */
  outside: { number: string; shown: Shown } | null;
  /** what is dialled instead when all are busy, or no phone is registered; '' = the call is over */
  busy: string;
  unreachable: string;
}

export interface Outcome {
  /** who rings, one after the other, when nobody answers */
  steps: Step[];
  /** how it ends for a caller who waits so long: refused with a code; 0: nobody answered */
  code: number;
  reason: string;
  why: Why;
}

/** Who rings for a call, for how long and who after them, and why. There is exactly one outcome, and it ends. */
export function outcomeOf(pbx: Pbx, call: Call): Outcome {
  const { to, why } = decide(pbx, call);
  if (to.kind === 'reject') return { steps: [], code: to.code, reason: REFUSALS[to.code], why };
  const steps: Step[] = [];
  const shown = to.kind === 'outside' ? to.shown : 'company';
  let end = { code: 0, reason: '' };
  for (const stage of stagesOf(pbx, to, (s) => (s.targets.length > 0 || s.outside !== '' ? 'noAnswer' : 'unreachable'))) {
    end = { code: stage.code, reason: stage.reason };
    if (stage.code !== 0) break;
    steps.push({
      rings: stage.targets,
      inTurn: stage.inTurn,
      seconds: stage.ringSeconds,
      outside: stage.outside === '' ? null : { number: stage.outside, shown },
      busy: stage.next.busy,
      unreachable: stage.next.unreachable,
    });
  }
  return { steps, ...end, why };
}

/** What the edge is told one after the other, when each stage fails for such a cause. @yields MOST_STAGES + 1 at most */
export function* stagesOf(
  pbx: Telephony,
  to: Exclude<Destination, { kind: 'reject' }>,
  fails: (stage: Stage) => Cause,
): Generator<Stage, void> {
  let stage = stageOf(pbx, to.kind, to.value);
  for (let count = 1; ; count++) {
    yield stage;
    const next = stage.code === 0 ? stage.next[fails(stage)] : '';
    if (next === '') return;
    stage =
      count < MOST_STAGES
        ? stageOf(pbx, 'dialled', next)
        : { ...stage, targets: [], outside: '', code: 482, reason: 'Forwarded in a circle' };
  }
}
