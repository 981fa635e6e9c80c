import { open } from 'node:fs/promises';
import type { Span } from '../capture/telephone-events.ts';
import type { Rate } from './ffmpeg-arguments.ts';
import { Meter } from './levels.ts';
import { KeyTones, LOOK_BACK_SECONDS } from './tones.ts';
import type { Voice } from './voice.ts';

/** What is kept of a side beside its sound. */
export interface Rendered {
  path: string;
  rate: Rate;
  levels: Uint8Array;
  peaks: Uint8Array;
}

export const MOST_PEAKS = 2_000;

/**
 * Writes the samples of a side from one moment to another: every packet where it sounded, silence where none did or where keys
 * sounded. Streams that sound at once are added.
 * @param muted where nothing may be heard: telephone events @param span µs since the epoch
 */
export async function render(voices: readonly Voice[], span: Span, muted: readonly Span[], rate: Rate, path: string): Promise<Rendered> {
  const total = Math.round(((span.to - span.from) * rate) / 1e6);
  const sampleAt = (micros: number) => Math.round(((micros - span.from) * rate) / 1e6);
  const cursors = voices.map((voice) => ({ voice, next: 0, end: Number.NEGATIVE_INFINITY }));
  const meter = new Meter(rate, span.to - span.from, MOST_PEAKS);
  const keys = new KeyTones(rate);
  const file = await open(path, 'w');
  const write = async (pcm: Int16Array, from: number) => {
    keys.silence(pcm, from);
    for (const m of muted) {
      const [first, last] = [sampleAt(m.from) - from, sampleAt(m.to) - from];
      if (last > 0 && first < pcm.length) pcm.fill(0, Math.max(0, first), Math.max(0, last));
    }
    meter.take(pcm);
    // every machine that Node runs on has this order of bytes, s16le
    await file.writeFile(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  };
  try {
    // a block is written when the one behind it is known: a key is heard only as it goes on
    const size = rate * LOOK_BACK_SECONDS;
    let [block, before] = [new Int16Array(size), new Int16Array(size)];
    for (let from = 0; from < total; from += size) {
      const pcm = block.subarray(0, Math.min(total - from, size)).fill(0);
      for (const cursor of cursors) await fill(cursor, pcm, from, sampleAt);
      keys.take(pcm);
      if (from + size >= total) keys.end();
      if (from > 0) await write(before, from - size);
      [block, before] = [before, block];
    }
    const last = Math.max(0, Math.ceil(total / size) - 1) * size;
    await write(before.subarray(0, total - last), last);
  } finally {
    await file.close();
  }
  return { path, rate, ...meter.end() };
}

interface Cursor {
  voice: Voice;
  /** first packet that is not over */
  next: number;
  /** sample up to which this voice has sounded: a packet that comes too near to the one before loses its beginning */
  end: number;
}

/** @param from sample of the recording that the block begins with */
async function fill(cursor: Cursor, pcm: Int16Array, from: number, sampleAt: (micros: number) => number): Promise<void> {
  const { voice } = cursor;
  const to = from + pcm.length;
  while (cursor.next < voice.size) {
    const begin = sampleAt(voice.place(cursor.next));
    const end = begin + voice.samples(cursor.next);
    if (begin >= to) return;
    const first = Math.max(begin, cursor.end, from);
    const last = Math.min(end, to);
    if (first < last) {
      const read = voice.read(cursor.next);
      const samples = read instanceof Promise ? await read : read;
      for (let at = first; at < last; at++) {
        const sum = (pcm[at - from] as number) + (samples[at - begin] ?? 0);
        pcm[at - from] = Math.max(-32_768, Math.min(32_767, sum));
      }
      cursor.end = last;
    }
    // the rest of it belongs to the next block
    if (end > to) return;
    cursor.next++;
  }
}
