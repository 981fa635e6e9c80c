import type { Conversation } from './conversation.ts';

/** What an open conversation takes in memory, for the bound: about 15 facts as objects. */
const OPEN_BYTES = 12_000;

/** Conversations in memory, found by any of their Call-IDs: open ones, and settled ones in the order in which they leave. */
export class Shelf {
  #open = new Map<string, Conversation>();
  #settled = new Map<string, Conversation>();
  #settledBytes = 0;
  /** Call-IDs beside the one by which a conversation is known */
  #others = new Map<string, Conversation>();

  get openCount(): number {
    return this.#open.size;
  }
  get settledCount(): number {
    return this.#settled.size;
  }

  find(callId: string): Conversation | undefined {
    return this.#open.get(callId) ?? this.#settled.get(callId) ?? this.#others.get(callId);
  }

  isOpen(conversation: Conversation): boolean {
    return this.#open.get(conversation.callId) === conversation;
  }

  open(): Iterable<Conversation> {
    return this.#open.values();
  }
  settled(): Iterable<Conversation> {
    return this.#settled.values();
  }

  /** A new one, or one that is looked at again; all its Call-IDs lead to it from now on. */
  putOpen(conversation: Conversation): void {
    this.takeSettled(conversation);
    this.#open.set(conversation.callId, conversation);
    for (const { callId } of conversation.members) if (callId !== conversation.callId) this.#others.set(callId, conversation);
  }

  putSettled(conversation: Conversation): void {
    this.#open.delete(conversation.callId);
    conversation.pack();
    this.#settled.set(conversation.callId, conversation);
    this.#settledBytes += conversation.bytes;
  }

  takeSettled(conversation: Conversation): void {
    if (this.#settled.get(conversation.callId) !== conversation) return;
    conversation.pack();
    this.#settled.delete(conversation.callId);
    this.#settledBytes -= conversation.bytes;
    conversation.unpack();
  }

  /** Another has taken it in, or it cannot be folded: nothing leads to it any more. */
  forget(conversation: Conversation): void {
    this.takeSettled(conversation);
    if (this.isOpen(conversation)) this.#open.delete(conversation.callId);
    for (const { callId } of conversation.members) if (this.#others.get(callId) === conversation) this.#others.delete(callId);
  }

  /** How many may be open at once within a bound of memory, bytes. */
  mostOpen(memoryBytes: number): number {
    return Math.max(1, Math.floor(memoryBytes / OPEN_BYTES));
  }

  /**
   * Lets settled ones go, the longest settled first: those settled before `since`, and more when memory is short.
   * @param flushedSeq what is in a newer block than this stays: the store does not have it yet
   * @returns when the last one was settled that left for want of memory; 0 = none did
   */
  evict(since: number, memoryBytes: number, flushedSeq: number): number {
    let crowdedOut = 0;
    for (const conversation of this.#settled.values()) {
      const isOld = conversation.settledAt < since;
      const isCrowded = this.#settledBytes + this.#open.size * OPEN_BYTES > memoryBytes;
      if ((!isOld && !isCrowded) || conversation.blockSeq > flushedSeq) break;
      if (!isOld) crowdedOut = conversation.settledAt;
      this.forget(conversation);
    }
    return crowdedOut;
  }
}
