import type { Fact } from '@callscope/core/bus/facts.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { Conversation, DialogFate, Member } from './conversation.ts';
import { type CallDraft, type End, type Folded, foldCall, type SecurityEvent, splitDialogs } from './fold.ts';
import { joinDialogs } from './join.ts';
import { companyOf } from './resolve.ts';
import { type Reach, reachOf, type Tie, type TracedDialog, type Traces, tieOf, tracesOf } from './ties.ts';

/** One dialog of a conversation. */
export interface Dialog extends TracedDialog {
  member: Member;
  /** which dialog of its Call-ID, from 0 */
  index: number;
  /** the last of its Call-ID: only that one can still go on */
  isLast: boolean;
  end: End;
  facts: readonly Fact[];
  /** how it came out of an earlier one of the same call; null: out of none */
  tie: Tie | null;
}

/** One call: the dialogs that are tied together, as the people in it had it. */
export interface ReadCall {
  /** in order of their start */
  dialogs: Dialog[];
  draft: CallDraft;
  end: End;
}

/** What the facts of a conversation are. */
export interface Reading {
  calls: ReadCall[];
  /** dialogs that are no calls: failed authentication, or nothing that begins one */
  others: { member: Member; index: number; security: SecurityEvent | null }[];
}

/** `abc` is the first dialog of Call-ID abc, `abc~2` the second. */
export function dialogId(dialog: { callId: string; index: number }): string {
  return dialog.index === 0 ? dialog.callId : `${dialog.callId}~${dialog.index + 1}`;
}

/** Folds every dialog and joins those that belong together. Pure: the order in which facts came does not matter. */
export function readConversation(conversation: Conversation, directories: Directories): Reading {
  const dialogs: Dialog[] = [];
  const others: Reading['others'] = [];
  const isAlone = conversation.members.length === 1;
  for (const member of conversation.members) {
    for (const { facts, index, isLast, folded } of foldMember(member)) {
      if (folded.kind !== 'call') {
        others.push({ member, index, security: folded.kind === 'security' ? folded.security : null });
        continue;
      }
      const { draft, end } = folded;
      const until = untilOf(folded, isLast);
      // nothing to be tied to: its traces are not looked for
      const traces = isAlone ? NO_TRACES : tracesOf(facts);
      const companies = isAlone ? NOBODY : companiesOf(draft, traces, directories);
      dialogs.push({ callId: member.callId, member, index, isLast, draft, end, facts, until, traces, companies, tie: null });
    }
  }
  if (isAlone) return { calls: dialogs.map((d) => ({ dialogs: [d], ...joinDialogs([d]) })), others };
  return { calls: tied(dialogs).map((group) => ({ dialogs: group, ...joinDialogs(group) })), others };
}

function foldMember(member: Member): { facts: Fact[]; index: number; isLast: boolean; folded: Folded }[] {
  if (member.facts.length === 0) return [];
  return splitDialogs(member.facts).map((facts, index, all) => {
    const isLast = index === all.length - 1;
    return { facts, index, isLast, folded: foldCall(facts, isLast ? member.settle.lastEdgeAt : 0) };
  });
}

function untilOf({ draft, end }: { draft: CallDraft; end: End }, isLast: boolean): number {
  return end === null && isLast ? Number.POSITIVE_INFINITY : draft.endedAt;
}

/** Where others that belong to it can be: what `readConversation` ties is within reach. */
export function reachOfConversation({ members }: Conversation): Reach {
  const dialogs = members.flatMap((member) =>
    foldMember(member).flatMap(({ facts, isLast, folded }) =>
      folded.kind === 'call' ? [{ draft: folded.draft, until: untilOf(folded, isLast), traces: tracesOf(facts) }] : [],
    ),
  );
  return reachOf(
    members.map((m) => m.callId),
    dialogs,
  );
}

const NO_TRACES = tracesOf([]);
const NOBODY: ReadonlySet<string> = new Set();

/** Whose people can be in it: by events, else by the number that was dialled and the domain that dialled it. */
function companiesOf(draft: CallDraft, traces: Traces, directories: Directories): ReadonlySet<string> {
  if (traces.tenants.size > 0) return traces.tenants;
  const company = companyOf(draft, directories);
  return new Set([company, directories.tenantOfDomain(draft.fromHost) ?? company].filter((c) => c !== UNASSIGNED));
}

/** Dialogs that came out of one another, each group in order of start. */
function tied(dialogs: Dialog[]): Dialog[][] {
  const sorted = [...dialogs].sort((a, b) => a.draft.startedAt - b.draft.startedAt || (dialogId(a) < dialogId(b) ? -1 : 1));
  const groupOf = new Map<Dialog, Dialog[]>(sorted.map((d) => [d, [d]]));
  sorted.forEach((b, i) => {
    for (const { a, tie } of originsOf(b, sorted.slice(0, i).reverse())) {
      b.tie ??= tie;
      const mine = groupOf.get(b) as Dialog[];
      const theirs = groupOf.get(a) as Dialog[];
      if (mine === theirs) continue;
      theirs.push(...mine);
      for (const d of mine) groupOf.set(d, theirs);
    }
  });
  const groups = [...new Set(groupOf.values())];
  for (const group of groups) {
    group.sort((a, b) => sorted.indexOf(a) - sorted.indexOf(b));
    // what is replaced though it began nothing is the question before a transfer: INVITE tells of it as REFER does
    for (const d of group.slice(1)) if (d.tie === null && group.some((z) => replaces(z, d))) d.tie = 'consult';
  }
  return groups;
}

/**
 * What a dialog came out of. All that is named; of what is only likely one: the dialog whose REFER tells of it, else the
 * nearest before it. The same people may have had another call a moment ago.
 * @param before earlier dialogs, the nearest first
 */
function originsOf(b: Dialog, before: readonly Dialog[]): { a: Dialog; tie: Tie }[] {
  const origins = before.flatMap((a) => {
    // dialogs of one Call-ID that was used again are calls of their own
    if (a.member === b.member) return [];
    const tied = tieOf(a, b);
    if (tied) return [{ a, ...tied }];
    const reverse = tieOf(b, a);
    return reverse ? [{ a, tie: 'same' as Tie, by: reverse.by }] : [];
  });
  const likely = origins.find((o) => o.by === 'refer') ?? origins.find((o) => o.by === 'people');
  return origins.filter((o) => o.by === 'named' || o === likely);
}

function replaces(z: Dialog, d: Dialog): boolean {
  return z.traces.out.some((t) => t.tie === 'replaces' && t.callId === d.callId);
}

/** What is read back from the store was counted in its first life: nothing of it is open. */
export function countAsWritten(conversation: Conversation, directories: Directories): void {
  const { calls, others } = readConversation(conversation, directories);
  const fates = new Map<Member, DialogFate[]>(conversation.members.map((m) => [m, []]));
  const count = ({ member, index }: { member: Member; index: number }, fate: DialogFate) => {
    (fates.get(member) as DialogFate[])[index] = fate;
  };
  for (const { dialogs } of calls)
    for (const dialog of dialogs) count(dialog, conversation.isWritten(dialogId(dialog)) ? 'stored' : 'linked');
  for (const other of others) count(other, other.security ? 'security' : 'no_start');
  for (const [member, counted] of fates)
    if (member.fates.length === 0 && counted.length > 0) {
      member.fates = counted;
      member.isSettled = true;
    }
}
