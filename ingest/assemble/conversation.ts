import { decodeFactList, encodeFactList, type Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { callIdHash } from './call-id-hash.ts';
import { isCopy } from './copy.ts';
import { newSettleState, noteFact, type SettleState } from './settle.ts';

/** A Call-ID that gathers more is a loop or an attack: what follows is counted and not kept. */
export const MAX_FACTS = 2_000;
const FACT_BYTES = 700;

/** `no_start`: no INVITE was ever seen; `security`: failed authentication only */
export type DialogFate = 'open' | 'stored' | 'security' | 'no_start' | 'dead';

export type FactFate = 'stored' | 'duplicate' | 'too_many_facts';

/** All that is known of one Call-ID. It may hold several dialogs, one after the other, when the Call-ID is used again. */
export class Conversation {
  readonly callId: string;
  readonly hash: number;
  settle: SettleState = newSettleState();
  /** rows already handed to the writer, by index of their dialog */
  written: CallRow[] = [];
  /** what the ledger says of each dialog; its length is how many dialogs are counted as received (one from the start) */
  fates: DialogFate[] = ['open'];
  /** stream time when it was settled; 0 = open */
  settledAt = 0;
  /** FACTS sequence of the block that carries its last row */
  blockSeq = 0;
  #facts: Fact[] = [];
  /** settled conversations keep their facts as bytes: a fifth of the memory */
  #packed: Uint8Array | null = null;

  constructor(callId: string) {
    this.callId = callId;
    this.hash = callIdHash(callId);
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
    return 'stored';
  }

  get facts(): readonly Fact[] {
    this.unpack();
    return this.#facts;
  }

  pack(): void {
    if (this.#packed) return;
    this.#packed = encodeFactList(this.#facts);
    this.#facts = [];
  }

  /** settled, and nothing new came since */
  get resting(): boolean {
    return this.#packed !== null;
  }

  unpack(): void {
    if (!this.#packed) return;
    this.#facts = decodeFactList(this.#packed);
    this.#packed = null;
  }

  /** estimate, for the memory bound */
  get bytes(): number {
    return 600 + (this.#packed ? this.#packed.length : this.#facts.length * FACT_BYTES) + this.written.length * 1_000;
  }
}
