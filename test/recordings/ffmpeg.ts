import { execFileSync } from 'node:child_process';
import { Ffmpeg, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { createLog } from '@callscope/core/node/log.ts';

/** The ffmpeg of this machine, null where there is none: what needs it is skipped, and says so. */
export const FFMPEG = findFfmpeg(process.env.FFMPEG_BIN ?? '', process.env.PATH ?? '');
if (FFMPEG === null) console.warn('SKIPPED, recordings are not made: ffmpeg is not on PATH (apt-get install ffmpeg)');

export const log = createLog('test', { level: 'error' });

export const ffmpeg = (options: { bin?: string; most?: number; stuckMs?: number } = {}): Ffmpeg =>
  new Ffmpeg({ bin: FFMPEG ?? 'ffmpeg', most: 2, stuckMs: 60_000, log, ...options });

/** Samples of a file as ffmpeg alone decodes it, one array a channel. */
export function decoded(path: string, rate: number, channels: number): Int16Array[] {
  const args = ['-v', 'error', '-i', path, '-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-'];
  const bytes = execFileSync(FFMPEG ?? 'ffmpeg', args, { maxBuffer: 1 << 30 });
  return Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: bytes.length / 2 / channels }, (_, i) => bytes.readInt16LE((i * channels + channel) * 2)),
  );
}

/** Speech-like sound in a codec, as ffmpeg writes it; 16-bit samples in. */
export function encoded(samples: Int16Array, rate: number, args: readonly string[]): Buffer {
  const input = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const from = ['-v', 'error', '-f', 's16le', '-ar', String(rate), '-ac', '1', '-i', '-'];
  return execFileSync(FFMPEG ?? 'ffmpeg', [...from, ...args, '-'], { input, maxBuffer: 1 << 30 });
}

/** Root mean square of a stretch, in seconds. */
export function loudness(pcm: Int16Array, rate: number, from: number, to: number): number {
  const part = pcm.subarray(Math.max(0, Math.round(from * rate)), Math.max(0, Math.round(to * rate)));
  return Math.sqrt(part.reduce((sum, v) => sum + v * v, 0) / Math.max(1, part.length));
}
