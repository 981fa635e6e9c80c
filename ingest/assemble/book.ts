import type { Fact } from '@callscope/core/bus/facts.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { type Block, type Fates, moveFate, newFates } from './block.ts';
import { callIdHash } from './call-id-hash.ts';
import { Conversation, type DialogFate } from './conversation.ts';
import { Deadlines } from './deadlines.ts';
import { foldCall, splitDialogs } from './fold.ts';
import { resolveCall } from './resolve.ts';
import { sameCall } from './same-call.ts';
import { dueFor, LATE_MS, type SettleRules, settleDeadline, silenceDue } from './settle.ts';

/** Blocks are cut at most this often, in stream time: idle a call is written at once, under load in larger blocks. */
const CUT_EVERY_MS = 200;
/** with this many facts since the last cut there is load, and fewer, larger blocks leave the store less to merge */
const BUSY_FACTS = 3_000;
const CUT_BUSY_MS = 600;
const CUT_FACTS = 80_000;
/** What an open conversation takes in memory, for the bound: about 15 facts as objects. */
const OPEN_BYTES = 12_000;

export interface BookOptions {
  rules: SettleRules;
  /** how long a settled conversation stays for late facts, ms of stream time */
  keepMs: number;
  /** bound on what is kept: settled conversations leave early; when the open ones alone exceed it, the oldest is closed by rule */
  memoryBytes: number;
  directories: Directories;
  /** a conversation that cannot be folded leaves here with the error */
  onPoison(conversation: Conversation, error: unknown): void;
  /** a conversation got a fact, or was settled (no fact): for who watches. What it does changes nothing here */
  onChange?(conversation: Conversation, fact?: Fact): void;
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
  /** facts since then */
  uncutFacts: number;
  lastSnapshot: number;
  /** facts older than this whose conversation is not here must be looked up in the store, ms */
  lookupBefore: number;
  /** open conversations that were closed before their time because there were too many */
  crowdedOut: number;
  facts: Fates;
  calls: Fates;
}

/**
 * The book of conversations: a state machine over the FACTS stream. Same messages, same blocks, whatever the wall clock
 * says: time is the stream's. No I/O.
 */
export class Book {
  state: BookState = {
    stream: '',
    seq: 0,
    time: 0,
    lastCut: 0,
    uncutFacts: 0,
    lastSnapshot: 0,
    lookupBefore: 0,
    crowdedOut: 0,
    facts: newFates(),
    calls: newFates(),
  };
  readonly #options: BookOptions;
  #open = new Map<string, Conversation>();
  /** in order of settling: the first is the first to leave */
  #settled = new Map<string, Conversation>();
  #settledBytes = 0;
  /** hashes of what the life before had settled, until its memory of them would have ended */
  #settledBefore: { hashes: ReadonlySet<number>; untilMs: number } = { hashes: new Set(), untilMs: 0 };
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

