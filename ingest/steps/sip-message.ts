import type { SipFact } from '@callscope/core/bus/facts.ts';
import { type CopyCheck, copyKey, crc32 } from '../decode/copies.ts';
import type { HepPacket } from '../decode/hep3.ts';
import { registerFact } from '../decode/register.ts';
import { parseSip, type SipMessage } from '../decode/sip.ts';
import type { Output } from './output.ts';
import { clampTime, type Fate, type Place, packetId } from './place.ts';

/** Longer than any Call-ID: rubbish. */
const LONGEST_CORRELATION = 512;

/** A SIP message: a row, and a fact when assembly needs it. */
export function sipMessage(packet: HepPacket, place: Place, copies: CopyCheck, out: Output): Fate {
  const sip = parseSip(packet.payload);
  if (typeof sip === 'string') return sip;
  const hash = crc32(packet.payload);
  if (copies.seen(copyKey(hash, packet.route), packet.at, packetId(place.streamSeq, place.idx))) return 'duplicate';
  const at = clampTime(packet.at, place.receivedAt);
  const correlation = correlationOf(sip, packet);
  out.block.message(place, packet, at, { callId: sip.callId, method: sip.method, code: sip.code, cseq: sip.cseq, hash, correlation });
  out.block.signalling.note(place, packet, at, sip);
  if (sip.method === 'REGISTER') {
    if (sip.code >= 200 && sip.code < 300) out.facts.push(registerFact(packet.payload, sip, at));
  } else if (isFact(sip))
    out.facts.push(factOf(sip, at, `${packet.srcIp}:${packet.srcPort}`, `${packet.dstIp}:${packet.dstPort}`, hash, correlation));
  return 'stored';
}

/** INVITE and what answers it above 100, CANCEL, BYE, REFER: the rest of SIP says nothing about a call's course. */
function isFact(sip: SipMessage): boolean {
  if (sip.method === 'INVITE') return sip.code === 0 || sip.code > 100;
  return sip.code === 0 && (sip.method === 'BYE' || sip.method === 'CANCEL' || sip.method === 'REFER');
}

/** A capture agent that knows which Call-IDs are one call says so in chunk 17; most repeat the message's own. */
function correlationOf(sip: SipMessage, packet: HepPacket): string {
  const { correlationId } = packet;
  return correlationId === sip.callId || correlationId.length > LONGEST_CORRELATION ? '' : correlationId;
}

/** Also what a row of `messages` is turned back into when a late fact makes its call be folded again. */
export function factOf(sip: SipMessage, at: number, src: string, dst: string, hash: number, correlation: string): SipFact {
  const { callId, method, code, cseq, fromUser, fromHost, fromTag, toTag, uriUser, uriHost, branch } = sip;
  const { referTo, referredBy, replaces, divertedBy } = sip;
  return {
    kind: 'sip',
    at,
    src,
    dst,
    hash,
    callId,
    method,
    code,
    cseq,
    fromUser,
    fromHost,
    fromTag,
    toTag,
    uriUser,
    uriHost,
    branch,
    referTo,
    referredBy,
    replaces,
    divertedBy,
    correlation,
  };
}

export function sipFact(payload: Buffer, at: number, src: string, dst: string, hash: number, correlation: string): SipFact | null {
  const sip = parseSip(payload);
  return typeof sip === 'string' || !isFact(sip) ? null : factOf(sip, at, src, dst, hash, correlation);
}
