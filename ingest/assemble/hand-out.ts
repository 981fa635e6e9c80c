import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { type Fates, moveFate, type PendingBlock } from './block.ts';
import type { Conversation, DialogFate, Member } from './conversation.ts';
import { dialogId, type ReadCall, readConversation } from './reading.ts';
import { resolveCall } from './resolve.ts';
import { sameCall } from './same-call.ts';
import { dueFor, referDue, type SettleRules, securityDue, silenceDue } from './settle.ts';
import { sidesOf } from './sides.ts';

export interface HandOutContext {
  rules: SettleRules;
  directories: Directories;
  pending: PendingBlock;
  /** the book's counts of calls, and its time, ms */
  now(): { calls: Fates; time: number };
}

/**
 * Puts the calls of a conversation that are over into the pending block: as new rows, as revisions of written ones, or as
 * removals of those that turned out to be part of another.
 * @param byRule whatever goes on is closed now, as after silence
 * @returns false while one goes on
 */
export function handOut(conversation: Conversation, context: HandOutContext, byRule: boolean): boolean {
  const { calls: fates, time } = context.now();
  let over = true;
  const { calls, others } = readConversation(conversation, context.directories);
  for (const call of calls) {
    for (const { member, index } of call.dialogs) count(fates, member, index);
    if (!byRule && goesOn(conversation, call, context.rules, time)) over = false;
    else writeCall(conversation, call, context, fates);
  }
  for (const { member, index, security } of others) {
    count(fates, member, index);
    const fate = member.fates[index];
    if (fate === 'stored' || fate === 'linked') continue;
    if (security && fate !== 'security') {
      if (!byRule && securityDue(member.settle) > time) {
        over = false;
        continue;
      }
      const tenant = context.directories.tenantOfDomain(security.domain) ?? UNASSIGNED;
      context.pending.addSecurity({ ...security, callId: member.callId, tenant });
      setFate(fates, member, index, 'security');
    } else if (!security) setFate(fates, member, index, 'no_start');
  }
  return over;
}

export function setFate(fates: Fates, member: Member, index: number, fate: DialogFate): void {
  moveFate(fates, member.fates[index] ?? 'open', fate);
  member.fates[index] = fate;
}

/** Dialogs that were found only now, when a Call-ID was used again. */
function count(fates: Fates, member: Member, index: number): void {
  while (member.fates.length <= index) {
    member.fates.push('open');
    fates.received++;
  }
}

function goesOn(conversation: Conversation, { dialogs }: ReadCall, rules: SettleRules, time: number): boolean {
  return dialogs.some((dialog) => {
    const { isLast, end } = dialog;
    const { settle } = dialog.member;
    // an earlier dialog of a Call-ID was followed by another
    if (!isLast || silenceDue(settle, rules) <= time) return false;
    if (end === null) return true;
    if (!conversation.isWritten(dialogId(dialog)) && dueFor(end, settle) > time) return true;
    return referDue(settle) > time && !dialogs.some((d) => d.tie === 'transfer' || d.tie === 'replaces');
  });
}

/** The rows of a call: one, or two when it is between two companies. */
export function rowsOf(call: ReadCall, id: string, directories: Directories): CallRow[] {
  const callIds = [...new Set(call.dialogs.map((d) => d.callId))];
  return sidesOf(call, directories).map(({ draft }) => ({ ...resolveCall(draft, directories), id, callIds, revision: 1 }));
}

function writeCall(conversation: Conversation, call: ReadCall, context: HandOutContext, fates: Fates): void {
  const { dialogs } = call;
  const { written } = conversation;
  const ids = dialogs.map(dialogId);
  // the id is what it was when first written; of several that were, the first one's
  const id = ids.find((i) => conversation.isWritten(i)) ?? (ids[0] as string);
  dialogs.forEach((dialog, i) => {
    if (dialog.member.fates[dialog.index] === 'security') context.pending.withdrawSecurity(dialog.member.callId);
    setFate(fates, dialog.member, dialog.index, ids[i] === id ? 'stored' : 'linked');
  });
  const before = written.filter((row) => ids.includes(row.id));
  const rows = rowsOf(call, id, context.directories);
  const kept = new Set<CallRow>();
  for (const row of rows) {
    const seen = predecessor(row, before, kept, rows);
    if (!seen) {
      context.pending.add(row);
      written.push(row);
      continue;
    }
    kept.add(seen);
    if (sameCall(seen, row)) continue;
    row.revision = seen.revision + 1;
    written[written.indexOf(seen)] = row;
    context.pending.revise({ old: seen, row, why: seen.callIds.length === row.callIds.length ? 'late_facts' : 'linked' });
  }
  for (const gone of before) {
    // of a call between two companies the other row stays, though at this moment only one company's events may be here
    if (gone.id === id) continue;
    written.splice(written.indexOf(gone), 1);
    context.pending.remove(gone, rows[0] as CallRow);
  }
}

/** The row that a row takes the place of: the same company's, else one of a company that has the call no longer. */
function predecessor(row: CallRow, before: readonly CallRow[], taken: ReadonlySet<CallRow>, rows: readonly CallRow[]): CallRow | undefined {
  const free = before.filter((b) => b.id === row.id && !taken.has(b));
  return free.find((b) => b.tenant === row.tenant) ?? free.find((b) => rows.every((r) => r.tenant !== b.tenant));
}
