/**
 * HEPv3 (Homer Encapsulation Protocol, revision 3; the HEP3 network protocol specification of the SIPCAPTURE project):
 *
 *   "HEP3"  u16 total length   then chunks:  u16 vendor  u16 type  u16 length (header of 6 included)  payload
 *
 * Chunks of vendor 0 that are read: 1 family, 2 IP protocol, 3/4 IPv4 and 5/6 IPv6 addresses, 7/8 ports, 9/10 time,
 * 11 payload type, 12 capture id, 15 payload, 17 correlation id, 19 node name. Others are skipped.
 * Never throws, whatever the bytes; a packet that is not whole gives a reason.
 */
export interface HepPacket {
  /** IP protocol number as captured: 17 UDP, 6 TCP, 22 TLS, 50 WebSocket …; not checked against a list */
  protocol: number;
  srcIp: string;
  srcPort: number;
  dstIp: string;
  dstPort: number;
  /** 32-bit hash of the four above */
  route: number;
  /** µs since the epoch, at the capturing host */
  at: number;
  type: number;
  captureId: number;
  correlationId: string;
  node: string;
  /** a view into the datagram */
  payload: Buffer;
}

export const HEP_SIP = 1;
export const HEP_RTCP = 5;
export const HEP_LOG = 100;

/**
 * not_hep: another magic · version: HEP 1 or 2, or a later one · framing: lengths that do not fit ·
 * missing_chunk: no addresses, ports, time, type or payload · content: chunks that contradict each other ·
 * compressed: payload in chunk 16
 */
export type HepDrop = 'not_hep' | 'version' | 'framing' | 'missing_chunk' | 'content' | 'compressed';

const MAGIC = 0x48455033; // "HEP3"
const FAMILY_IPV4 = 2;
/** 10 on Linux, 28 on FreeBSD, 30 on macOS */
const FAMILIES_IPV6 = new Set([10, 24, 28, 30]);

const addresses = new Map<number, string>();
const ADDRESS_CACHE = 65_536;

function ipv4(b: Buffer, o: number): string {
  const key = b.readUInt32BE(o);
  const known = addresses.get(key);
  if (known !== undefined) return known;
  const text = `${b[o]}.${b[o + 1]}.${b[o + 2]}.${b[o + 3]}`;
  if (addresses.size >= ADDRESS_CACHE) addresses.clear();
  addresses.set(key, text);
  return text;
}

