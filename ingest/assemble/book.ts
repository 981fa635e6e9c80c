import type { Fact } from '@callscope/core/bus/facts.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { Conversation, type DialogFate } from './conversation.ts';
import { Deadlines } from './deadlines.ts';
import { foldCall, type SecurityEvent, splitDialogs } from './fold.ts';
import { resolveCall } from './resolve.ts';
import { dueFor, LATE_MS, type SettleRules, settleDeadline, silenceDue } from './settle.ts';

/** Blocks are cut at most this often, in stream time: idle a call is written at once, under load in larger blocks. */
const CUT_EVERY_MS = 200;
/** with this many rows waiting there is load, and fewer, larger blocks leave the store less to merge */
const BUSY_ROWS = 200;
const CUT_BUSY_MS = 600;
const CUT_ROWS = 5_000;

export interface Revision {
  old: CallRow;
  row: CallRow;
  why: 'late_facts' | 'directory';
}

export interface SecurityRow extends SecurityEvent {
  callId: string;
  tenant: string;
}

/** What one block brings to the store. `seq` names it: the same block has the same name in every life of the assembler. */
export interface Block {
  seq: number;
  /** stream time, ms */
  at: number;
  rows: CallRow[];
  revisions: Revision[];
  security: SecurityRow[];
}

export interface Fates {
  received: number;
  stored: number;
  duplicate: number;
  deadLettered: number;
  dropped: Record<string, number>;
}

export interface BookOptions {
  rules: SettleRules;
  /** how long a settled conversation stays for late facts, ms of stream time */
  keepMs: number;
  memoryBytes: number;
  directories: Directories;
  /** a conversation that cannot be folded leaves here with the error */
  onPoison(conversation: Conversation, error: unknown): void;
}

/** Everything of the book but the conversations, as a snapshot keeps it. */
export interface BookState {
  /** which FACTS stream: sequences of another mean nothing */
  stream: string;
  /** last FACTS sequence applied */
  seq: number;
  /** stream time, ms: the latest time of a FACTS message */
  time: number;
  lastCut: number;
  lastSnapshot: number;
  /** facts older than this whose conversation is not here must be looked up in the store, ms */
  lookupBefore: number;
  facts: Fates;
  calls: Fates;
}

const newFates = (): Fates => ({ received: 0, stored: 0, duplicate: 0, deadLettered: 0, dropped: {} });

/**
 * The book of conversations: a state machine over the FACTS stream. Same messages, same blocks, whatever the wall clock
 * says: time is the stream's. No I/O.
 */
export class Book {
  state: BookState = { stream: '', seq: 0, time: 0, lastCut: 0, lastSnapshot: 0, lookupBefore: 0, facts: newFates(), calls: newFates() };
  readonly #options: BookOptions;
  #open = new Map<string, Conversation>();
  /** in order of settling: the first is the first to leave */
  #settled = new Map<string, Conversation>();
  #settledBytes = 0;
  #deadlines = new Deadlines();
  #pending: Block = { seq: 0, at: 0, rows: [], revisions: [], security: [] };
  /** last block that the store has accepted: what is newer must not leave memory */
  flushedSeq = 0;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  get openCount(): number {
    return this.#open.size;
  }
  get settledCount(): number {
    return this.#settled.size;
  }
  get pendingRows(): number {
    return this.#pending.rows.length + this.#pending.revisions.length + this.#pending.security.length;
  }

