import type { Fact } from '@callscope/core/bus/facts.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { Conversation, MOST_CALL_IDS } from './conversation.ts';
import { PartyIndex } from './party-index.ts';
import { reachOfConversation, readConversation } from './reading.ts';
import type { Shelf } from './shelf.ts';
import { areWithinReach, namedCallIds, type Reach, seeks } from './ties.ts';

/** A late source tells of a transfer and of the call that comes out of it seconds apart: so long one that is over is looked for. */
const LINGER_MS = 30_000;

/** Brings conversations on a shelf together as their facts come to tie them. */
export class TieUp {
  readonly #shelf: Shelf;
  readonly #directories: Directories;
  readonly #onJoin: ((gone: Conversation, into: Conversation) => void) | undefined;
  readonly #parties = new PartyIndex();
  /** as they were when they had that age */
  #reaches = new WeakMap<Conversation, { age: number; reach: Reach }>();
  /** those that are over, in the order in which they leave the index. Not in a snapshot: the next life looks for open ones only. */
  #leaving: { conversation: Conversation; settledAt: number }[] = [];

  /** @param onJoin a conversation was taken into another one */
  constructor(shelf: Shelf, directories: Directories, onJoin?: (gone: Conversation, into: Conversation) => void) {
    this.#shelf = shelf;
    this.#directories = directories;
    this.#onJoin = onJoin;
  }

  /** Joins what a fact says belongs together. @returns the conversation that the fact is in now */
  tie(conversation: Conversation, fact: Fact): Conversation {
    let into = conversation;
    for (const callId of namedCallIds(fact)) {
      const other = this.#shelf.find(callId);
      if (other) into = this.#join(into, other);
      else if (into.members.length < MOST_CALL_IDS) {
        into.claim(callId);
        this.#shelf.putOpen(into);
      }
    }
    return this.#joinTied(into, this.#parties.note(into, fact));
  }

  /** Once more, before it is handed out: when a fact came, what ties it may not have been there yet. */
  lookAgain(conversation: Conversation): Conversation {
    return this.#joinTied(conversation, this.#parties.around(conversation));
  }

  #joinTied(conversation: Conversation, candidates: readonly Conversation[]): Conversation {
    let into = conversation;
    for (const other of candidates) {
      // a candidate may have become part of this one meanwhile
      if (this.#shelf.find(other.callId) !== other) continue;
      const isWithinReach = areWithinReach(this.#reachOf(into), this.#reachOf(other));
      if (isWithinReach && areTied(into, other, this.#directories)) into = this.#join(into, other);
      else if (!this.#shelf.isOpen(other)) other.pack();
    }
    return into;
  }

  #reachOf(conversation: Conversation): Reach {
    const known = this.#reaches.get(conversation);
    if (known?.age === conversation.age) return known.reach;
    const reach = reachOfConversation(conversation);
    this.#reaches.set(conversation, { age: conversation.age, reach });
    return reach;
  }

  /** Whether these facts of a Call-ID that is on no shelf may tie it to another: they name one, look for one, or are looked for. */
  mayTie(facts: readonly Fact[]): boolean {
    return facts.some((fact) => namedCallIds(fact).length > 0 || seeks(fact)) || this.#parties.isAnySought(facts);
  }

  tieAll(conversation: Conversation): Conversation {
    let into = conversation;
    for (const fact of conversation.facts) into = this.tie(into, fact);
    return into;
  }

  /** Makes it findable again, without comparing: that was done when its facts came. */
  note(conversation: Conversation): void {
    for (const fact of conversation.facts) this.#parties.note(conversation, fact);
  }

  /** It is over, and may turn out to be part of another for a while. */
  forgetLater(conversation: Conversation, now: number): void {
    this.#leaving.push({ conversation, settledAt: now });
  }

  forgetUntil(now: number): void {
    let gone = 0;
    for (const { conversation, settledAt } of this.#leaving) {
      if (settledAt + LINGER_MS > now) break;
      gone++;
      // it may have been opened again, and be over again later
      if (!this.#shelf.isOpen(conversation) && conversation.settledAt <= settledAt) this.#parties.remove(conversation);
    }
    if (gone > 0) this.#leaving.splice(0, gone);
  }

  /** It is looked for no longer. */
  forget(conversation: Conversation): void {
    this.#parties.remove(conversation);
  }

  #join(a: Conversation, b: Conversation): Conversation {
    if (a === b || a.members.length + b.members.length > MOST_CALL_IDS) return a;
    this.#parties.remove(b);
    this.#shelf.forget(b);
    a.absorb(b);
    this.#shelf.putOpen(a);
    this.#onJoin?.(b, a);
    return this.tieAll(a);
  }
}

function areTied(a: Conversation, b: Conversation, directories: Directories): boolean {
  const both = new Conversation(a.callId);
  both.members.splice(0, 1, ...a.members, ...b.members);
  return readConversation(both, directories).calls.some(
    ({ dialogs }) => dialogs.some((d) => a.members.includes(d.member)) && dialogs.some((d) => b.members.includes(d.member)),
  );
}
