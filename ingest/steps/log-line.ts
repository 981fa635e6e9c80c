import { type Copies, copyKey, crc32 } from '../decode/copies.ts';
import type { HepPacket } from '../decode/hep3.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place } from './place.ts';

/** A log line that the edge sent by HEP (type 100) stands among the messages of its call as method LOG. */
export function logLine(packet: HepPacket, place: Place, copies: Copies, out: Output): Fate {
  const hash = crc32(packet.payload);
  if (copies.seen(copyKey(hash, packet.route), packet.at)) return 'duplicate';
  out.block.message(place, packet, clampTime(packet.at, place.receivedAt), {
    callId: packet.correlationId,
    method: 'LOG',
    code: 0,
    cseq: 0,
    hash,
  });
  return 'stored';
}
