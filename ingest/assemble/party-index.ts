import type { Fact } from '@callscope/core/bus/facts.ts';
import type { Conversation } from './conversation.ts';
import { partiesOf, partyKey, seeks } from './ties.ts';

/**
 * Open conversations by the people in them, to find what a transfer or a forward without a Call-ID speaks of. Candidates
 * only: whether two belong together is for `tieOf`. Made again from the facts of open conversations after a restart, so
 * nothing of it is in a snapshot.
 */
export class PartyIndex {
  #byParty = new Map<string, Set<Conversation>>();
  /** those that look for another one, by the party that must be in it */
  #seekers = new Map<string, Set<Conversation>>();
  #keysOf = new Map<Conversation, { parties: Set<string>; sought: Set<string> }>();

  get size(): number {
    return this.#keysOf.size;
  }

  /** Whether an open conversation looks for one of the people that these facts bring. */
  isAnySought(facts: readonly Fact[]): boolean {
    return this.#seekers.size > 0 && facts.some((fact) => partiesOf(fact).some((party) => this.#seekers.has(party)));
  }

  /** Notes a fact of an open conversation. @returns others that it may belong together with */
  note(conversation: Conversation, fact: Fact): Conversation[] {
    const parties = partiesOf(fact);
    const isSeeker = seeks(fact);
    if (parties.length === 0 && !isSeeker) return NOBODY;
    let keys = this.#keysOf.get(conversation);
    if (!keys) {
      keys = { parties: new Set(), sought: new Set() };
      this.#keysOf.set(conversation, keys);
    }
    const found = new Set<Conversation>();
    for (const party of parties) {
      if (keys.parties.has(party)) continue;
      keys.parties.add(party);
      put(this.#byParty, party, conversation);
      for (const seeker of this.#seekers.get(party) ?? []) found.add(seeker);
    }
    if (isSeeker && fact.kind === 'sip') {
      for (const party of [fact.method === 'REFER' ? fact.referTo : fact.referredBy || fact.divertedBy].map(partyKey)) {
        keys.sought.add(party);
        put(this.#seekers, party, conversation);
        for (const other of this.#byParty.get(party) ?? []) found.add(other);
      }
    }
    found.delete(conversation);
    return [...found];
  }

  /** All that it may belong together with, by what is known of both by now. */
  around(conversation: Conversation): Conversation[] {
    const keys = this.#keysOf.get(conversation);
    if (!keys || (this.#seekers.size === 0 && keys.sought.size === 0)) return NOBODY;
    const found = new Set<Conversation>();
    for (const party of keys.parties) for (const seeker of this.#seekers.get(party) ?? []) found.add(seeker);
    for (const party of keys.sought) for (const other of this.#byParty.get(party) ?? []) found.add(other);
    found.delete(conversation);
    return [...found];
  }

  remove(conversation: Conversation): void {
    const keys = this.#keysOf.get(conversation);
    if (!keys) return;
    this.#keysOf.delete(conversation);
    for (const party of keys.parties) take(this.#byParty, party, conversation);
    for (const party of keys.sought) take(this.#seekers, party, conversation);
  }
}

const NOBODY: Conversation[] = [];

function put(map: Map<string, Set<Conversation>>, key: string, conversation: Conversation): void {
  const there = map.get(key);
  if (there) there.add(conversation);
  else map.set(key, new Set([conversation]));
}

function take(map: Map<string, Set<Conversation>>, key: string, conversation: Conversation): void {
  const there = map.get(key);
  there?.delete(conversation);
  if (there?.size === 0) map.delete(key);
}
