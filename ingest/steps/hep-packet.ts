import type { CopyCheck } from '../decode/copies.ts';
import { decodeHep3, HEP_LOG, HEP_RTCP, HEP_SIP } from '../decode/hep3.ts';
import { logLine } from './log-line.ts';
import type { Output } from './output.ts';
import type { Fate, Place } from './place.ts';
import { type Lives, rtcpReport } from './rtcp-report.ts';
import { sipMessage } from './sip-message.ts';

/** A HEP packet goes by its payload type. */
export function hepPacket(bytes: Uint8Array, place: Place, copies: CopyCheck, lives: Lives, out: Output): Fate {
  const packet = decodeHep3(bytes);
  if (typeof packet === 'string') return packet;
  switch (packet.type) {
    case HEP_SIP:
      return sipMessage(packet, place, copies, out);
    case HEP_RTCP:
      return rtcpReport(packet, place, copies, lives, out);
    case HEP_LOG:
      return logLine(packet, place, copies, out);
    default:
      return 'payload_type';
  }
}
