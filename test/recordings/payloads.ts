import { encoded } from './ffmpeg.ts';
import { type Packet, rtp } from './pcap.ts';

const AT = 1_795_445_600_000_000;
/** Two parties of a call as a relay sees them; the caller is who has the address of the Call-ID `x@10.0.0.5`. */
export const CALLER = { src: '10.0.0.5', srcPort: 4_000, dst: '192.0.2.1', dstPort: 30_002 };
export const CALLEE = { src: '10.0.0.9', srcPort: 5_000, dst: '192.0.2.1', dstPort: 30_000 };

/** Packets of 20 ms. @param from number of the first */
export function packets(
  side: typeof CALLER,
  payloads: readonly Uint8Array[],
  type: number,
  ticks: number,
  from = 0,
  ssrc = side.srcPort,
): Packet[] {
  return payloads.map((payload, i) => ({
    ...side,
    at: AT + (from + i) * 20_000,
    payload: rtp({ type, sequence: from + i, timestamp: (from + i) * ticks, ssrc }, payload),
  }));
}

const cut = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

/** Packets of an Ogg file, without the two that describe it. */
function oggPackets(file: Buffer): Buffer[] {
  const out: Buffer[] = [];
  let begun: Buffer[] = [];
  for (let o = 0; o < file.length; ) {
    const count = file.readUInt8(o + 26);
    let at = o + 27 + count;
    for (let i = 0; i < count; i++) {
      const size = file.readUInt8(o + 27 + i);
      begun.push(file.subarray(at, at + size));
      at += size;
      if (size === 255) continue;
      out.push(Buffer.concat(begun));
      begun = [];
    }
    o = at;
  }
  return out.slice(2);
}

/** Payloads of 20 ms, coded by ffmpeg, out of samples of 8,000 a second; G.722 and Opus of 16,000. */
export const PAYLOADS = {
  alaw: (pcm: Int16Array) => cut(encoded(pcm, 8_000, ['-f', 'alaw']), 160),
  ulaw: (pcm: Int16Array) => cut(encoded(pcm, 8_000, ['-f', 'mulaw']), 160),
  g722: (pcm: Int16Array) => cut(encoded(pcm, 16_000, ['-f', 'g722']), 160),
  gsm: (pcm: Int16Array) => cut(encoded(pcm, 8_000, ['-f', 'gsm']), 33),
  opus: (pcm: Int16Array) => oggPackets(encoded(pcm, 16_000, ['-c:a', 'libopus', '-application', 'voip', '-f', 'ogg'])),
};
