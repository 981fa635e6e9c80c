import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { FFMPEG_FRAME, type Ffmpeg } from '@callscope/core/node/ffmpeg.ts';
import { readObject } from '@callscope/core/node/objects/sealed.ts';
import type { ByteRange, Objects } from '@callscope/core/node/objects/store.ts';
import type { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import { maskedBefore } from '@callscope/modules/recordings/masks.ts';
import type { Segment } from '@callscope/modules/recordings/store.ts';

/** What is asked for; recordings are kept as one of these. */
export const FORMATS = ['mp3', 'wav', 'opus'] as const;
export type Format = (typeof FORMATS)[number];

const TYPES: Record<Format, string> = { mp3: 'audio/mpeg', wav: 'audio/wav', opus: 'audio/ogg' };

/** Bytes of a recording as they go to people. */
export interface Audio {
  bytes: number;
  type: string;
  extension: Format;
  /** changes when the audio does */
  tag: string;
  read(range: ByteRange): Promise<Readable>;
}

/** A segment that has audio. */
export type AudioSegment = Segment & { key: string; bytes: number; sha256: string; format: Format };

export const hasAudio = (s: Segment): s is AudioSegment => s.status === 'ready' && s.key !== null && s.bytes !== null && s.sha256 !== null;

/**
 * The segments that are asked for. A segment keeps its number when one before it has gone.
 * @param number of one of them, the first is 1; undefined: all that have audio
 */
export function chosenOf(segments: readonly Segment[], number: number | undefined): AudioSegment[] {
  const numbered = segments.filter((s) => s.startedAt !== null);
  return (number === undefined ? numbered : numbered.slice(number - 1, number)).filter(hasAudio);
}

/** What was joined or made another format of is kept so long after it was last asked for: a player asks bit by bit. */
const KEPT_MS = 10 * 60_000;
const SWEEP_MS = 60_000;

/** ffmpeg is not there, and something else than what is kept was asked for. */
export class NoFfmpeg extends Error {}

export class RecordedAudio {
  readonly #objects: Objects;
  readonly #keys: CompanyKeys;
  readonly #ffmpeg: Ffmpeg | null;
  readonly #dir: string;
  readonly #making = new Map<string, Promise<void>>();

  /** @param dir for what is joined or converted; emptied of what is old */
  constructor(objects: Objects, keys: CompanyKeys, ffmpeg: Ffmpeg | null, dir: string) {
    this.#objects = objects;
    this.#keys = keys;
    this.#ffmpeg = ffmpeg;
    this.#dir = dir;
  }

  /**
   * One segment as it is kept goes straight from the store; several are joined in their order, and a mask between two is silence.
   * What is joined is coded anew: each file of MP3 or Opus begins and ends with some hundredths of a second of its coder's own, and
   * copied one after another they would drift from the waveform.
   * @param segments at least one @throws ObjectsError, KeysMissing, NoFfmpeg, FfmpegError
   */
  async open(scope: TenantScope, segments: readonly AudioSegment[], format: Format): Promise<Audio> {
    const [first] = segments as readonly [AudioSegment];
    const tag = createHash('sha256')
      .update([format, ...segments.map((s, i) => `${maskedBefore(s, segments[i - 1])} ${s.sha256}`)].join(' '))
      .digest('hex')
      .slice(0, 32);
    const made = { type: TYPES[format], extension: format, tag };
    if (segments.length === 1 && first.format === format)
      return { ...made, bytes: first.bytes, read: (range) => this.#read(scope, first, range) };
    const path = join(this.#dir, `${tag}.${format}`);
    const running = this.#making.get(path) ?? this.#make(scope, segments, format, path).finally(() => this.#making.delete(path));
    this.#making.set(path, running);
    await running;
    const { size } = await stat(path);
    return { ...made, bytes: size, read: async (range) => createReadStream(path, { start: range.from, end: range.to - 1 }) };
  }

  #read(scope: TenantScope, segment: AudioSegment, range?: ByteRange): Promise<Readable> {
    return readObject(this.#objects, segment, (version) => this.#keys.keyOf(scope, version), range);
  }

  async #make(scope: TenantScope, segments: readonly AudioSegment[], format: Format, path: string): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    await this.#sweep();
    const now = new Date();
    if (
      await utimes(path, now, now).then(
        () => true,
        () => false,
      )
    )
      return;
    if (this.#ffmpeg === null) throw new NoFfmpeg('ffmpeg is not there');
    const work = await mkdtemp(join(this.#dir, 'work-'));
    try {
      const list: string[] = [];
      for (const [i, segment] of segments.entries()) {
        const name = `${i}.${segment.format}`;
        await pipeline(await this.#read(scope, segment), createWriteStream(join(work, name)));
        const mask = maskedBefore(segment, segments[i - 1]);
        if (mask > 0) {
          const silence = `${i}-mask.${segment.format}`;
          await this.#ffmpeg.run(silenceArguments(join(work, name), mask, segment.format, join(work, silence)));
          list.push(`file '${silence}'`);
        }
        list.push(`file '${name}'`);
      }
      await writeFile(join(work, 'list'), `${list.join('\n')}\n`);
      const made = join(work, `made-${randomBytes(4).toString('hex')}`);
      await this.#ffmpeg.run(joinArguments(join(work, 'list'), format, made));
      await rename(made, path);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** Copies that nobody asked for lately go also where no other is made: an erased recording must not stay as a copy. @returns ends it */
  keepSwept(): () => void {
    const timer = setInterval(() => void this.#sweep().catch(() => undefined), SWEEP_MS);
    return () => clearInterval(timer);
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      const found = await stat(join(this.#dir, name)).catch(() => null);
      if (found && Date.now() - found.mtimeMs > KEPT_MS) await rm(join(this.#dir, name), { recursive: true, force: true });
    }
  }
}

/** More bits than recordings are kept with: what was coded before loses little. */
const CODERS: Record<Format, string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '96k', '-joint_stereo', '0'],
  wav: ['-c:a', 'pcm_s16le'],
  opus: ['-c:a', 'libopus', '-b:a', '96k', '-application', 'voip'],
};
const MUXERS: Record<Format, string> = { mp3: 'mp3', wav: 'wav', opus: 'ogg' };

/** Silence as the coder of a file would write it, at the file's own rate. */
export function silenceArguments(like: string, seconds: number, format: Format, output: string): string[] {
  const silent = ['-i', `file:${like}`, '-af', 'volume=0,apad', '-t', String(seconds)];
  return [...FFMPEG_FRAME, '-threads', '1', ...silent, ...CODERS[format], '-f', MUXERS[format], `file:${output}`];
}

/** @param list names files beside it, in order */
export function joinArguments(list: string, format: Format, output: string): string[] {
  return [
    ...FFMPEG_FRAME,
    '-threads',
    '1',
    '-f',
    'concat',
    '-safe',
    '1',
    '-i',
    `file:${list}`,
    ...CODERS[format],
    '-f',
    MUXERS[format],
    `file:${output}`,
  ];
}
