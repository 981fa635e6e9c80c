/**
 * RTCP sender and receiver reports: binary compounds (RFC 3550, 6.4) and the JSON text that rtpengine sends by HEP.
 * Numbers stay as on the wire: jitter in clock units, LSR/DLSR in 1/65536 s, fraction lost in 1/256.
 */
export interface RtcpReport {
  /** 200 sender report, 201 receiver report */
  packetType: number;
  senderSsrc: number;
  senderPackets: number;
  senderOctets: number;
  blocks: RtcpBlock[];
}

export interface RtcpBlock {
  sourceSsrc: number;
  fractionLost: number;
  packetsLost: number;
  highestSeq: number;
  jitter: number;
  lsr: number;
  dlsr: number;
}

export type RtcpDrop = 'rtcp';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const MOST_BLOCKS = 31;

/** The first report of a payload; what follows in a compound (SDES, BYE, XR) is kept only raw. */
export function parseRtcp(payload: Buffer): RtcpReport | RtcpDrop {
  return payload[0] === 0x7b ? parseJson(payload) : parseBinary(payload);
}

function parseBinary(b: Buffer): RtcpReport | RtcpDrop {
  for (let o = 0; o + 8 <= b.length; ) {
    const first = b[o] as number;
    if (first >> 6 !== 2) return 'rtcp';
    const packetType = b[o + 1] as number;
    const end = o + 4 + b.readUInt16BE(o + 2) * 4;
    if (end > b.length) return 'rtcp';
    if (packetType === SENDER_REPORT || packetType === RECEIVER_REPORT) {
      const count = first & 31;
      const sender = packetType === SENDER_REPORT;
      let at = o + (sender ? 28 : 8);
      if (at + count * 24 > end) return 'rtcp';
      const blocks: RtcpBlock[] = [];
      for (let i = 0; i < count; i++, at += 24) {
        blocks.push({
          sourceSsrc: b.readUInt32BE(at),
          fractionLost: b[at + 4] as number,
          packetsLost: b.readIntBE(at + 5, 3),
          highestSeq: b.readUInt32BE(at + 8),
          jitter: b.readUInt32BE(at + 12),
          lsr: b.readUInt32BE(at + 16),
          dlsr: b.readUInt32BE(at + 20),
        });
      }
      return {
        packetType,
        senderSsrc: b.readUInt32BE(o + 4),
        senderPackets: sender ? b.readUInt32BE(o + 20) : 0,
        senderOctets: sender ? b.readUInt32BE(o + 24) : 0,
        blocks,
      };
    }
    o = end;
  }
  return 'rtcp';
}

function parseJson(payload: Buffer): RtcpReport | RtcpDrop {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return 'rtcp';
  }
  if (!isObject(value) || (value.type !== SENDER_REPORT && value.type !== RECEIVER_REPORT)) return 'rtcp';
  const sender = isObject(value.sender_information) ? value.sender_information : {};
  const list = Array.isArray(value.report_blocks) ? value.report_blocks.filter(isObject).slice(0, MOST_BLOCKS) : [];
  return {
    packetType: value.type,
    senderSsrc: number(value.ssrc),
    senderPackets: number(sender.packets),
    senderOctets: number(sender.octets),
    blocks: list.map((block) => ({
      sourceSsrc: number(block.source_ssrc),
      fractionLost: number(block.fraction_lost),
      packetsLost: number(block.packets_lost),
      highestSeq: number(block.highest_seq_no),
      jitter: number(block.ia_jitter),
      lsr: number(block.lsr),
      dlsr: number(block.dlsr),
    })),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
}
