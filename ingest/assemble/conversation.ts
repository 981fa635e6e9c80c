import { decodeFactList, encodeFactList, type Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { callIdHash } from './call-id-hash.ts';
import { isCopy } from './copy.ts';
import { newSettleState, noteFact, type SettleState } from './settle.ts';

/** A Call-ID that gathers more is a loop or an attack: what follows is counted and not kept. */
export const MAX_FACTS = 2_000;
/** No person is transferred so often: more Call-IDs stay conversations of their own. */
export const MOST_CALL_IDS = 32;
const FACT_BYTES = 700;

/** `no_start`: no INVITE was ever seen; `security`: failed authentication only; `linked`: part of another dialog's call */
export type DialogFate = 'open' | 'stored' | 'security' | 'no_start' | 'linked' | 'dead';

export type FactFate = 'stored' | 'duplicate' | 'too_many_facts';

/** One Call-ID of a conversation. It may hold several dialogs, one after the other, when the Call-ID is used again. */
export class Member {
  readonly callId: string;
  readonly hash: number;
  settle: SettleState = newSettleState();
  /** what the ledger says of each dialog; its length is how many are counted as received: none while nothing came */
  fates: DialogFate[] = [];
  /** all its calls were handed out: what comes now is late */
  isSettled = false;
  /** grows with whatever is added */
  additions = 0;
  #facts: Fact[] = [];
  /** settled conversations keep their facts as bytes: a fifth of the memory */
  #packed: Uint8Array | null = null;

  constructor(callId: string) {
    this.callId = callId;
    this.hash = callIdHash(callId);
  }

  get facts(): readonly Fact[] {
    this.unpack();
    return this.#facts;
  }

  /** @param arrivedMs stream time of the message that carried the fact */
  add(fact: Fact, arrivedMs: number): FactFate {
    this.unpack();
    if (fact.kind !== 'activity') {
      if (this.#facts.some((known) => isCopy(known, fact))) return 'duplicate';
      if (this.#facts.length >= MAX_FACTS) return 'too_many_facts';
      this.#facts.push(fact);
    }
    noteFact(this.settle, fact, arrivedMs);
    this.additions++;
    return 'stored';
  }

  pack(): void {
    if (this.#packed) return;
    this.#packed = encodeFactList(this.#facts);
    this.#facts = [];
  }

  unpack(): void {
    if (!this.#packed) return;
    this.#facts = decodeFactList(this.#packed);
    this.#packed = null;
  }

  get isPacked(): boolean {
    return this.#packed !== null;
  }

  /** estimate, for the memory bound */
  get bytes(): number {
    return 400 + (this.#packed ? this.#packed.length : this.#facts.length * FACT_BYTES);
  }
}

/** All that is known of one conversation: one Call-ID, or several that transfers, pickups and forwards tie together. */
export class Conversation {
  /** the first is the one by which the book knows it */
  readonly members: Member[];
  /** rows already handed to the writer; a call between two companies has two, of one id (see sides.ts) */
  written: CallRow[] = [];
  /** stream time when it was settled; 0 = open */
  settledAt = 0;
  /** FACTS sequence of the block that carries its last row */
  blockSeq = 0;

  constructor(callId: string) {
    this.members = [new Member(callId)];
  }

  /** The Call-ID by which the book knows it: the one it began with. */
  get callId(): string {
    return (this.members[0] as Member).callId;
  }

  member(callId: string): Member | undefined {
    for (const member of this.members) if (member.callId === callId) return member;
    return undefined;
  }

  /** A Call-ID that belongs here though nothing of it may have come yet. */
  claim(callId: string): Member {
    let member = this.member(callId);
    if (!member) {
      member = new Member(callId);
      this.members.push(member);
    }
    return member;
  }

  /** @param arrivedMs stream time of the message that carried the fact */
  add(fact: Fact, arrivedMs: number): FactFate {
    return this.claim(fact.callId).add(fact, arrivedMs);
  }

  /** Takes everything of another one in. */
  absorb(other: Conversation): void {
    this.members.push(...other.members);
    this.written.push(...other.written);
    this.settledAt = Math.max(this.settledAt, other.settledAt);
    this.blockSeq = Math.max(this.blockSeq, other.blockSeq);
  }

  isWritten(id: string): boolean {
    return this.written.some((row) => row.id === id);
  }

  /** Of all its Call-IDs. */
  get facts(): readonly Fact[] {
    const [only] = this.members;
    return this.members.length === 1 && only ? only.facts : this.members.flatMap((m) => m.facts);
  }

  /** Grows with whatever comes to it. */
  get age(): number {
    let age = this.members.length;
    for (const { additions } of this.members) age += additions;
    return age;
  }

  pack(): void {
    for (const member of this.members) member.pack();
  }

  unpack(): void {
    for (const member of this.members) member.unpack();
  }

  /** settled, and nothing new came since */
  get resting(): boolean {
    return this.members.every((m) => m.isPacked);
  }

  /** estimate, for the memory bound */
  get bytes(): number {
    let bytes = 300 + this.written.length * 1_000;
    for (const member of this.members) bytes += member.bytes;
    return bytes;
  }
}
