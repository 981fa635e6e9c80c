import { FFMPEG_FRAME } from '@callscope/core/node/ffmpeg.ts';
import type { FramedCodec } from './framing.ts';

export const AUDIO_FORMATS = ['mp3', 'opus', 'wav'] as const;
export type AudioFormat = (typeof AUDIO_FORMATS)[number];
export type Rate = 8_000 | 16_000;

/** The pool bounds processes, not threads. */
const ONE_THREAD = [...FFMPEG_FRAME, '-threads', '1'];
const DEMUXERS: Record<FramedCodec, string[]> = {
  g722: ['-f', 'g722'],
  gsm: ['-f', 'gsm'],
  g729: ['-f', 'g729'],
  opus: ['-f', 'ogg'],
};

/** From framed payloads to bare samples: 16 bits, little endian, one channel. */
export function decodeArguments(codec: FramedCodec, input: string, output: string, rate: Rate): string[] {
  const samples = ['-f', 's16le', '-ac', '1', '-ar', String(rate)];
  return [...ONE_THREAD, ...DEMUXERS[codec], '-i', `file:${input}`, ...samples, `file:${output}`];
}

/** Bits a second of both sides: speech on a telephone line is not worth more, and less is heard. */
const BITS: Record<Rate, string> = { 8000: '48k', 16000: '64k' };

function encoder(format: AudioFormat, rate: Rate): string[] {
  switch (format) {
    // sides coded apart: joined at so few bits, one is heard through the other. Level 7 takes 60 % of the default's time
    case 'mp3':
      return ['-f', 'mp3', '-c:a', 'libmp3lame', '-compression_level', '7', '-b:a', BITS[rate], '-joint_stereo', '0'];
    case 'opus':
      return ['-f', 'ogg', '-c:a', 'libopus', '-b:a', BITS[rate], '-application', 'voip'];
    case 'wav':
      return ['-f', 'wav', '-c:a', 'pcm_s16le'];
  }
}

/** From the samples of two sides, each with its own rate, to one file of two channels at the higher one. */
export function encodeArguments(
  format: AudioFormat,
  left: { path: string; rate: Rate },
  right: { path: string; rate: Rate },
  output: string,
): string[] {
  const rate = Math.max(left.rate, right.rate) as Rate;
  const inputs = [left, right].flatMap((s) => ['-f', 's16le', '-ac', '1', '-ar', String(s.rate), '-i', `file:${s.path}`]);
  const join = `[0:a]aresample=${rate}[l];[1:a]aresample=${rate}[r];[l][r]join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR[o]`;
  const bare = ['-map', '[o]', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact'];
  return [...ONE_THREAD, ...inputs, '-filter_complex', join, ...bare, ...encoder(format, rate), `file:${output}`];
}