  /** New calls and security events that are settled and not yet in a block. */
  get uncut(): { calls: number; security: number } {
    return { calls: this.#pending.rows.length, security: this.#pending.security.length };
  }

  /** Stream time at which something becomes due, ms; Infinity when nothing is open. */
  nextDue(): number {
    const cut = this.pendingRows > 0 ? this.state.lastCut + this.#cutEvery() : Number.POSITIVE_INFINITY;
    return Math.min(this.#deadlines.next(), cut);
  }

  /** Call-IDs of these facts that the store must be asked for before `apply`: too old to be new, and not in memory. */
  unknown(facts: readonly Fact[]): string[] {
    const ids = new Set<string>();
    for (const fact of facts) {
      if (fact.at / 1000 < this.state.lookupBefore && !this.#open.has(fact.callId) && !this.#settled.has(fact.callId)) ids.add(fact.callId);
    }
    return [...ids];
  }

  /** Puts a conversation that was found in the store back, as settled and already counted. */
  adopt(callId: string, facts: readonly Fact[], written: CallRow[]): void {
    const conversation = new Conversation(callId);
    for (const fact of facts) conversation.add(fact, this.state.time);
    conversation.written = written;
    conversation.fates = written.length > 0 ? written.map(() => 'stored') : ['no_start'];
    this.#rest(conversation);
  }

  /** Applies one message of FACTS: its facts, then whatever its time makes due. */
  apply(seq: number, timeMs: number, facts: readonly Fact[]): void {
    const state = this.state;
    state.seq = seq;
    state.time = Math.max(state.time, timeMs);
    if (state.lastSnapshot === 0) state.lastSnapshot = state.time;
    state.facts.received += facts.length;
    for (const fact of facts) this.#applyFact(fact);
    for (const callId of this.#deadlines.take(state.time)) {
      const conversation = this.#open.get(callId);
      if (!conversation) continue;
      const due =
        conversation.settledAt > 0 ? conversation.settle.lastAt + LATE_MS : settleDeadline(conversation.settle, this.#options.rules);
      if (due > state.time) this.#deadlines.set(callId, due);
      else this.#settle(conversation);
    }
    this.#evict();
    state.lookupBefore = Math.max(state.lookupBefore, state.time - this.#options.keepMs);
  }

  #applyFact(fact: Fact): void {
    const fates = this.state.facts;
    if (fact.callId === '') {
      fates.dropped.no_call_id = (fates.dropped.no_call_id ?? 0) + 1;
      return;
    }
    let conversation = this.#open.get(fact.callId);
    if (!conversation) {
      conversation = this.#settled.get(fact.callId);
      if (conversation) {
        // proof of life of a call that is over changes nothing
        if (fact.kind === 'activity') {
          fates.stored++;
          return;
        }
        this.#settledBytes -= conversation.bytes;
      } else {
        if (fact.kind === 'activity') {
          fates.dropped.no_call = (fates.dropped.no_call ?? 0) + 1;
          return;
        }
        conversation = new Conversation(fact.callId);
        this.#open.set(fact.callId, conversation);
        this.state.calls.received++;
      }
    }
    const fate = conversation.add(fact, this.state.time);
    if (fate === 'stored') fates.stored++;
    else if (fate === 'duplicate') fates.duplicate++;
    else fates.dropped[fate] = (fates.dropped[fate] ?? 0) + 1;
    if (conversation.settledAt > 0) {
      if (fate !== 'stored') {
        conversation.pack();
        this.#settledBytes += conversation.bytes;
        return;
      }
      this.#settled.delete(conversation.callId);
      this.#open.set(conversation.callId, conversation);
    }
    if (fate !== 'stored') return;
    const due = conversation.settledAt > 0 ? this.state.time + LATE_MS : settleDeadline(conversation.settle, this.#options.rules);
    this.#deadlines.set(conversation.callId, due);
  }

  #settle(conversation: Conversation): void {
    try {
      if (this.#write(conversation)) {
        this.#open.delete(conversation.callId);
        this.#rest(conversation);
      } else {
        conversation.settle.lookedAt = this.state.time;
        this.#deadlines.set(conversation.callId, settleDeadline(conversation.settle, this.#options.rules));
      }
    } catch (error) {
      this.#open.delete(conversation.callId);
      conversation.fates.forEach((fate, i) => {
        if (fate === 'open') this.#setFate(conversation, i, 'dead');
      });
      this.#options.onPoison(conversation, error);
    }
  }

  /** Hands out the dialogs that are over. @returns false while one goes on */
  #write(conversation: Conversation): boolean {
    const { calls, time } = this.state;
    const { settle } = conversation;
    const silent = silenceDue(settle, this.#options.rules) <= time;
    let over = true;
    splitDialogs(conversation.facts).forEach((facts, i, dialogs) => {
      if (i >= conversation.fates.length) {
        conversation.fates[i] = 'open';
        calls.received++;
      }
      // only the last dialog can still go on; an earlier one was followed by another
      const isLast = i === dialogs.length - 1;
      const folded = foldCall(facts, isLast ? settle.lastEdgeAt : 0);
      const seen = conversation.written[i];
      if (folded.kind === 'call') {
        if (isLast && !silent && (folded.end === null || (!seen && dueFor(folded.end, settle) > time))) {
          over = false;
          return;
        }
        const id = i === 0 ? conversation.callId : `${conversation.callId}~${i + 1}`;
        const row: CallRow = {
          ...resolveCall(folded.draft, this.#options.directories),
          id,
          callIds: [conversation.callId],
          revision: (seen?.revision ?? 0) + 1,
        };
        this.#setFate(conversation, i, 'stored');
        if (!seen) this.#pending.rows.push(row);
        else if (sameCall(seen, row)) return;
        else this.#pending.revisions.push({ old: seen, row, why: 'late_facts' });
        conversation.written[i] = row;
      } else if (!seen && folded.kind === 'security') {
        if (conversation.fates[i] === 'security') return;
        this.#pending.security.push({ ...folded.security, callId: conversation.callId, tenant: this.#tenantOf(folded.security.domain) });
        this.#setFate(conversation, i, 'security');
      } else if (!seen) this.#setFate(conversation, i, 'no_start');
    });
    return over;
  }

  /** Counts what became of a dialog; a fate that changes with late facts is moved, not added. */
  #setFate(conversation: Conversation, index: number, fate: DialogFate): void {
    const { calls } = this.state;
    const count = (of: DialogFate, by: 1 | -1) => {
      if (of === 'stored') calls.stored += by;
      else if (of === 'dead') calls.deadLettered += by;
      else if (of !== 'open') calls.dropped[of] = (calls.dropped[of] ?? 0) + by;
    };
    count(conversation.fates[index] ?? 'open', -1);
    count(fate, 1);
    conversation.fates[index] = fate;
  }

  #tenantOf(domain: string): string {
    return this.#options.directories.tenantOfDomain(domain) ?? UNASSIGNED;
  }

  #rest(conversation: Conversation): void {
    conversation.settledAt = this.state.time || 1;
    conversation.blockSeq = this.state.seq;
    conversation.pack();
    this.#settled.set(conversation.callId, conversation);
    this.#settledBytes += conversation.bytes;
  }

  #evict(): void {
    for (const [callId, conversation] of this.#settled) {
      const old = conversation.settledAt < this.state.time - this.#options.keepMs;
      const crowded = this.#settledBytes + this.#open.size * 12_000 > this.#options.memoryBytes;
      if ((!old && !crowded) || conversation.blockSeq > this.flushedSeq) return;
      this.#settled.delete(callId);
      this.#settledBytes -= conversation.bytes;
      if (!old) this.state.lookupBefore = Math.max(this.state.lookupBefore, conversation.settledAt);
    }
  }

  #cutEvery(): number {
    return this.pendingRows >= BUSY_ROWS ? CUT_BUSY_MS : CUT_EVERY_MS;
  }

