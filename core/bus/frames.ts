/**
 * A frame: up to 100 packets as they arrived, one message of the RAW stream. Binary, little endian.
 *
 *   u8  version = 1          u8  channel (index in CHANNELS)
 *   f64 boot                 start of the receiver process, µs since the epoch: names one life of one receiver
 *   f64 firstN               number of the first packet of this frame; a receiver numbers each channel 1, 2, 3 …
 *   f64 receivedAt           ms since the epoch, when the first packet arrived
 *   u16 count                packets in the frame (0 = a heartbeat that only carries the drop totals)
 *   str edge                 u8 length + UTF-8: id of the receiver
 *   u8  reasons, each        str reason, f64 total dropped for it in this life of this channel
 *   count times              u32 length, bytes
 *
 * What headers prove (boot, firstN, count, drops) is the ledger's `received`: it needs no counter of its own that
 * could be lost.
 */
export const FRAME_VERSION = 1;
export const CHANNELS = ['hep-udp', 'hep-tcp', 'event-udp', 'event-tcp'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface FrameHeader {
  edge: string;
  channel: Channel;
  boot: number;
  firstN: number;
  receivedAt: number;
  count: number;
  drops: Record<string, number>;
}

export interface Frame extends FrameHeader {
  /** views into the message's buffer: copy what must outlive it */
  packets: Uint8Array[];
}

export class FrameError extends Error {}

export function encodeFrame(header: Omit<FrameHeader, 'count'>, packets: readonly Uint8Array[]): Uint8Array {
  const edge = Buffer.from(header.edge.slice(0, 100));
  const drops = Object.entries(header.drops).map(([reason, total]) => ({ reason: Buffer.from(reason), total }));
  let size = 1 + 1 + 8 + 8 + 8 + 2 + 1 + edge.length + 1;
  for (const d of drops) size += 1 + d.reason.length + 8;
  for (const p of packets) size += 4 + p.length;
  const b = Buffer.allocUnsafe(size);
  let o = b.writeUInt8(FRAME_VERSION, 0);
  o = b.writeUInt8(CHANNELS.indexOf(header.channel), o);
  o = b.writeDoubleLE(header.boot, o);
  o = b.writeDoubleLE(header.firstN, o);
  o = b.writeDoubleLE(header.receivedAt, o);
  o = b.writeUInt16LE(packets.length, o);
  o = b.writeUInt8(edge.length, o);
  o += edge.copy(b, o);
  o = b.writeUInt8(drops.length, o);
  for (const d of drops) {
    o = b.writeUInt8(d.reason.length, o);
    o += d.reason.copy(b, o);
    o = b.writeDoubleLE(d.total, o);
  }
  for (const p of packets) {
    o = b.writeUInt32LE(p.length, o);
    b.set(p, o);
    o += p.length;
  }
  return b;
}

/** @throws FrameError when the bytes are not a frame of a version this build reads */
export function decodeFrame(bytes: Uint8Array): Frame {
  const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (b[0] !== FRAME_VERSION) throw new FrameError(`frame version ${b[0]}, this build reads ${FRAME_VERSION}`);
    const channel = CHANNELS[b.readUInt8(1)];
    if (!channel) throw new FrameError(`unknown channel ${b[1]}`);
    const boot = b.readDoubleLE(2);
    const firstN = b.readDoubleLE(10);
    const receivedAt = b.readDoubleLE(18);
    const count = b.readUInt16LE(26);
    let o = 28;
    const edgeLength = b.readUInt8(o++);
    const edge = b.toString('utf8', o, o + edgeLength);
    o += edgeLength;
    const drops: Record<string, number> = {};
    for (let left = b.readUInt8(o++); left > 0; left--) {
      const n = b.readUInt8(o++);
      drops[b.toString('utf8', o, o + n)] = b.readDoubleLE(o + n);
      o += n + 8;
    }
    const packets: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const n = b.readUInt32LE(o);
      o += 4;
      if (o + n > b.length) throw new FrameError('frame is cut short');
      packets.push(b.subarray(o, o + n));
      o += n;
    }
    return { edge, channel, boot, firstN, receivedAt, count, drops, packets };
  } catch (cause) {
    if (cause instanceof FrameError) throw cause;
    throw new FrameError('frame is cut short', { cause });
  }
}
