import type { EventFact } from '@callscope/core/bus/facts.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { type Copies, copyKey, crc32 } from '../decode/copies.ts';
import { type CallEvent, isKnownEvent, parseEvent } from '../decode/event.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place } from './place.ts';

const unknownEvents = counter('decoder_unknown_events_total', 'Events of a method that this build does not know, kept raw');

/** A call event: a row with its text, and a fact when assembly needs it. */
export function callEvent(packet: Uint8Array, place: Place, copies: Copies, out: Output): Fate {
  const event = parseEvent(packet);
  if (typeof event === 'string') return event;
  if (!isKnownEvent(event.method)) unknownEvents.inc();
  const at = clampTime(event.at || place.receivedAt * 1_000, place.receivedAt);
  // the same text by the other transport, or again: `id` is no part of it, OpenSIPS repeats ids
  if (copies.seen(copyKey(crc32(JSON.stringify(event.params)), crc32(event.method)), event.at || at)) return 'duplicate';
  out.block.event(place, at, event.callId, event.method, packet);
  if (event.isFact) out.facts.push(eventFact(event, at));
  return 'stored';
}

export function eventFact(event: CallEvent, at: number): EventFact {
  return { kind: 'event', at, callId: event.callId, method: event.method, params: event.params };
}
