import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';

/** Copies of one packet by two transports differ by less than this in HEP time; a SIP retransmission comes 500 ms later. */
const COPY_WINDOW_US = 100_000;

/** The same packet by another transport, or an exact repeat. */
export function isCopy(a: Fact, b: Fact): boolean {
  if (a.kind === 'sip' && b.kind === 'sip') return isSipCopy(a, b);
  if (a.kind === 'event' && b.kind === 'event') return isEventCopy(a, b);
  return false;
}

function isSipCopy(a: SipFact, b: SipFact): boolean {
  return (
    a.hash === b.hash &&
    Math.abs(a.at - b.at) <= COPY_WINDOW_US &&
    a.code === b.code &&
    a.src === b.src &&
    a.dst === b.dst &&
    a.cseq === b.cseq &&
    a.method === b.method
  );
}

function isEventCopy(a: EventFact, b: EventFact): boolean {
  if (a.method !== b.method || a.at !== b.at) return false;
  const keys = Object.keys(a.params);
  if (keys.length !== Object.keys(b.params).length) return false;
  return keys.every((k) => a.params[k] === b.params[k]);
}
