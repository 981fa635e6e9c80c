import type { EventFact } from '@callscope/core/bus/facts.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { type CopyCheck, copyKey, crc32 } from '../decode/copies.ts';
import { type CallEvent, isKnownEvent, parseEvent } from '../decode/event.ts';
import { soundParams } from '../decode/sound-params.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place, packetId } from './place.ts';

const unknownEvents = counter('decoder_unknown_events_total', 'Events of a method that this build does not know, kept raw');

/** A call event: a row with its text, and a fact when assembly needs it. */
export function callEvent(packet: Uint8Array, place: Place, copies: CopyCheck, out: Output): Fate {
  const event = parseEvent(packet);
  if (typeof event === 'string') return event;
  const at = clampTime(event.at || place.receivedAt * 1_000, place.receivedAt);
  // the same text by the other transport, or again: `id` is no part of it, OpenSIPS repeats ids
  const key = copyKey(crc32(JSON.stringify(event.params)), crc32(event.method));
  if (copies.seen(key, event.at || at, packetId(place.streamSeq, place.idx))) return 'duplicate';
  if (!isKnownEvent(event.method)) unknownEvents.inc();
  out.block.event(place, at, event.callId, event.method, packet);
  if (event.isFact || event.isRegistration) out.facts.push(eventFact(event, at));
  return 'stored';
}

/** @param at µs, clamped: the event's own time, else its receipt */
export function eventFact(event: CallEvent, at: number): EventFact {
  return { kind: 'event', at, callId: event.callId, method: event.method, params: soundParams(event.params, at) };
}
