import { type CopyCheck, copyKey, crc32 } from '../decode/copies.ts';
import type { HepPacket } from '../decode/hep3.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place, packetId } from './place.ts';

/** A log line that the edge sent by HEP (type 100) stands among the messages of its call as method LOG. */
export function logLine(packet: HepPacket, place: Place, copies: CopyCheck, out: Output): Fate {
  const hash = crc32(packet.payload);
  // its text does not name the call: two calls may be told of in the same words
  const key = copyKey(hash, packet.route ^ crc32(packet.correlationId));
  if (copies.seen(key, packet.at, packetId(place.streamSeq, place.idx))) return 'duplicate';
  out.block.message(place, packet, clampTime(packet.at, place.receivedAt), {
    callId: packet.correlationId,
    method: 'LOG',
    code: 0,
    cseq: 0,
    correlation: '',
    hash,
  });
  return 'stored';
}
