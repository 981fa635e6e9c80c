import type { EventFact, Fact } from '@callscope/core/bus/facts.ts';

/** What the registrar says of a phone (OpenSIPS usrloc events), or the network: a 200 to REGISTER. */
export function isRegistrationFact(fact: Fact): fact is EventFact {
  return fact.kind === 'event' && (fact.method.startsWith('E_UL_') || fact.method === 'REGISTER');
}
