/** The fixed header of RTP (RFC 3550, 5.1) and what follows it before the payload. */
export interface RtpHeader {
  payloadType: number;
  sequence: number;
  /** in units of the payload's clock */
  timestamp: number;
  ssrc: number;
  /** of the payload in the datagram: after contributing sources and extension, before padding */
  from: number;
  to: number;
}

const HEADER = 12;

/**
 * @param into filled, so that a hot loop makes no garbage
 * @returns false for what is no RTP: too short, another version, RTCP on the same port (RFC 5761, 4), lengths that do not fit
 */
export function parseRtp(b: Buffer, into: RtpHeader): boolean {
  if (b.length < HEADER) return false;
  const first = b[0] as number;
  const second = b[1] as number;
  if (first >> 6 !== 2 || (second >= 192 && second <= 223)) return false;
  let from = HEADER + 4 * (first & 15);
  let to = b.length;
  if (first & 0x10) {
    if (from + 4 > to) return false;
    from += 4 + 4 * b.readUInt16BE(from + 2);
  }
  if (first & 0x20) to -= b[to - 1] as number;
  if (from > to) return false;
  into.payloadType = second & 0x7f;
  into.sequence = b.readUInt16BE(2);
  into.timestamp = b.readUInt32BE(4);
  into.ssrc = b.readUInt32BE(8);
  into.from = from;
  into.to = to;
  return true;
}
