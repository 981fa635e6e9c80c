/**
 * RTCP sender and receiver reports with what extended reports say of voice: binary compounds (RFC 3550, 6.4; RFC 3611, 4.7) and the
 * JSON text that rtpengine and capture agents send by HEP.
 * Numbers stay as on the wire: jitter in clock units, LSR/DLSR in 1/65536 s, fraction lost in 1/256.
 */
export interface RtcpReport {
  /** 200 sender report, 201 receiver report, 207 an extended report alone */
  packetType: number;
  senderSsrc: number;
  senderPackets: number;
  senderOctets: number;
  /** middle 32 bits of a sender report's NTP time, what the other's LSR repeats; 0: none */
  ntp: number;
  blocks: RtcpBlock[];
  metrics: VoipMetrics[];
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

/** VoIP metrics (RFC 3611, 4.7) of one source; 127 of r, mosLq and mosCq: unavailable. */
export interface VoipMetrics {
  sourceSsrc: number;
  /** lost and discarded by the jitter buffer, in 1/256 */
  lossRate: number;
  discardRate: number;
  /** ms */
  roundTrip: number;
  endSystemDelay: number;
  /** R factor, 0 to 100 */
  r: number;
  /** listening and conversational MOS, times ten */
  mosLq: number;
  mosCq: number;
}

export type RtcpDrop = 'rtcp';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const EXTENDED_REPORT = 207;
const VOIP_METRICS = 7;
const VOIP_METRICS_BYTES = 36;
const UNAVAILABLE = 127;
const MOST_BLOCKS = 31;

/** The first report of a payload, and the voice metrics of all; what else follows in a compound (SDES, BYE) is kept only raw. */
export function parseRtcp(payload: Buffer): RtcpReport | RtcpDrop {
  return payload[0] === 0x7b ? parseJson(payload) : parseBinary(payload);
}

function parseBinary(b: Buffer): RtcpReport | RtcpDrop {
  let report: RtcpReport | null = null;
  let extender: number | null = null;
  const metrics: VoipMetrics[] = [];
  for (let o = 0; o + 8 <= b.length; ) {
    const first = b[o] as number;
    if (first >> 6 !== 2) return report ?? 'rtcp';
    const packetType = b[o + 1] as number;
    const end = o + 4 + b.readUInt16BE(o + 2) * 4;
    if (end > b.length) return report ?? 'rtcp';
    if (packetType === SENDER_REPORT || packetType === RECEIVER_REPORT) {
      const read = readReport(b.subarray(o, end), packetType === SENDER_REPORT, metrics);
      if (read === null) return report ?? 'rtcp';
      report ??= read;
    } else if (packetType === EXTENDED_REPORT) {
      extender ??= b.readUInt32BE(o + 4);
      readMetrics(b.subarray(o + 8, end), metrics);
    }
    o = end;
  }
  if (report !== null) return report;
  if (extender === null) return 'rtcp';
  return { packetType: EXTENDED_REPORT, senderSsrc: extender, senderPackets: 0, senderOctets: 0, ntp: 0, blocks: [], metrics };
}

function readReport(b: Buffer, sender: boolean, metrics: VoipMetrics[]): RtcpReport | null {
  const count = (b[0] as number) & 31;
  let at = sender ? 28 : 8;
  if (at + count * 24 > b.length) return null;
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
    packetType: sender ? SENDER_REPORT : RECEIVER_REPORT,
    senderSsrc: b.readUInt32BE(4),
    senderPackets: sender ? b.readUInt32BE(20) : 0,
    senderOctets: sender ? b.readUInt32BE(24) : 0,
    ntp: sender ? b.readUInt32BE(10) : 0,
    blocks,
    metrics,
  };
}

/** Blocks of an extended report: type, type-specific, length in words, contents (RFC 3611, 3). */
function readMetrics(b: Buffer, into: VoipMetrics[]): void {
  for (let o = 0; o + 4 <= b.length; ) {
    const end = o + 4 + b.readUInt16BE(o + 2) * 4;
    if (end > b.length) return;
    if (b[o] === VOIP_METRICS && end - o >= VOIP_METRICS_BYTES && into.length < MOST_BLOCKS)
      into.push({
        sourceSsrc: b.readUInt32BE(o + 4),
        lossRate: b[o + 8] as number,
        discardRate: b[o + 9] as number,
        roundTrip: b.readUInt16BE(o + 16),
        endSystemDelay: b.readUInt16BE(o + 18),
        r: b[o + 24] as number,
        mosLq: b[o + 26] as number,
        mosCq: b[o + 27] as number,
      });
    o = end;
  }
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
  const extended = isObject(value.report_blocks_xr) && value.report_blocks_xr.type === VOIP_METRICS ? value.report_blocks_xr : null;
  const list = Array.isArray(value.report_blocks) ? value.report_blocks.filter(isObject).slice(0, MOST_BLOCKS) : [];
  return {
    packetType: value.type,
    senderSsrc: number(value.ssrc),
    senderPackets: number(sender.packets),
    senderOctets: number(sender.octets),
    // `usec` is the fraction of a second in 1/2^32, as on the wire
    ntp: ((number(sender.ntp_timestamp_sec) << 16) | (number(sender.ntp_timestamp_usec) >>> 16)) >>> 0,
    blocks: list.map((block) => ({
      sourceSsrc: number(block.source_ssrc),
      fractionLost: number(block.fraction_lost),
      packetsLost: number(block.packets_lost),
      highestSeq: number(block.highest_seq_no),
      jitter: number(block.ia_jitter),
      lsr: number(block.lsr),
      dlsr: number(block.dlsr),
    })),
    // agents that send it leave R and MOS out; a source that is not named is the first block's
    metrics:
      extended === null
        ? []
        : [
            {
              sourceSsrc: number(extended.id) || number(list[0]?.source_ssrc),
              lossRate: number(extended.fraction_lost),
              discardRate: number(extended.fraction_discard),
              roundTrip: number(extended.round_trip_delay),
              endSystemDelay: number(extended.end_system_delay),
              ...{ r: UNAVAILABLE, mosLq: UNAVAILABLE, mosCq: UNAVAILABLE },
            },
          ],
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
}
