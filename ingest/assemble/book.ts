import type { EventFact, Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { type Block, type Fates, newFates, PendingBlock } from './block.ts';
import { callIdHash } from './call-id-hash.ts';
import { Conversation } from './conversation.ts';
import { Deadlines } from './deadlines.ts';
import { type HandOutContext, handOut, setFate } from './hand-out.ts';
import { USUAL_PACE_MS } from './pace.ts';
import { countAsWritten } from './reading.ts';
import { isRegistrationFact } from './registration-fact.ts';
import { LATE_MS, type SettleRules, settleDeadline } from './settle.ts';
import { Shelf } from './shelf.ts';
import { TieUp } from './tie-up.ts';
import { namedCallIds } from './ties.ts';

/** with this many facts since the last cut there is load, and fewer, larger blocks leave the store less to merge */
const BUSY_FACTS = 3_000;
const CUT_BUSY_MS = 600;
const CUT_FACTS = 80_000;

export interface BookOptions {
  rules: SettleRules;
  /** how long a settled conversation stays for late facts, ms of stream time */
  keepMs: number;
  /** bound on what is kept: settled conversations leave early; when the open ones alone exceed it, the oldest is closed by rule */
  memoryBytes: number;
  directories: Directories;
  /** a conversation that cannot be folded leaves here with the error */
  onPoison(conversation: Conversation, error: unknown): void;
  /** a fact of a phone: no conversation's */
  onRegistration?(fact: EventFact): void;
  /** a conversation got a fact, or was settled (no fact): for who watches. What it does changes nothing here */
  onChange?(conversation: Conversation, fact?: Fact): void;
  /** a conversation was taken into another one */
  onJoin?(gone: Conversation, into: Conversation): void;
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
  /** blocks are cut at most this often, ms of stream time: idle a call is written at once, under load in larger blocks (pace.ts) */
  paceMs: number;
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
    paceMs: USUAL_PACE_MS,
    uncutFacts: 0,
    lastSnapshot: 0,
    lookupBefore: 0,
    crowdedOut: 0,
    facts: newFates(),
    calls: newFates(),
  };
  readonly #options: BookOptions;
  readonly #shelf = new Shelf();
  readonly #ties: TieUp;
  readonly #deadlines = new Deadlines();
  /** hashes of what the life before had settled, until its memory of them would have ended */
  #settledBefore: { hashes: ReadonlySet<number>; untilMs: number } = { hashes: new Set(), untilMs: 0 };
  readonly #pending = new PendingBlock();
  readonly #handOut: HandOutContext;
  /** last block that the store has accepted: what is newer must not leave memory */
  flushedSeq = 0;

  constructor(options: BookOptions) {
    this.#options = options;
    this.#ties = new TieUp(this.#shelf, options.directories, options.onJoin);
    const now = () => this.state;
    this.#handOut = { rules: options.rules, directories: options.directories, pending: this.#pending, now };
  }

  get openCount(): number {
    return this.#shelf.openCount;
  }
  get settledCount(): number {
    return this.#shelf.settledCount;
  }
  get pendingRows(): number {
    return this.#pending.size;
  }

  /** New calls and security events that are settled and not yet in a block. */
  get uncut(): { calls: number; security: number } {
    return { calls: this.#pending.calls, security: this.#pending.security };
  }

  /** Stream time at which something becomes due, ms; Infinity when nothing is open. */
  nextDue(): number {
    const cut = this.pendingRows > 0 ? this.state.lastCut + this.#cutEvery() : Number.POSITIVE_INFINITY;
    return Math.min(this.#deadlines.next(), cut);
  }

  /**
   * Call-IDs of these facts that the store must be asked for before `apply`: not in memory, and too old to be new or settled
   * in the life before this one. Those that a fact names beside its own too.
   */
  unknown(facts: readonly Fact[]): string[] {
    const ids = new Set<string>();
    const { hashes } = this.#settledBefore;
    const look = (callId: string, at: number) => {
      if (this.#shelf.find(callId)) return;
      if (at / 1000 < this.state.lookupBefore || (hashes.size > 0 && hashes.has(callIdHash(callId)))) ids.add(callId);
    };
    for (const fact of facts) {
      if (isRegistrationFact(fact)) continue;
      look(fact.callId, fact.at);
      for (const callId of namedCallIds(fact)) look(callId, fact.at);
    }
    return [...ids];
  }

  /**
   * Puts a conversation that was found in the store back: settled and counted already, and to be looked at again, because
   * its raw rows may hold facts that its row does not know yet.
   */
  adopt(callIds: readonly string[], facts: readonly Fact[], written: readonly CallRow[]): void {
    const { time } = this.state;
    const known = callIds.map((id) => this.#shelf.find(id)).find((c) => c !== undefined);
    const conversation = known ?? new Conversation(callIds[0] as string);
    for (const callId of callIds) conversation.claim(callId);
    for (const fact of facts) conversation.add(fact, time);
    for (const row of written)
      if (!conversation.written.some((w) => w.id === row.id && w.tenant === row.tenant)) conversation.written.push(row);
    countAsWritten(conversation, this.#options.directories);
    conversation.settledAt = time || 1;
    this.#shelf.putOpen(conversation);
    this.#deadlines.set(this.#ties.tieAll(conversation).callId, time + LATE_MS);
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
      const conversation = this.#shelf.find(callId);
      if (!conversation || conversation.callId !== callId || !this.#shelf.isOpen(conversation)) continue;
      const due = this.#dueOf(conversation);
      if (due > state.time) this.#deadlines.set(callId, due);
      else this.#settle(this.#ties.lookAgain(conversation));
    }
    this.#closeCrowded();
    this.#ties.forgetUntil(state.time);
    const crowdedOut = this.#shelf.evict(state.time - this.#options.keepMs, this.#options.memoryBytes, this.flushedSeq);
    if (this.#settledBefore.hashes.size > 0 && state.time > this.#settledBefore.untilMs)
      this.#settledBefore = { hashes: new Set(), untilMs: 0 };
    state.lookupBefore = Math.max(state.lookupBefore, crowdedOut, state.time - this.#options.keepMs);
  }

  #applyFact(fact: Fact): void {
    const fates = this.state.facts;
    const drop = (reason: string) => {
      fates.dropped[reason] = (fates.dropped[reason] ?? 0) + 1;
    };
    if (isRegistrationFact(fact)) {
      fates.stored++;
      this.#options.onRegistration?.(fact);
      return;
    }
    if (fact.callId === '') {
      drop('no_call_id');
      return;
    }
    let conversation = this.#shelf.find(fact.callId);
    const isOpen = conversation !== undefined && this.#shelf.isOpen(conversation);
    if (fact.kind === 'activity') {
      const isKnown = (conversation?.member(fact.callId)?.fates.length ?? 0) > 0;
      // proof of life of a call that is over changes nothing
      if (!isKnown) drop('no_call');
      else if (!isOpen) fates.stored++;
      if (!isKnown || !isOpen) return;
    }
    if (!conversation) {
      conversation = new Conversation(fact.callId);
      this.#shelf.putOpen(conversation);
    } else if (!isOpen) this.#shelf.takeSettled(conversation);
    const member = conversation.claim(fact.callId);
    if (member.fates.length === 0) {
      member.fates.push('open');
      this.state.calls.received++;
    }
    const fate = conversation.add(fact, this.state.time);
    if (fate === 'stored') fates.stored++;
    else if (fate === 'duplicate') fates.duplicate++;
    else drop(fate);
    if (fate !== 'stored') {
      if (!isOpen && conversation.settledAt > 0) this.#shelf.putSettled(conversation);
      return;
    }
    if (isOpen || conversation.settledAt === 0) conversation = this.#ties.tie(conversation, fact);
    else {
      this.#shelf.putOpen(conversation);
      conversation = this.#ties.tieAll(conversation);
    }
    this.#deadlines.set(conversation.callId, this.#dueOf(conversation));
    this.#options.onChange?.(conversation, fact);
  }

  /** Stream time at which a conversation should be looked at, ms: as soon as one of its Call-IDs should be. */
  #dueOf({ members }: Conversation): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { settle, fates, isSettled } of members) {
      if (fates.length === 0) continue;
      // a Call-ID that was done with may be used again: it ends as any other, or by silence
      const looks = [settleDeadline(settle, this.#options.rules)];
      if (isSettled) looks.push(settle.lastAt + LATE_MS);
      for (const look of looks) if (look > settle.lookedAt) due = Math.min(due, look);
    }
    return due;
  }

  /** @param byRule whatever goes on is closed now, as after silence */
  #settle(conversation: Conversation, byRule = false): void {
    try {
      const isOver = handOut(conversation, this.#handOut, byRule);
      if (isOver) {
        for (const member of conversation.members) member.isSettled = member.fates.length > 0;
        conversation.blockSeq = this.state.seq;
        conversation.settledAt = this.state.time || 1;
        this.#ties.forgetLater(conversation, this.state.time);
        this.#shelf.putSettled(conversation);
      } else {
        for (const { settle } of conversation.members) settle.lookedAt = this.state.time;
        this.#deadlines.set(conversation.callId, this.#dueOf(conversation));
      }
      if (isOver) this.#options.onChange?.(conversation);
    } catch (error) {
      for (const member of conversation.members)
        member.fates.forEach((fate, i) => {
          if (fate === 'open') setFate(this.state.calls, member, i, 'dead');
        });
      this.#options.onPoison(conversation, error);
      this.#options.onChange?.(conversation);
      this.#ties.forget(conversation);
      this.#shelf.forget(conversation);
    }
  }

  /** A flood of calls that never end must not end the process: the oldest are closed as they stand, later facts revise them. */
  #closeCrowded(): void {
    const most = this.#shelf.mostOpen(this.#options.memoryBytes);
    for (const conversation of this.#shelf.open()) {
      if (this.openCount <= most) return;
      this.state.crowdedOut++;
      this.#settle(conversation, true);
    }
  }

  #cutEvery(): number {
    const { paceMs, uncutFacts } = this.state;
    return uncutFacts >= BUSY_FACTS ? Math.max(paceMs, CUT_BUSY_MS) : paceMs;
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
    return this.#pending.take(state.seq, state.time);
  }

  /**
   * Rows in memory that were handed out: a new directory is applied to them in place. `pending`: not yet in a block, so
   * the store will never see the old one.
   */
  *rows(): Generator<{ row: CallRow; pending: boolean; replace(row: CallRow): void }> {
    const places = this.#pending.places();
    for (const conversation of [...this.#shelf.settled(), ...this.#shelf.open()]) {
      for (const [i, row] of conversation.written.entries()) {
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
    for (const { members } of this.#shelf.open()) for (const { fates } of members) for (const fate of fates) if (fate === 'open') open++;
    return open;
  }

  open(): Iterable<Conversation> {
    return this.#shelf.open();
  }

  /** Hashes of the settled conversations' Call-IDs, and of those that the life before had settled: what a next life looks up. */
  settledHashes(): Float64Array {
    const hashes = [...this.#settledBefore.hashes];
    for (const { members } of this.#shelf.settled()) for (const { hash } of members) hashes.push(hash);
    return Float64Array.from(hashes);
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
      this.#shelf.putOpen(conversation);
      this.#ties.note(conversation);
      this.#deadlines.set(conversation.callId, this.#dueOf(conversation));
    }
  }
}