  /** Takes the block that is due at this message, or null. `force` cuts whatever is there (before a snapshot). */
  cut(force = false): Block | null {
    if (this.pendingRows === 0) return null;
    if (!force && this.state.time - this.state.lastCut < this.#cutEvery() && this.pendingRows < CUT_ROWS) return null;
    this.state.lastCut = this.state.time;
    const block = { ...this.#pending, seq: this.state.seq, at: this.state.time };
    this.#pending = { seq: 0, at: 0, rows: [], revisions: [], security: [] };
    return block;
  }

  /**
   * Rows in memory that were handed out: a new directory is applied to them in place. `pending`: not yet in a block, so
   * the store will never see the old one.
   */
  *rows(): Generator<{ row: CallRow; pending: boolean; replace(row: CallRow): void }> {
    const pendingAt = new Map(this.#pending.rows.map((row, i) => [row, i]));
    for (const conversation of [...this.#settled.values(), ...this.#open.values()]) {
      for (let i = 0; i < conversation.written.length; i++) {
        const row = conversation.written[i];
        if (!row) continue;
        const at = pendingAt.get(row);
        yield {
          row,
          pending: at !== undefined,
          replace: (next) => {
            conversation.written[i] = next;
            if (at !== undefined) this.#pending.rows[at] = next;
          },
        };
      }
    }
  }

  /** Conversations without a fate yet: the ledger's in flight. */
  get inFlight(): number {
    let open = 0;
    for (const conversation of this.#open.values()) for (const fate of conversation.fates) if (fate === 'open') open++;
    return open;
  }

  open(): Iterable<Conversation> {
    return this.#open.values();
  }

  /** Begins again from a snapshot. Settled conversations are not in it: their late facts are looked up in the store. */
  restore(state: BookState, open: Iterable<Conversation>): void {
    this.state = { ...state, lookupBefore: Math.max(state.lookupBefore, state.time) };
    this.flushedSeq = state.seq;
    for (const conversation of open) {
      this.#open.set(conversation.callId, conversation);
      this.#deadlines.set(conversation.callId, settleDeadline(conversation.settle, this.#options.rules));
    }
  }
}

/** Two rows say the same of a call; revision apart. */
export function sameCall(a: CallRow, b: CallRow): boolean {
  return changedFields(a, b).length === 0;
}

export function changedFields(a: CallRow, b: CallRow): (keyof CallRow)[] {
  return (Object.keys(b) as (keyof CallRow)[]).filter((k) => {
    if (k === 'revision') return false;
    const x = a[k];
    const y = b[k];
    return typeof x === 'object' || typeof y === 'object' ? JSON.stringify(x) !== JSON.stringify(y) : x !== y;
  });
}
