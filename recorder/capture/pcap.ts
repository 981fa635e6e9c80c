import { open } from 'node:fs/promises';

/**
 * Reads libpcap files (draft-ietf-opsawg-pcap): header of 24 bytes, then records of 16 bytes and a frame. Both byte orders,
 * micro- and nanoseconds. Link types that rtpengine and tcpdump write: Ethernet, raw IP. A file of any size takes one block of memory.
 */
export interface Datagram {
  /** µs since the epoch, when the relay received it */
  at: number;
  srcIp: string;
  srcPort: number;
  dstIp: string;
  dstPort: number;
  /** where in the file the UDP payload begins */
  offset: number;
  /** UDP payload; valid until the callback returns */
  payload: Buffer;
}

/**
 * empty: no byte · not_pcap: another magic · link_type: frames of a kind that is not read · damaged: a record that cannot be ·
 * truncated: the file ends inside a record (whole ones before it were read)
 */
export type PcapFault = 'empty' | 'not_pcap' | 'link_type' | 'damaged' | 'truncated';

export interface PcapEnd {
  fault: PcapFault | null;
  /** records read whole */
  records: number;
  /** of these, how many carry no UDP datagram that is whole */
  ignored: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** libpcap's own bound (MAXIMUM_SNAPLEN) */
const LONGEST_FRAME = 262_144;
const BLOCK = 512 * 1024;
const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;
const ETHERNET = 1;
/** 101: IP of either version; 228 and 229: of one; 12 and 14: older numbers of 101 */
const RAW_IP = new Set([12, 14, 101, 228, 229]);
const UDP = 17;

/**
 * Calls back for every UDP datagram, in the order of the file.
 * @param onDatagram returns false to read no further
 * @throws only what the file system throws, and what `onDatagram` does
 */
export async function readPcap(path: string, onDatagram: (d: Datagram) => boolean): Promise<PcapEnd> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(FILE_HEADER);
    const { bytesRead } = await file.read(header, 0, FILE_HEADER, 0);
    if (bytesRead === 0) return { fault: 'empty', records: 0, ignored: 0 };
    const format = fileFormat(header.subarray(0, bytesRead));
    if (typeof format === 'string') return { fault: format, records: 0, ignored: 0 };
    return await readRecords(file, format, onDatagram);
  } finally {
    await file.close();
  }
}

interface Format {
  isLittle: boolean;
  /** parts of a second in the second half of a record's time */
  perSecond: number;
  isEthernet: boolean;
}

function fileFormat(header: Buffer): Format | PcapFault {
  if (header.length < 4) return 'not_pcap';
  const magics = [header.readUInt32LE(0), header.readUInt32BE(0)];
  const order = magics.findIndex((m) => m === MAGIC_MICRO || m === MAGIC_NANO);
  if (order < 0) return 'not_pcap';
  if (header.length < FILE_HEADER) return 'truncated';
  const isLittle = order === 0;
  // the upper bits say whether frames end with a checksum
  const link = (isLittle ? header.readUInt32LE(20) : header.readUInt32BE(20)) & 0x0fff_ffff;
  if (link !== ETHERNET && !RAW_IP.has(link)) return 'link_type';
  return { isLittle, perSecond: magics[order] === MAGIC_NANO ? 1e9 : 1e6, isEthernet: link === ETHERNET };
}

async function readRecords(file: Awaited<ReturnType<typeof open>>, format: Format, onDatagram: (d: Datagram) => boolean): Promise<PcapEnd> {
  const end: PcapEnd = { fault: null, records: 0, ignored: 0 };
  const block = Buffer.allocUnsafe(BLOCK + RECORD_HEADER + LONGEST_FRAME);
  const u32 = (o: number) => (format.isLittle ? block.readUInt32LE(o) : block.readUInt32BE(o));
  const d: Datagram = { at: 0, srcIp: '', srcPort: 0, dstIp: '', dstPort: 0, offset: 0, payload: block };
  let kept = 0;
  for (let position = FILE_HEADER; ; ) {
    const { bytesRead } = await file.read(block, kept, block.length - kept, position + kept);
    const size = kept + bytesRead;
    let o = 0;
    while (o + RECORD_HEADER <= size) {
      const length = u32(o + 8);
      const part = u32(o + 4);
      if (length > LONGEST_FRAME || part >= format.perSecond) return { ...end, fault: 'damaged' };
      const frame = o + RECORD_HEADER;
      if (frame + length > size) break;
      end.records++;
      const payload = udpPayload(block, frame, frame + length, format.isEthernet, d);
      if (payload < 0) end.ignored++;
      else {
        d.at = u32(o) * 1e6 + Math.floor(part / (format.perSecond / 1e6));
        d.offset = position + payload;
        if (!onDatagram(d)) return end;
      }
      o = frame + length;
    }
    if (bytesRead === 0) return o < size ? { ...end, fault: 'truncated' } : end;
    block.copyWithin(0, o, size);
    kept = size - o;
    position += o;
  }
}

const VLAN = new Set([0x8100, 0x88a8]);
const addresses = new Map<string, string>();
const ADDRESS_CACHE = 10_000;

/** Fills addresses, ports and payload. @returns where the UDP payload begins, -1 when there is no whole one */
function udpPayload(b: Buffer, from: number, to: number, isEthernet: boolean, d: Datagram): number {
  let ip = from;
  if (isEthernet) {
    ip += 14;
    while (ip <= to && VLAN.has(b.readUInt16BE(ip - 2))) ip += 4;
  }
  if (ip + 20 > to) return -1;
  const version = (b[ip] as number) >> 4;
  let udp: number;
  if (version === 4) {
    // of a fragmented datagram nothing can be told; media is not fragmented
    const isFragment = (b.readUInt16BE(ip + 6) & 0x3fff) !== 0;
    if (b[ip + 9] !== UDP || isFragment) return -1;
    udp = ip + ((b[ip] as number) & 15) * 4;
    d.srcIp = address(b, ip + 12, 4);
    d.dstIp = address(b, ip + 16, 4);
  } else if (version === 6) {
    if (ip + 40 > to || b[ip + 6] !== UDP) return -1;
    udp = ip + 40;
    d.srcIp = address(b, ip + 8, 16);
    d.dstIp = address(b, ip + 24, 16);
  } else return -1;
  if (udp + 8 > to) return -1;
  const length = b.readUInt16BE(udp + 4);
  if (length < 8 || udp + length > to) return -1;
  d.srcPort = b.readUInt16BE(udp);
  d.dstPort = b.readUInt16BE(udp + 2);
  d.payload = b.subarray(udp + 8, udp + length);
  return udp + 8;
}

/** Text of an address; IPv6 as eight groups without shortening, so that it compares with any spelling after `sameAddress`. */
function address(b: Buffer, o: number, size: number): string {
  const key = b.toString('latin1', o, o + size);
  const known = addresses.get(key);
  if (known !== undefined) return known;
  if (addresses.size >= ADDRESS_CACHE) addresses.clear();
  const text =
    size === 4
      ? `${b[o]}.${b[o + 1]}.${b[o + 2]}.${b[o + 3]}`
      : Array.from({ length: 8 }, (_, i) => b.readUInt16BE(o + 2 * i).toString(16)).join(':');
  addresses.set(key, text);
  return text;
}
