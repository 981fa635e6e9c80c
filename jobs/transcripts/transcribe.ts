import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { FFMPEG_FRAME, type Ffmpeg, FfmpegError } from '@callscope/core/node/ffmpeg.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import { KeysMissing, MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { readObject } from '@callscope/core/node/objects/sealed.ts';
import { type Objects, ObjectsError } from '@callscope/core/node/objects/store.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import type { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { linesOf } from '@callscope/modules/transcripts/lines.ts';
import { keyContext } from '@callscope/modules/transcripts/settings.ts';
import { giveUp, nextCompany, pauseService, saveLines, takeWaiting, tryLater, type Waiting } from '@callscope/modules/transcripts/work.ts';
import { hear, SpeechError } from './hear.ts';

const JOBS = ownService('jobs');
const EVERY = operatorScope(JOBS, 'companies:read') as OperatorScope;
/** With the service: it works longer than we do, and its own queue is its own. */
const AT_ONCE = 2;
const MOST_TRIES = 8;
const PAUSE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 30;

const done = counter('jobs_transcripts_total', 'Recordings that a speech service was asked about', ['outcome']);
const working = gauge('jobs_transcripts_working', 'Recordings that are with a speech service now');

export interface TranscribeParts {
  postgres: Postgres<PostgresSchema>;
  objects: Objects;
  keys: CompanyKeys;
  /** RECORDING_KEYS_FILE */
  keysPath: string;
  /** null: there is none, and nothing is written down */
  ffmpeg: Ffmpeg | null;
}

/**
 * Has recordings written down by their companies' services, one recording a company in turn. One that was with a service when this
 * process died is taken up again when its lease is over; a clean stop gives it back at once.
 */
export async function transcribe(service: Service, parts: TranscribeParts): Promise<void> {
  const { log, stopping } = service;
  if (parts.ffmpeg === null) {
    log.warn('there is no ffmpeg: recordings are not written down, see FFMPEG_BIN');
    return;
  }
  const one = async () => {
    while (!stopping.aborted) {
      const tenant = await nextCompany(parts.postgres.db, EVERY);
      if (tenant === null) return;
      const scope = tenantScope(JOBS, tenant, 'recordings:listen') as TenantScope;
      const waiting = await takeWaiting(parts.postgres.db, scope);
      if (waiting !== null) await writeDown({ ...parts, log, stopping }, scope, waiting);
    }
  };
  const work = async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  };
  const following = await workWhenNotified(parts.postgres, log, 'transcripts', { work, clean: async () => undefined });
  service.onStop('transcripts', following.stop);
}

async function writeDown(
  { postgres: { db }, objects, keys, keysPath, ffmpeg, log, stopping }: TranscribeParts & { log: Log; stopping: AbortSignal },
  scope: TenantScope,
  waiting: Waiting,
): Promise<void> {
  working.inc();
  const dir = await mkdtemp(join(tmpdir(), 'callscope-words-'));
  try {
    const { key, ...service } = waiting.service;
    const secret = key && (await MasterKeys.read(keysPath)).unwrap(key, keyContext(waiting.tenant)).toString();
    const whole = join(dir, `whole${extname(waiting.object.key.replace(/\.sealed$/, ''))}`);
    const audio = await readObject(objects, waiting.object, (version) => keys.keyOf(scope, version));
    await pipeline(audio, createWriteStream(whole), { signal: stopping });
    const side = async (name: 'left' | 'right') => {
      if (waiting.silent[name]) return [];
      const file = join(dir, `${name}.mp3`);
      await (ffmpeg as Ffmpeg).run(sideArguments(whole, name, file));
      return hear({ ...service, key: secret }, await openAsBlob(file, { type: 'audio/mpeg' }), `${name}.mp3`, waiting.seconds, stopping);
    };
    const lines = linesOf({ left: await side('left'), right: await side('right') });
    await saveLines(db, scope, waiting, service.model, lines);
    done.inc({ outcome: 'ready' });
  } catch (error) {
    // it is taken up again by the next life
    if (stopping.aborted) await tryLater(db, scope, waiting, '', 0).catch(() => undefined);
    else {
      await put(error);
      log.warn('a recording was not written down', { tenant: waiting.tenant, error: errorText(error) });
    }
  } finally {
    working.dec();
    await rm(dir, { recursive: true, force: true });
  }

  async function put(error: unknown): Promise<void> {
    const said = errorText(error);
    if (error instanceof SpeechError && error.fault === 'away') {
      done.inc({ outcome: 'paused' });
      await pauseService(db, scope, waiting, said, error.retrySeconds ?? PAUSE_SECONDS);
    } else if (error instanceof KeysMissing || (error instanceof ObjectsError && error.fault !== 'missing')) {
      done.inc({ outcome: 'paused' });
      await pauseService(db, scope, waiting, said, PAUSE_SECONDS);
    } else if (isOfRecording(error) || waiting.tries >= MOST_TRIES) {
      done.inc({ outcome: 'failed' });
      await giveUp(db, scope, waiting, said);
    } else {
      done.inc({ outcome: 'again' });
      await tryLater(db, scope, waiting, said, FIRST_PAUSE_SECONDS * 2 ** waiting.tries);
    }
  }
}

/** No other try would end otherwise: the service does not take it, or what was kept of it is not to be read. */
function isOfRecording(error: unknown): boolean {
  return error instanceof SpeechError ? error.fault === 'recording' : error instanceof FfmpegError || error instanceof ObjectsError;
}

/** One side alone, as such services like it best and small enough for their bounds (25 MB are an hour and three quarters): 16 kHz, 32 kbit/s. */
function sideArguments(input: string, side: 'left' | 'right', output: string): string[] {
  const alone = ['-af', `pan=mono|c0=${side === 'left' ? 'c0' : 'c1'}`, '-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '32k'];
  return [...FFMPEG_FRAME, '-threads', '1', '-i', `file:${input}`, ...alone, '-f', 'mp3', `file:${output}`];
}