/** RFC 5952: longest run of zero groups shortened, lower case. */
function ipv6(b: Buffer, o: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(b.readUInt16BE(o + i));
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > length) {
      best = i;
      length = n;
    }
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + length, 8)}`;
}

function routeHash(b: Buffer, src: number, dst: number, size: number, srcPort: number, dstPort: number): number {
  let h = (srcPort << 16) | dstPort;
  for (let i = 0; i < size; i += 4) {
    h = Math.imul(h ^ b.readInt32LE(src + i), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ b.readInt32LE(dst + i), 0xc2b2ae35);
  }
  return (h ^ (h >>> 16)) >>> 0;
}

export function decodeHep3(bytes: Uint8Array): HepPacket | HepDrop {
  const b = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = b.length;
  if (n < 4) return 'not_hep';
  if (b.readUInt32BE(0) !== MAGIC) {
    // HEP 1 and 2 begin with version and header length: 1 16 …, 2 16 …
    if ((b[0] === 1 || b[0] === 2) && (b[1] ?? 0) >= 16 && (b[1] ?? 0) <= 64) return 'version';
    if (b[0] === 0x48 && b[1] === 0x45 && b[2] === 0x50) return 'version';
    return 'not_hep';
  }
  if (n < 6 || b.readUInt16BE(4) !== n) return 'framing';
  let family = 0;
  let protocol = -1;
  let src4 = 0;
  let dst4 = 0;
  let src6 = 0;
  let dst6 = 0;
  let srcPort = -1;
  let dstPort = -1;
  let seconds = -1;
  let micros = 0;
  let type = -1;
  let captureId = 0;
  let payloadAt = -1;
  let payloadEnd = 0;
  let idAt = -1;
  let idEnd = 0;
  let nodeAt = -1;
  let nodeEnd = 0;
  let compressed = false;
  let o = 6;
  while (o < n) {
    if (o + 6 > n) return 'framing';
    const length = b.readUInt16BE(o + 4);
    if (length < 6 || o + length > n) return 'framing';
    const size = length - 6;
    const at = o + 6;
    if (b.readUInt16BE(o) === 0) {
      switch (b.readUInt16BE(o + 2)) {
        case 1:
          if (size !== 1) return 'framing';
          family = b[at] as number;
          break;
        case 2:
          if (size !== 1) return 'framing';
          protocol = b[at] as number;
          break;
        case 3:
          if (size !== 4) return 'framing';
          src4 = at;
          break;
        case 4:
          if (size !== 4) return 'framing';
          dst4 = at;
          break;
        case 5:
          if (size !== 16) return 'framing';
          src6 = at;
          break;
        case 6:
          if (size !== 16) return 'framing';
          dst6 = at;
          break;
        case 7:
          if (size !== 2) return 'framing';
          srcPort = b.readUInt16BE(at);
          break;
        case 8:
          if (size !== 2) return 'framing';
          dstPort = b.readUInt16BE(at);
          break;
        case 9:
          if (size !== 4) return 'framing';
          seconds = b.readUInt32BE(at);
          break;
        case 10:
          if (size !== 4) return 'framing';
          micros = b.readUInt32BE(at);
          break;
        case 11:
          if (size !== 1) return 'framing';
          type = b[at] as number;
          break;
        case 12:
          if (size === 4) captureId = b.readUInt32BE(at);
          else if (size === 2) captureId = b.readUInt16BE(at);
          else return 'framing';
          break;
        case 15:
          payloadAt = at;
          payloadEnd = at + size;
          break;
        case 16:
          compressed = true;
          break;
        case 17:
          idAt = at;
          idEnd = at + size;
          break;
        case 19:
          nodeAt = at;
          nodeEnd = at + size;
          break;
      }
    }
    o += length;
  }
  if (compressed && payloadAt < 0) return 'compressed';
  if (family === 0 || protocol < 0 || srcPort < 0 || dstPort < 0 || seconds < 0 || type < 0 || payloadAt < 0) return 'missing_chunk';
  let srcIp: string;
  let dstIp: string;
  if (family === FAMILY_IPV4) {
    if (src4 === 0 || dst4 === 0) return src6 && dst6 ? 'content' : 'missing_chunk';
    srcIp = ipv4(b, src4);
    dstIp = ipv4(b, dst4);
  } else if (FAMILIES_IPV6.has(family)) {
    if (src6 === 0 || dst6 === 0) return src4 && dst4 ? 'content' : 'missing_chunk';
    srcIp = ipv6(b, src6);
    dstIp = ipv6(b, dst6);
  } else return 'content';
  if (micros >= 1_000_000 || payloadEnd === payloadAt) return 'content';
  return {
    protocol,
    srcIp,
    srcPort,
    dstIp,
    dstPort,
    route: routeHash(b, src4 || src6, dst4 || dst6, src4 ? 4 : 16, srcPort, dstPort),
    at: seconds * 1_000_000 + micros,
    type,
    captureId,
    correlationId: idAt < 0 ? '' : b.toString('latin1', idAt, idEnd),
    node: nodeAt < 0 ? '' : b.toString('utf8', nodeAt, nodeEnd),
    payload: b.subarray(payloadAt, payloadEnd),
  };
}

export interface HepFields {
  srcIp: string;
  srcPort: number;
  dstIp: string;
  dstPort: number;
  /** µs since the epoch */
  at: number;
  type: number;
  payload: Uint8Array;
  protocol?: number;
  captureId?: number;
  correlationId?: string;
}

/** The other way round, IPv4: for the simulated edge, the load generator and tests. */
export function encodeHep3(p: HepFields): Buffer {
  const id = Buffer.from(p.correlationId ?? '');
  const chunk = (type: number, body: Uint8Array) => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(6 + body.length, 4);
    return [head, body];
  };
  const u16 = (v: number) => Buffer.from([v >> 8, v & 255]);
  const u32 = (v: number) => {
    const b = Buffer.alloc(4);
    b.writeUInt32BE(v >>> 0);
    return b;
  };
  const parts = [
    ...chunk(1, Uint8Array.of(FAMILY_IPV4)),
    ...chunk(2, Uint8Array.of(p.protocol ?? 17)),
    ...chunk(3, Uint8Array.from(p.srcIp.split('.').map(Number))),
    ...chunk(4, Uint8Array.from(p.dstIp.split('.').map(Number))),
    ...chunk(7, u16(p.srcPort)),
    ...chunk(8, u16(p.dstPort)),
    ...chunk(9, u32(Math.floor(p.at / 1e6))),
    ...chunk(10, u32(p.at % 1e6)),
    ...chunk(11, Uint8Array.of(p.type)),
    ...chunk(12, u32(p.captureId ?? 0)),
    ...(id.length > 0 ? chunk(17, id) : []),
    ...chunk(15, p.payload),
  ];
  const size = 6 + parts.reduce((sum, part) => sum + part.length, 0);
  if (size > 0xffff) throw new RangeError(`a HEP packet holds at most 65,535 bytes, this one would have ${size}`);
  const head = Buffer.alloc(6);
  head.write('HEP3');
  head.writeUInt16BE(size, 4);
  return Buffer.concat([head, ...parts]);
}
