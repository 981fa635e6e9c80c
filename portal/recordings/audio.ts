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
   * One segment as it is kept goes straight from the store; several are joined in their order, without being coded anew where
   * the format is theirs.
   * @param segments at least one @throws ObjectsError, KeysMissing, NoFfmpeg, FfmpegError
   */
  async open(scope: TenantScope, segments: readonly AudioSegment[], format: Format): Promise<Audio> {
    const [first] = segments as readonly [AudioSegment];
    const tag = createHash('sha256')
      .update([format, ...segments.map((s) => s.sha256)].join(' '))
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
        list.push(`file '${name}'`);
      }
      await writeFile(join(work, 'list'), `${list.join('\n')}\n`);
      const made = join(work, `made-${randomBytes(4).toString('hex')}`);
      await this.#ffmpeg.run(
        joinArguments(
          join(work, 'list'),
          segments.every((s) => s.format === format),
          format,
          made,
        ),
      );
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

const CODERS: Record<Format, string[]> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '64k', '-joint_stereo', '0'],
  wav: ['-c:a', 'pcm_s16le'],
  opus: ['-c:a', 'libopus', '-b:a', '64k', '-application', 'voip'],
};
const MUXERS: Record<Format, string> = { mp3: 'mp3', wav: 'wav', opus: 'ogg' };

/** @param list names files beside it, in order @param isSame they are in this format already */
export function joinArguments(list: string, isSame: boolean, format: Format, output: string): string[] {
  const coder = isSame ? ['-c:a', 'copy'] : CODERS[format];
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
    ...coder,
    '-f',
    MUXERS[format],
    `file:${output}`,
  ];
}