  /**
   * Call-IDs of these facts that the store must be asked for before `apply`: not in memory, and too old to be new or settled
   * in the life before this one.
   */
  unknown(facts: readonly Fact[]): string[] {
    const ids = new Set<string>();
    const { hashes } = this.#settledBefore;
    for (const { at, callId } of facts) {
      if (this.#open.has(callId) || this.#settled.has(callId)) continue;
      if (at / 1000 < this.state.lookupBefore || (hashes.size > 0 && hashes.has(callIdHash(callId)))) ids.add(callId);
    }
    return [...ids];
  }

  /**
   * Puts a conversation that was found in the store back: settled and counted already, and to be looked at again, because
   * its raw rows may hold facts that its row does not know yet.
   */
  adopt(callId: string, facts: readonly Fact[], written: CallRow[]): void {
    const { time } = this.state;
    const conversation = new Conversation(callId);
    for (const fact of facts) conversation.add(fact, time);
    conversation.written = written;
    conversation.fates = written.length > 0 ? written.map(() => 'stored') : ['no_start'];
    conversation.settledAt = time || 1;
    this.#open.set(callId, conversation);
    this.#deadlines.set(callId, time + LATE_MS);
  }

  /** Applies one message of FACTS: its facts, then whatever its time makes due. */
  apply(seq: number, timeMs: number, facts: readonly Fact[]): void {
    const state = this.state;
    state.seq = seq;
    state.time = Math.max(state.time, timeMs);
    if (state.lastSnapshot === 0) state.lastSnapshot = state.time;
    state.facts.received += facts.length;
    state.uncutFacts += facts.length;
    for (const fact of facts) this.#applyFact(fact);
    for (const callId of this.#deadlines.take(state.time)) {
      const conversation = this.#open.get(callId);
      if (!conversation) continue;
      const due =
        conversation.settledAt > 0 ? conversation.settle.lastAt + LATE_MS : settleDeadline(conversation.settle, this.#options.rules);
      if (due > state.time) this.#deadlines.set(callId, due);
      else this.#settle(conversation);
    }
    this.#closeCrowded();
    this.#evict();
    if (this.#settledBefore.hashes.size > 0 && state.time > this.#settledBefore.untilMs)
      this.#settledBefore = { hashes: new Set(), untilMs: 0 };
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
    this.#options.onChange?.(conversation, fact);
  }

  /** @param byRule whatever goes on is closed now, as after silence */
  #settle(conversation: Conversation, byRule = false): void {
    try {
      if (this.#write(conversation, byRule)) {
        this.#open.delete(conversation.callId);
        this.#rest(conversation);
        this.#options.onChange?.(conversation);
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
      this.#options.onChange?.(conversation);
    }
  }

  /** Hands out the dialogs that are over. @returns false while one goes on */
  #write(conversation: Conversation, byRule: boolean): boolean {
    const { calls, time } = this.state;
    const { settle } = conversation;
    const silent = byRule || silenceDue(settle, this.#options.rules) <= time;
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

  #setFate(conversation: Conversation, index: number, fate: DialogFate): void {
    moveFate(this.state.calls, conversation.fates[index] ?? 'open', fate);
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
      const crowded = this.#settledBytes + this.#open.size * OPEN_BYTES > this.#options.memoryBytes;
      if ((!old && !crowded) || conversation.blockSeq > this.flushedSeq) return;
      this.#settled.delete(callId);
      this.#settledBytes -= conversation.bytes;
      if (!old) this.state.lookupBefore = Math.max(this.state.lookupBefore, conversation.settledAt);
    }
  }

  /** A flood of calls that never end must not end the process: the oldest are closed as they stand, later facts revise them. */
  #closeCrowded(): void {
    const most = Math.max(1, Math.floor(this.#options.memoryBytes / OPEN_BYTES));
    for (const conversation of this.#open.values()) {
      if (this.#open.size <= most) return;
      this.state.crowdedOut++;
      this.#settle(conversation, true);
    }
  }

  #cutEvery(): number {
    return this.state.uncutFacts >= BUSY_FACTS ? CUT_BUSY_MS : CUT_EVERY_MS;
  }

  /**
   * Takes the block that is due at this message, or null. Whether one is due follows from the messages alone and not from
   * what is in it: a life that replays them cuts at the same places, whatever the store has told it meanwhile, and the
   * store recognises its blocks. `force` cuts whatever is there (before a snapshot).
   */
  cut(force = false): Block | null {
    const { state } = this;
    if (!force && state.time - state.lastCut < this.#cutEvery() && state.uncutFacts < CUT_FACTS) return null;
    state.lastCut = state.time;
    state.uncutFacts = 0;
    if (this.pendingRows === 0) return null;
    const block = { ...this.#pending, seq: state.seq, at: state.time };
    this.#pending = { seq: 0, at: 0, rows: [], revisions: [], security: [] };
    return block;
  }

  /**
   * Rows in memory that were handed out: a new directory is applied to them in place. `pending`: not yet in a block, so
   * the store will never see the old one.
   */
  *rows(): Generator<{ row: CallRow; pending: boolean; replace(row: CallRow): void }> {
    const { rows, revisions } = this.#pending;
    const places = new Map<CallRow, (row: CallRow) => void>();
    rows.forEach((row, i) => {
      places.set(row, (next) => {
        rows[i] = next;
      });
    });
    // the last revision of a call is what memory holds; one before it stays as it was
    for (const revision of revisions)
      places.set(revision.row, (next) => {
        revision.row = next;
      });
    for (const conversation of [...this.#settled.values(), ...this.#open.values()]) {
      for (let i = 0; i < conversation.written.length; i++) {
        const row = conversation.written[i];
        if (!row) continue;
        const place = places.get(row);
        yield {
          row,
          pending: place !== undefined,
          replace: (next) => {
            conversation.written[i] = next;
            place?.(next);
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

  /** Hashes of the settled conversations' Call-IDs, and of those that the life before had settled: what a next life looks up. */
  settledHashes(): Float64Array {
    const before = [...this.#settledBefore.hashes];
    const hashes = new Float64Array(this.#settled.size + before.length);
    hashes.set(before);
    let i = before.length;
    for (const conversation of this.#settled.values()) hashes[i++] = conversation.hash;
    return hashes;
  }

  /**
   * Begins again from a snapshot. Settled conversations are not in it, only their hashes: their late facts are looked up in
   * the store. What comes after it is as new as it was to the life before.
   */
  restore(state: BookState, open: Iterable<Conversation>, settled: Iterable<number>): void {
    this.state = state;
    this.#settledBefore = { hashes: new Set(settled), untilMs: state.time + this.#options.keepMs };
    this.flushedSeq = state.seq;
    for (const conversation of open) {
      this.#open.set(conversation.callId, conversation);
      this.#deadlines.set(conversation.callId, settleDeadline(conversation.settle, this.#options.rules));
    }
  }
}
