import { type CopyCheck, copyKey, crc32 } from '../decode/copies.ts';
import type { HepPacket } from '../decode/hep3.ts';
import { parseRtcp } from '../decode/rtcp.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place, packetId } from './place.ts';

/** One proof of life per call in this time is enough for assembly. */
const LIFE_EVERY_US = 10_000_000;
const MOST_CALLS = 50_000;

/** When each call last showed life; bounded, forgets all at once. */
export class Lives {
  #last = new Map<string, number>();

  isDue(callId: string, at: number): boolean {
    const last = this.#last.get(callId);
    if (last !== undefined && Math.abs(at - last) < LIFE_EVERY_US) return false;
    if (this.#last.size >= MOST_CALLS) this.#last.clear();
    this.#last.set(callId, at);
    return true;
  }
}

/** An RTCP report: a row of figures, and now and then a proof that the call lives. */
export function rtcpReport(packet: HepPacket, place: Place, copies: CopyCheck, lives: Lives, out: Output): Fate {
  const report = parseRtcp(packet.payload);
  if (typeof report === 'string') return report;
  const key = copyKey(crc32(packet.payload), packet.route ^ crc32(packet.correlationId));
  if (copies.seen(key, packet.at, packetId(place.streamSeq, place.idx))) return 'duplicate';
  const at = clampTime(packet.at, place.receivedAt);
  out.block.rtcpReport(place, packet, at, packet.correlationId, report);
  if (packet.correlationId !== '' && lives.isDue(packet.correlationId, at))
    out.facts.push({ kind: 'activity', at, callId: packet.correlationId });
  return 'stored';
}
