import { opusTicks } from '@callscope/core/domain/codec.ts';
import type { AudioCodec } from '../capture/tracks.ts';

/** Codecs that ffmpeg decodes; G.711 is a table and needs no other process. */
export type FramedCodec = Exclude<AudioCodec, 'pcma' | 'pcmu'>;

/**
 * A file that ffmpeg reads, out of payloads one after another. `add` says how many samples of 8,000 a second the payload will
 * give, 0 when it holds nothing whole: what is not given to the decoder makes no sound.
 */
export interface Framing {
  head(): Buffer;
  add(payload: Buffer): { bytes: Buffer; samples: number };
  tail(): Buffer;
}

const NONE = Buffer.alloc(0);

export function framingOf(codec: FramedCodec): Framing {
  switch (codec) {
    case 'g722':
      return bare((p) => ({ bytes: p, samples: p.length }));
    case 'gsm':
      return bare((p) => wholeFrames(p, 33, 160));
    // a frame of two bytes at the end is comfort noise (Annex B)
    case 'g729':
      return bare((p) => wholeFrames(p, 10, 80));
    case 'opus':
      return new OggOpus();
  }
}

function wholeFrames(payload: Buffer, size: number, samples: number): { bytes: Buffer; samples: number } {
  const frames = Math.floor(payload.length / size);
  return { bytes: payload.subarray(0, frames * size), samples: frames * samples };
}

function bare(add: Framing['add']): Framing {
  return { head: () => NONE, add, tail: () => NONE };
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc >>> 0;
});
const SERIAL = 1;
const [FIRST, LAST] = [2, 4];

/** Ogg (RFC 3533) with Opus in it (RFC 7845), a packet a page: larger than need be, and simple. */
class OggOpus implements Framing {
  #page = 0;
  #ticks = 0;

  head(): Buffer {
    const head = Buffer.alloc(19);
    head.write('OpusHead');
    head.writeUInt8(1, 8);
    // two channels: what is mono comes twice, and is made mono again
    head.writeUInt8(2, 9);
    head.writeUInt32LE(48_000, 12);
    const tags = Buffer.alloc(16);
    tags.write('OpusTags');
    return Buffer.concat([this.#write(head, FIRST), this.#write(tags, 0)]);
  }

  add(payload: Buffer): { bytes: Buffer; samples: number } {
    const ticks = opusTicks(payload);
    if (ticks === 0) return { bytes: NONE, samples: 0 };
    this.#ticks += ticks;
    return { bytes: this.#write(payload, 0), samples: ticks / 6 };
  }

  tail(): Buffer {
    return this.#write(NONE, LAST);
  }

  #write(packet: Buffer, flags: number): Buffer {
    const isEnd = flags === LAST;
    const lacing = isEnd ? 0 : Math.floor(packet.length / 255) + 1;
    const page = Buffer.alloc(27 + lacing + packet.length);
    page.write('OggS');
    page.writeUInt8(flags, 5);
    page.writeBigUInt64LE(BigInt(this.#ticks), 6);
    page.writeUInt32LE(SERIAL, 14);
    page.writeUInt32LE(this.#page++, 18);
    page.writeUInt8(lacing, 26);
    if (!isEnd) {
      page.fill(255, 27, 27 + lacing - 1);
      page.writeUInt8(packet.length % 255, 27 + lacing - 1);
    }
    packet.copy(page, 27 + lacing);
    let crc = 0;
    for (const byte of page) crc = ((crc << 8) ^ (CRC[((crc >>> 24) ^ byte) & 255] as number)) >>> 0;
    page.writeUInt32LE(crc, 22);
    return page;
  }
}
