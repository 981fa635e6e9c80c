import type { HangupBy } from '@callscope/core/domain/call.ts';
import type { CallDraft, End } from './fold.ts';
import { partyKey, type Tie } from './ties.ts';

/** A dialog in its conversation. */
export interface JoinedDialog {
  draft: CallDraft;
  end: End;
  /** how it came out of another one; null: out of none */
  tie: Tie | null;
}

/** Request Terminated (RFC 3261, 21.4.25): waited for, and ended before anybody answered. */
const GIVEN_UP = 487;

/** The weakest word wins: a conversation is over when the last of its dialogs is, as surely as the least sure of them. */
const ENDS: readonly End[] = [null, 'hep', 'missed', 'event', 'cdr'];

/**
 * Several dialogs as the one call that the people in it had. Who called, when and which number: the first dialog's. Talk:
 * from the first answer by a person to the last end. Answered by: whoever was with the caller last.
 * @param dialogs in order of their start; the first is the one that all others came out of
 */
export function joinDialogs(dialogs: readonly JoinedDialog[]): { draft: CallDraft; end: End } {
  const [first] = dialogs;
  if (!first) throw new RangeError('a conversation has at least one dialog');
  if (dialogs.length === 1 && !first.draft.isQueue) return first;
  const end = dialogs.reduce<End>((least, d) => (ENDS.indexOf(d.end) < ENDS.indexOf(least) ? d.end : least), 'cdr');
  return { draft: joined(first, dialogs.slice(1)), end };
}

function joined(first: JoinedDialog, others: readonly JoinedDialog[]): CallDraft {
  const isFetched = others.some((d) => d.tie === 'destination');
  const isQueued = !isFetched && (first.draft.isQueue || others.some((d) => d.tie === 'offer'));
  // an employee who is fetched, or a queue that answers, is not yet talk with anybody
  const talks = (isFetched || isQueued ? others : [first, ...others]).filter((d) => d.draft.answeredAt > 0);
  const answeredAt = earliest(talks.map((d) => d.draft.answeredAt));
  const endedAt = Math.max(...[first, ...others].map((d) => d.draft.endedAt));
  const caller = callerOf(first.draft, others);
  const dialled = isFetched ? (others.find((d) => d.tie === 'destination')?.draft ?? first.draft) : first.draft;
  const rings = isFetched || isQueued ? others : [first, ...others];
  const ringingAt = earliest(rings.map((d) => d.draft.ringingAt));
  // a phone that sent the call on, or an application that asked somebody before it answered, is between the two that talk
  const isSentOn = talks.some((d) => d.tie === 'forward' || (d.tie === 'same' && d.draft.answeredAt <= first.draft.answeredAt));
  const answeredBy = answeredAt > 0 ? lastWith(caller, first, talks, isSentOn) : '';
  const last = isSentOn ? first : [first, ...others].reduce((a, b) => (b.draft.endedAt > a.draft.endedAt ? b : a));
  // a queue answers for itself: its own 200 is nobody's, and whatever its offers came to, the caller waited in vain
  const failure = isQueued
    ? GIVEN_UP
    : isFetched
      ? (others.findLast((d) => d.tie === 'destination')?.draft.sipCode ?? 0)
      : first.draft.sipCode;
  const legs = (isQueued || isFetched ? others : [first, ...others]).flatMap((d) => legsOf(d, caller));
  return {
    ...first.draft,
    edgeTenant: first.draft.edgeTenant || (others.find((d) => d.draft.edgeTenant !== '')?.draft.edgeTenant ?? ''),
    direction: isFetched ? dialled.direction : first.draft.direction,
    fromUser: caller,
    dialled: dialled.dialled,
    dialledHost: dialled.dialledHost,
    did: first.draft.did || (isFetched ? dialled.did : ''),
    // what the employee is shown while fetched is no number of the company
    shownNumber: dialled.shownNumber,
    recordRule: [first, ...others].find((d) => d.draft.recordRule !== '')?.draft.recordRule ?? '',
    trunk: [first, ...others].find((d) => d.draft.trunk !== '')?.draft.trunk ?? '',
    source: [first, ...others].some((d) => d.draft.source === 'rule') ? 'rule' : first.draft.source,
    answeredBy,
    ringingAt: answeredAt > 0 ? Math.min(ringingAt, answeredAt) : ringingAt,
    answeredAt,
    endedAt,
    sipCode: answeredAt > 0 ? 200 : failure,
    hangupBy: answeredAt > 0 || isFetched ? hangupOf(last, caller) : first.draft.hangupBy,
    legs: legs.sort((a, b) => a.startedAt - b.startedAt || (a.target < b.target ? -1 : a.target > b.target ? 1 : 0)),
  };
}

/** A pickup calls the caller: whoever did it took the call. */
function isPickup({ draft, tie }: JoinedDialog, caller: string): boolean {
  const me = partyKey(caller);
  return (
    (tie === 'replaces' || tie === 'transfer') && partyKey(draft.fromUser) !== me && partyKey(draft.answeredBy || draft.dialled) === me
  );
}

function legsOf(dialog: JoinedDialog, caller: string): CallDraft['legs'] {
  const { draft } = dialog;
  return isPickup(dialog, caller) ? draft.legs.map((leg) => ({ ...leg, target: draft.fromUser })) : draft.legs;
}

/** Whoever is fetched by a callback is the caller of what they are connected to. */
function callerOf(first: CallDraft, others: readonly JoinedDialog[]): string {
  return others.some((d) => d.tie === 'destination') ? first.answeredBy || first.dialled : first.fromUser;
}

/**
 * Who was with the caller last. A consultation is not with the caller; a call that the answering party makes after a
 * transfer by the caller leaves that party where it is.
 */
function lastWith(caller: string, first: JoinedDialog, talks: readonly JoinedDialog[], isSentOn: boolean): string {
  let with_ = '';
  for (const dialog of [...talks].sort((a, b) => a.draft.answeredAt - b.draft.answeredAt)) {
    const { draft, tie } = dialog;
    if (tie === 'consult' || (isSentOn && dialog === first)) continue;
    const from = partyKey(draft.fromUser);
    // the party that was called has been handed to somebody else: it stays the one who answered
    const isHandedOn = with_ !== '' && from === partyKey(with_);
    if (isHandedOn) continue;
    with_ = isPickup(dialog, caller) ? draft.fromUser : draft.answeredBy || with_;
  }
  return with_ || first.draft.answeredBy;
}

/** Of the dialog that ended last, in words of the whole conversation. */
function hangupOf({ draft, tie }: JoinedDialog, caller: string): HangupBy | '' {
  const { hangupBy } = draft;
  if (hangupBy !== 'caller' && hangupBy !== 'callee') return hangupBy;
  // towards the destination the dialler stands for the employee it fetched, whatever number it shows
  const isCallers = tie === 'destination' || partyKey(draft.fromUser) === partyKey(caller);
  if (isCallers) return hangupBy;
  return hangupBy === 'caller' ? 'callee' : 'caller';
}

function earliest(times: readonly number[]): number {
  const happened = times.filter((t) => t > 0);
  return happened.length === 0 ? 0 : Math.min(...happened);
}
