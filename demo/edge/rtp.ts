/**
 * Packets as rtpengine's `recording-format=eth` writes them: libpcap records (microseconds, little endian, link type
 * Ethernet) of Ethernet without addresses, IPv4 and UDP without checksums, RTP (RFC 3550).
 */
export const PCAP_HEADER = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');

const RECORD = 16;
const HEADERS = 14 + 20 + 8;
const RTP = 12;
export const FRAME_SAMPLES = 160;
export const FRAME_US = 20_000;
const PCMA = 8;

export interface Flow {
  srcIp: string;
  srcPort: number;
  dstIp: string;
  dstPort: number;
  ssrc: number;
  /** sequence number and timestamp of frame 0 */
  firstSequence: number;
  firstTimestamp: number;
}

function record(flow: Flow, at: number, size: number, isRtcp: boolean): Buffer {
  const b = Buffer.alloc(RECORD + HEADERS + size);
  b.writeUInt32LE(Math.floor(at / 1e6), 0);
  b.writeUInt32LE(at % 1e6, 4);
  b.writeUInt32LE(HEADERS + size, 8);
  b.writeUInt32LE(HEADERS + size, 12);
  const ip = RECORD + 14;
  b.writeUInt16BE(0x0800, ip - 2);
  b.writeUInt16BE(0x4500, ip);
  b.writeUInt16BE(28 + size, ip + 2);
  b.writeUInt16BE(0x4011, ip + 8);
  flow.srcIp.split('.').forEach((part, i) => void b.writeUInt8(Number(part), ip + 12 + i));
  flow.dstIp.split('.').forEach((part, i) => void b.writeUInt8(Number(part), ip + 16 + i));
  const port = isRtcp ? 1 : 0;
  b.writeUInt16BE(flow.srcPort + port, ip + 20);
  b.writeUInt16BE(flow.dstPort + port, ip + 22);
  b.writeUInt16BE(8 + size, ip + 24);
  return b;
}

/** One frame of 20 ms. @param audio FRAME_SAMPLES bytes of A-law @param at µs of receipt by the relay */
export function rtpRecord(flow: Flow, frame: number, audio: Buffer, at: number): Buffer {
  const b = record(flow, at, RTP + FRAME_SAMPLES, false);
  const o = RECORD + HEADERS;
  b.writeUInt8(0x80, o);
  b.writeUInt8(frame === 0 ? 0x80 | PCMA : PCMA, o + 1);
  b.writeUInt16BE((flow.firstSequence + frame) & 0xffff, o + 2);
  b.writeUInt32BE((flow.firstTimestamp + frame * FRAME_SAMPLES) >>> 0, o + 4);
  b.writeUInt32BE(flow.ssrc, o + 8);
  audio.copy(b, o + RTP, 0, FRAME_SAMPLES);
  return b;
}

/** Sender report with one block, and the name of the source (RFC 3550, 6.4.1 and 6.5). */
export function rtcpRecord(
  flow: Flow,
  of: { at: number; packets: number; other: number; jitter: number; lost: number; highest: number },
): Buffer {
  const name = Buffer.from(`u${flow.ssrc.toString(16)}@pbx`);
  const sdes = 4 + Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const b = record(flow, of.at, 52 + sdes, true);
  let o = RECORD + HEADERS;
  b.writeUInt32BE(0x81c8000c, o);
  b.writeUInt32BE(flow.ssrc, o + 4);
  b.writeUInt32BE(Math.floor(of.at / 1e6) + 2_208_988_800, o + 8);
  b.writeUInt32BE(Math.floor(((of.at % 1e6) / 1e6) * 2 ** 32), o + 12);
  b.writeUInt32BE((flow.firstTimestamp + of.packets * FRAME_SAMPLES) >>> 0, o + 16);
  b.writeUInt32BE(of.packets, o + 20);
  b.writeUInt32BE(of.packets * FRAME_SAMPLES, o + 24);
  b.writeUInt32BE(of.other, o + 28);
  b.writeUIntBE(of.lost, o + 33, 3);
  b.writeUInt32BE(of.highest, o + 36);
  b.writeUInt32BE(of.jitter, o + 40);
  o += 52;
  b.writeUInt16BE(0x81ca, o);
  b.writeUInt16BE(sdes / 4 - 1, o + 2);
  b.writeUInt32BE(flow.ssrc, o + 4);
  b.writeUInt8(1, o + 8);
  b.writeUInt8(name.length, o + 9);
  name.copy(b, o + 10);
  return b;
}
