/**
 * What the product still gets wrong, so that everything else can be held to. Each line must show in a run: whoever puts a
 * thing right is told to take its line out here.
 */
import type { Verdict } from './difference.ts';
import type { Conversation } from './generator/plan.ts';
import type { Case } from './report.ts';

export interface KnownBug {
  what: string;
  /** whether this difference of the case is that bug */
  shows(difference: string, one: Case, verdict: Verdict): boolean;
}

const companyOf = (conversation: Conversation) => conversation.dialogs[0]?.company.id;

export const KNOWN: readonly KnownBug[] = [
  {
    what: 'E_PBX_LEG with 180 does not count as ringing when the script\'s "ringing" is lost',
    shows: (d, { chaos }) => chaos.loss > 0 && chaos.mode !== 'packets' && /^ring:|^result: expected "no_answer", got "cancelled"/.test(d),
  },
  {
    what: 'ring and answer are taken from the hop to the caller, also when its first 180 or its 200 is lost and only a later one is there',
    shows: (d, { chaos }) => chaos.loss > 0 && chaos.mode !== 'events' && /^(ring|talk):/.test(d),
  },
  {
    what: 'attended transfer by the caller: without REFER the question to the colleague is not known as one',
    shows: (d, { conversation, chaos }) =>
      chaos.loss > 0 && conversation.kind === 'attended transfer by the caller' && d.startsWith('answeredBy'),
  },
  {
    what: 'Referred-By takes in the call before, when the same two people had one within 10 s',
    shows: (d, one, { differences, mixedWith }) =>
      !d.startsWith('security') &&
      differences.some((other) => other.startsWith('callIds')) &&
      (/^two .*calls of the same people/.test(one.conversation.kind) ||
        mixedWith.some((c) => companyOf(c) === companyOf(one.conversation))),
  },
  {
    what: 'packets later than events: a tie by people alone is not found once the first call is written',
    shows: (d, { conversation, chaos }, { differences }) =>
      !d.startsWith('security') &&
      /transfer/.test(conversation.kind) &&
      chaos.late.side === 'hep' &&
      chaos.late.ms > 0 &&
      chaos.loss > 0 &&
      differences.some((other) => other.startsWith('callIds')),
  },
  {
    what: 'click-to-call: who ended it is turned round when the employee did',
    shows: (d, { conversation }) => conversation.kind === 'click-to-call' && d === 'hangupBy: expected "caller", got "callee"',
  },
  {
    what: 'click-to-call: the number shown is taken from the call to the employee',
    shows: (d, { conversation, chaos }) =>
      conversation.kind.startsWith('click-to-call') && chaos.mode === 'both' && /^number: .* got ""/.test(d),
  },
  {
    what: 'a challenge that is seen well before the INVITE with the password leaves a security event for good',
    shows: (d, { chaos }) => chaos.disorderMs >= 800 && /^security events: expected none/.test(d),
  },
  {
    what: 'the second dialog of a Call-ID waits for silence, hours, when its end is told only by an event that came late',
    shows: (_d, { conversation }, { differences }) =>
      conversation.kind === 'a Call-ID used again after its end' && differences.some((other) => other.startsWith('never settled')),
  },
];

/** @returns differences that no known bug explains; `seen` gets the bugs that show */
export function unexplained(one: Case, verdict: Verdict, seen: Set<KnownBug>): string[] {
  return verdict.differences.filter((difference) => {
    const bug = KNOWN.find((k) => k.shows(difference, one, verdict));
    if (bug) seen.add(bug);
    return bug === undefined;
  });
}
