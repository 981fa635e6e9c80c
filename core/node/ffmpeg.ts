import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Log } from './log.ts';

/** What every ffmpeg is given: quiet, no questions, the file replaced, progress on standard output once a second. */
export const FFMPEG_FRAME = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-progress', 'pipe:1', '-stats_period', '1', '-y'];

/** ffmpeg could not be started, refused what it was given, or stood still: `said` has its last words. */
export class FfmpegError extends Error {
  readonly said: string;
  /** as file systems say it, where the disk was full */
  readonly code: 'ENOSPC' | undefined;
  constructor(message: string, said: string) {
    super(said === '' ? message : `${message}: ${said}`);
    this.said = said;
    this.code = said.includes('No space left on device') ? 'ENOSPC' : undefined;
  }
}

export interface FfmpegOptions {
  bin: string;
  /** processes at once; more wait */
  most: number;
  /** a process that gets no further for so long is ended and begun again once, ms */
  stuckMs: number;
  log: Log;
}

const SAID_BYTES = 2_000;
/** Calls in progress come first on a machine that does both. */
const LOW_PRIORITY = 15;

/** Runs ffmpeg: a few at once, at low priority, and never for ever. */
export class Ffmpeg {
  readonly #options: FfmpegOptions;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: FfmpegOptions) {
    this.#options = options;
  }

  /**
   * @param args begin with FFMPEG_FRAME
   * @returns how much sound came out, in seconds
   * @throws FfmpegError
   */
  async run(args: readonly string[]): Promise<number> {
    if (this.#running >= this.#options.most) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      try {
        return await this.#once(args);
      } catch (error) {
        this.#options.log.warn('ffmpeg failed, once more', { error });
        return await this.#once(args);
      }
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #once(args: readonly string[]): Promise<number> {
    const { bin, stuckMs } = this.#options;
    return new Promise((done, failed) => {
      const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      let unread = '';
      let isStuck = false;
      let micros = 0;
      const stand = () => {
        isStuck = true;
        child.kill('SIGKILL');
      };
      let timer = setTimeout(stand, stuckMs);
      child.once('spawn', () => {
        try {
          setPriority(child.pid as number, LOW_PRIORITY);
        } catch {
          // it has ended already
        }
      });
      child.once('error', (cause) => {
        clearTimeout(timer);
        failed(new FfmpegError(`cannot start ${bin}`, cause.message));
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-SAID_BYTES);
      });
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (unread + text).split('\n');
        unread = lines.pop() as string;
        for (const line of lines) {
          const digits = /^out_time_us=(\d+)$/.exec(line)?.[1];
          if (Number(digits) <= micros) continue;
          micros = Number(digits);
          clearTimeout(timer);
          timer = setTimeout(stand, stuckMs);
        }
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === 0) done(micros / 1e6);
        else if (isStuck) failed(new FfmpegError(`ffmpeg stood still for ${stuckMs / 1000} s and was ended`, said.trim()));
        else failed(new FfmpegError(`ffmpeg ended with ${code ?? signal}`, said.trim()));
      });
    });
  }
}

/**
 * Which ffmpeg to run: FFMPEG_BIN, else the one of the package ffmpeg-static where its file is there (its installation may
 * have been kept from fetching it), else the first on PATH.
 * @returns null when there is none
 */
export function findFfmpeg(given: string, path: string): string | null {
  if (given !== '') return isProgram(given) ? given : null;
  const packaged = packagedFfmpeg();
  if (packaged !== null) return packaged;
  for (const dir of path.split(delimiter).filter((d) => d !== '')) if (isProgram(join(dir, 'ffmpeg'))) return join(dir, 'ffmpeg');
  return null;
}

function packagedFfmpeg(): string | null {
  try {
    const bin = join(dirname(createRequire(import.meta.url).resolve('ffmpeg-static/package.json')), 'ffmpeg');
    return isProgram(bin) ? bin : null;
  } catch {
    return null;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
