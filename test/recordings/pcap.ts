import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Described } from '@callscope/core/domain/media-sides.ts';
import { callIdOf, type Metadata, parseMetadata, recordingName } from '@callscope/recorder/capture/metadata.ts';
import { decodeHep3 } from '../../ingest/decode/hep3.ts';
import { hep, type TrueCall, truth } from '../medium/fixtures.ts';

const SPOOL = fileURLToPath(new URL('../fixtures/edge/rtpengine/', import.meta.url));

/** A phrase as the fixture's speakers said it, seconds from the answer. */
export interface Phrase {
  party: 'caller' | 'callee';
  from_s: number;
  to_s: number;
  heard: 'all' | 'part' | 'nothing';
}

export interface RecordedCall {
  call: TrueCall & { speech_timing: Phrase[]; recording_mode: string; codec: string; dtmf: string | null };
  metadata: Metadata;
  pcap: string;
}

/** What rtpengine left of the fixture's calls, in the order of the calls. */
export function recordedCalls(): RecordedCall[] {
  const found = readdirSync(`${SPOOL}metadata`).map((file) => {
    const metadata = parseMetadata(readFileSync(`${SPOOL}metadata/${file}`, 'utf8'));
    const callId = callIdOf(recordingName(file) ?? '');
    const call = truth().find((c) => c.call_id === callId) as RecordedCall['call'];
    return { call, metadata, pcap: `${SPOOL}pcaps/${metadata.pcap}` };
  });
  return found.sort((a, b) => a.call.n - b.call.n);
}

/** Descriptions of a fixture call as its SIP packets had them, on both hops. */
export function describedInHep(callId: string): Described[] {
  const out: Described[] = [];
  let callerTag = '';
  for (const bytes of hep('udp')) {
    const packet = decodeHep3(bytes);
    if (typeof packet === 'string' || packet.correlationId !== callId) continue;
    const [head = '', body = ''] = packet.payload.toString('latin1').split('\r\n\r\n');
    const fromTag = /^From:.*;tag=([^;\s]+)/im.exec(head)?.[1] ?? '';
    callerTag ||= fromTag;
    if (!/^CSeq: \d+ INVITE/im.test(head) || !body.startsWith('v=0')) continue;
    const isAnswer = head.startsWith('SIP/2.0');
    out.push({ from: (fromTag === callerTag) !== isAnswer ? 'caller' : 'callee', sdp: body });
  }
  return out;
}

export interface Packet {
  /** µs since the epoch */
  at: number;
  src: string;
  srcPort: number;
  dst: string;
  dstPort: number;
  payload: Uint8Array;
}

/** One RTP packet. */
export function rtp(h: { type: number; sequence: number; timestamp: number; ssrc: number; marker?: boolean }, payload: Uint8Array): Buffer {
  const b = Buffer.alloc(12 + payload.length);
  b.writeUInt8(0x80, 0);
  b.writeUInt8(h.type | (h.marker ? 0x80 : 0), 1);
  b.writeUInt16BE(h.sequence & 0xffff, 2);
  b.writeUInt32BE(h.timestamp >>> 0, 4);
  b.writeUInt32BE(h.ssrc, 8);
  b.set(payload, 12);
  return b;
}

/** A pcap of UDP over IPv4 in Ethernet frames. */
export function pcap(packets: readonly Packet[]): Buffer {
  return Buffer.concat([Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'), ...packets.map(record)]);
}

export function record(p: Packet): Buffer {
  const b = Buffer.alloc(16 + 14 + 28 + p.payload.length);
  b.writeUInt32LE(Math.floor(p.at / 1e6), 0);
  b.writeUInt32LE(p.at % 1e6, 4);
  b.writeUInt32LE(b.length - 16, 8);
  b.writeUInt32LE(b.length - 16, 12);
  b.writeUInt16BE(0x0800, 28);
  b.writeUInt16BE(0x4500, 30);
  b.writeUInt16BE(28 + p.payload.length, 32);
  b.writeUInt16BE(0x4011, 38);
  p.src.split('.').forEach((n, i) => void b.writeUInt8(Number(n), 42 + i));
  p.dst.split('.').forEach((n, i) => void b.writeUInt8(Number(n), 46 + i));
  b.writeUInt16BE(p.srcPort, 50);
  b.writeUInt16BE(p.dstPort, 52);
  b.writeUInt16BE(8 + p.payload.length, 54);
  b.set(p.payload, 58);
  return b;
}

/** Records of a pcap as they lie in the file, little endian; the file's header is no record. */
export function recordsOf(file: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let o = 24; o < file.length; ) {
    const size = 16 + file.readUInt32LE(o + 8);
    out.push(file.subarray(o, o + size));
    o += size;
  }
  return out;
}
