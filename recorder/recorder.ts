import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describedIn } from '@callscope/analytics/run/described.ts';
import { messagesOf } from '@callscope/analytics/run/raw.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { RecordingReason } from '@callscope/core/domain/recording.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Ffmpeg } from '@callscope/core/node/ffmpeg.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, histogram } from '@callscope/core/node/metrics.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { type Objects, ObjectsError } from '@callscope/core/node/objects/store.ts';
import { recordingCommands } from '@callscope/modules/edge/audit.ts';
import { peopleOf } from '@callscope/modules/recordings/keeping.ts';
import type { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import { isTooShort } from '@callscope/modules/recordings/rules.ts';
import { type SegmentCall, saveSegment, segmentStatus } from '@callscope/modules/recordings/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';
import { archive, objectKey } from './archive/archive.ts';
import type { AudioFormat } from './audio/ffmpeg-arguments.ts';
import { makeRecording, RecordingError, type Source } from './audio/recording.ts';
import { callOf } from './calls.ts';
import { callIdOf } from './capture/metadata.ts';
import { againAfter, type Outcome } from './spool/claims.ts';
import { hashOf, type Spool, type Waiting } from './spool/spool.ts';

export interface Parts {
  spool: Spool;
  store: ClickHouseClient;
  db: Kysely<PostgresSchema>;
  objects: Objects;
  /** of companies that have their recordings sealed */
  keys: CompanyKeys;
  ffmpeg: Ffmpeg;
  format: AudioFormat;
  /** where audio is made, a directory of this machine */
  workDir: string;
  log: Log;
}

/** Packets may be seen later than the text on a network file system. */
const PCAP_WAIT_MS = 60_000;
/** A part of a call on demand waits for the end of the call; no call lasts as long. */
const CALL_WAIT_MS = 24 * 3_600_000;
/** Counts the times too that a file waited for its call. */
const TRIES = 8;
/** A process may be ended from outside, a network file system be away; what is wrong with the recording itself stays so. */
const MAY_PASS: readonly string[] = ['encoding', 'error'];
/** A store that does not take anything is asked again after this; until then nothing is made for it. */
const STORE_AGAIN_MS = 5_000;
/** What a death left in the work directory is thrown away after this. */
const LEFTOVER_MS = 24 * 3_600_000;

/** No fault where nobody had the time to say anything. */
const WITHOUT_SOUND: readonly string[] = ['empty', 'no_rtp', 'no_audio', 'no_pcap'];

const outcomes = counter('recorder_recordings_total', 'Recordings by what became of them', ['outcome']);
const silentSides = counter('recorder_silent_sides_total', 'Recordings of which one side is silent', ['side']);
const latency = histogram('recorder_ready_seconds', 'From complete in the spool to ready', [0.5, 1, 2, 3, 5, 10, 30, 60, 300]);

/** One recording after another: from the spool to the archive. Has no memory that matters: a file and its call say all. */
export class Recorder {
  readonly #parts: Parts;
  #storeAwayUntil = 0;
  #archiveTrouble: string | null = null;
  #spoolTrouble: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** why nothing can be archived, or put aside, right now; null: it can */
  get trouble(): string | null {
    return this.#archiveTrouble ?? this.#spoolTrouble;
  }

  /** Whoever did what waited: this recorder need not do another before it says that all is well. */
  nothingWaits(): void {
    this.#archiveTrouble = null;
    this.#spoolTrouble = null;
  }

  /** Makes the work directory and throws away what is old in it. */
  async prepare(): Promise<void> {
    const { workDir } = this.#parts;
    await mkdir(workDir, { recursive: true });
    for (const name of await readdir(workDir)) {
      const found = await stat(join(workDir, name)).catch(() => null);
      if (found && Date.now() - found.mtimeMs > LEFTOVER_MS) await rm(join(workDir, name), { recursive: true, force: true });
    }
  }

  /**
   * Does with a file of the spool what is to be done now. Whatever was done before by this or another recorder, alive or
   * dead, doing it again gives the same.
   * @param tries how often it was tried before
   */
  async work(name: string, tries: number): Promise<Outcome> {
    const { spool, store, db, workDir, log } = this.#parts;
    const waiting = await spool.waiting(name);
    if (waiting === null) return 'done';
    const waited = Date.now() - waiting.since;
    const begun = await spool.quarantined(name);
    const callId = callIdOf(name);
    const { values, sdps, terminatedAt } = waiting.metadata;
    const found = await callOf(store, callId, values.get('tenant') ?? '', terminatedAt || (sdps[0]?.at ?? 0));
    if (found === 'mismatch') return this.#quarantine(waiting, 'mismatch', 'the company in the metadata has no such call');
    if (found === 'unknown' || found === 'unassigned') {
      if (begun) return this.#quarantine(waiting, begun.reason, begun.detail);
      if (waited > CALL_WAIT_MS) return this.#quarantine(waiting, 'no_call', `${found} for ${CALL_WAIT_MS / 3_600_000} hours`);
      return againAfter(tries);
    }
    const { call, scope } = found;
    const id = { callId: call.id, segment: name.slice(-16) };
    const kept: SegmentCall = { ...peopleOf(call), startedAt: call.startedAt };
    const without = async (reason: RecordingReason, detail: string): Promise<Outcome> => {
      await saveSegment(db, scope, id, kept, { status: 'none', reason, detail });
      await spool.remove(waiting);
      outcomes.inc({ outcome: reason });
      return 'done';
    };
    const fail = async (reason: string, detail: string): Promise<Outcome> => {
      if (WITHOUT_SOUND.includes(reason) && isTooShort(call)) return without('too_short', reason);
      // stopped or masked before anybody had said a word
      if (WITHOUT_SOUND.includes(reason) && (await recordingCommands(db, scope, callId)).some((told) => told === 'stop' || told === 'mask'))
        return without('paused', reason);
      await saveSegment(db, scope, id, kept, { status: 'failed', reason: 'fault', detail: `${reason}: ${detail}` });
      return this.#quarantine(waiting, reason, detail);
    };
    if (begun) return fail(begun.reason, begun.detail);
    // taken away by somebody who died before the files were
    const status = await segmentStatus(db, scope, id);
    if (status !== null && status !== 'failed') {
      await spool.remove(waiting);
      return 'done';
    }
    if (waiting.pcapBytes === null) return waited > PCAP_WAIT_MS ? fail('no_pcap', 'its packets did not come') : againAfter(tries);
    if (!call.answeredAt) return without('not_answered', '');
    if (performance.now() < this.#storeAwayUntil) return { againMs: STORE_AGAIN_MS };
    try {
      await this.#record(waiting, call, scope, callId, id.segment);
      this.#archiveTrouble = null;
      latency.observe(waited / 1_000);
      return 'done';
    } catch (error) {
      if (error instanceof RecordingError) {
        if (MAY_PASS.includes(error.fault) && tries < TRIES) return againAfter(tries);
        return fail(error.fault, error.message);
      }
      const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
      if (!isFull && !(error instanceof ObjectsError) && !(error instanceof KeysMissing)) throw error;
      this.#archiveTrouble = isFull ? `there is no room to work in ${workDir}` : `recordings cannot be archived: ${errorText(error)}`;
      this.#storeAwayUntil = performance.now() + STORE_AGAIN_MS;
      log.warn('recordings stay in the spool', { why: this.#archiveTrouble });
      return { againMs: STORE_AGAIN_MS };
    }
  }

  async #record(waiting: Waiting, call: CallRow, scope: TenantScope, callId: string, segment: string): Promise<void> {
    const { spool, store, db, objects, keys, ffmpeg, format, workDir, log } = this.#parts;
    const { metadata } = waiting;
    const isFromOffer = metadata.sdps[0]?.mode === 'offer' && metadata.sdps[0].at < call.answeredAt;
    const source: Source = {
      ...{ pcap: waiting.pcap, callId, metadata, direction: call.direction },
      described: describedIn(await messagesOf(store, scope, call), callId),
      // ringing tones and announcements before the answer are no conversation
      notBefore: isFromOffer ? call.answeredAt : 0,
      ...{ notAfter: 0 },
    };
    // a key that is missing is told before audio is made for nothing
    const seal = await keys.current(scope);
    const output = join(workDir, `${hashOf(waiting.name)}-${process.pid}.${format}`);
    try {
      const { startedAt, seconds, peaks, talk, packets, sidesBy } = await makeRecording(source, format, output, workDir, ffmpeg);
      const place = { tenant: scope.tenant, startedAt: call.startedAt, conversation: call.id, segment, extension: format };
      const kept = await archive(objects, objectKey(place), output, seal);
      await saveSegment(
        db,
        scope,
        { callId: call.id, segment },
        { ...peopleOf(call), startedAt: call.startedAt },
        {
          status: 'ready',
          kept: {
            startedAt,
            seconds,
            format,
            peaks,
            talk,
            packets,
            sidesBy,
            afterMask: metadata.values.get('reason') === 'unmask',
            ...kept,
          },
        },
      );
      for (const side of ['left', 'right'] as const) {
        if (!talk[side].isSilent) continue;
        silentSides.inc({ side });
        log.warn('one side of a recording is silent', { tenant: scope.tenant, call: call.id, side: side === 'left' ? 'client' : 'ours' });
      }
    } finally {
      await rm(output, { force: true });
    }
    await spool.remove(waiting);
    log.debug('recorded', { callId: call.id, tenant: scope.tenant, segment });
    outcomes.inc({ outcome: 'ready' });
  }

  async #quarantine(waiting: Waiting, reason: string, detail: string): Promise<Outcome> {
    try {
      await this.#parts.spool.quarantine(waiting, reason, detail);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      this.#spoolTrouble = `there is no room in ${this.#parts.spool.dir}`;
      return { againMs: STORE_AGAIN_MS };
    }
    this.#spoolTrouble = null;
    this.#parts.log.warn('a recording was put aside', { file: waiting.name, reason, detail });
    outcomes.inc({ outcome: reason });
    return 'done';
  }
}
