import type { RecordingReason } from '@callscope/core/domain/recording.ts';
import type { PacketsOfSides } from '@callscope/core/domain/sent-packets.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { eraseIfAsked } from './erasures.ts';
import { inTurn } from './holds.ts';
import type { People } from './keeping.ts';

/** What is kept of a segment beside its audio; `talk` is the recorder's `Talk`. */
export interface KeptSegment {
  /** µs since the epoch, of the first sample */
  startedAt: number;
  seconds: number;
  format: string;
  key: string;
  bytes: number;
  sha256: string;
  peaks: { left: Uint8Array; right: Uint8Array };
  talk: object;
  /** how each side's packets came to the relay */
  packets: PacketsOfSides;
  sidesBy: string;
  /** the recording was masked until this part began */
  afterMask: boolean;
}

/** Which recording: a call has one a segment. */
export interface SegmentId {
  callId: string;
  segment: string;
}

/** The call that a recording is of, as far as it is kept with it. */
export interface SegmentCall extends People {
  /** µs since the epoch */
  startedAt: number;
}

export type SegmentOutcome =
  | { status: 'ready'; kept: KeptSegment }
  | { status: 'none' | 'failed'; reason: RecordingReason; detail: string };

/**
 * Writes how a segment stands. Writing the same again changes nothing; what is ready, or was taken away, stays so: a
 * recorder that was held up comes too late with its failure. What belongs to a number whose recordings somebody asked to have
 * erased after this call began is erased as soon as it is there.
 */
export async function saveSegment(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  id: SegmentId,
  call: SegmentCall,
  outcome: SegmentOutcome,
): Promise<void> {
  const kept = outcome.status === 'ready' ? outcome.kept : null;
  const { numbers, employees } = call;
  const said = kept
    ? { status: 'ready', reason: '', detail: '' }
    : {
        status: outcome.status,
        reason: (outcome as { reason: string }).reason,
        detail: (outcome as { detail: string }).detail.slice(0, 500),
      };
  const columns = {
    ...said,
    ...{ numbers, employees },
    started_at: kept ? new Date(kept.startedAt / 1_000) : null,
    seconds: kept?.seconds.toFixed(3) ?? null,
    format: kept?.format ?? null,
    object_key: kept?.key ?? null,
    bytes: kept?.bytes ?? null,
    sha256: kept?.sha256 ?? null,
    peaks_left: kept ? Buffer.from(kept.peaks.left) : null,
    peaks_right: kept ? Buffer.from(kept.peaks.right) : null,
    talk: kept ? JSON.stringify(kept.talk) : null,
    packets: kept ? JSON.stringify(kept.packets) : null,
    sides_by: kept?.sidesBy ?? null,
    after_mask: kept?.afterMask ?? false,
  };
  await asTenant(db, scope.tenant, async (trx) => {
    await inTurn(trx, scope.tenant);
    await trx
      .insertInto('recordings')
      .values({ tenant: scope.tenant, call_id: id.callId, segment: id.segment, ...columns })
      .onConflict((c) =>
        c
          .columns(['tenant', 'call_id', 'segment'])
          .doUpdateSet({ ...columns, updated_at: sql`now()` })
          .where('recordings.status', 'in', ['none', 'failed']),
      )
      .execute();
    if (kept) await eraseIfAsked(trx, scope.tenant, id.callId, call);
  });
}

/** How a segment stands, null: nothing is known of it. */
export async function segmentStatus(db: Kysely<PostgresSchema>, scope: TenantScope, id: SegmentId): Promise<string | null> {
  const row = await asTenant(db, scope.tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select('status')
      .where('tenant', '=', scope.tenant)
      .where('call_id', '=', id.callId)
      .where('segment', '=', id.segment)
      .executeTakeFirst(),
  );
  return row?.status ?? null;
}

/** A segment as pages and REST need it. */
export interface Segment extends SegmentId {
  status: string;
  reason: string;
  /** ms since the epoch; null when there is no audio */
  startedAt: number | null;
  seconds: number | null;
  format: string | null;
  key: string | null;
  bytes: number | null;
  /** hex */
  sha256: string | null;
  afterMask: boolean;
}

/** Segments of these calls, those of a call in the order in which they were spoken. */
export async function segmentsOf(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  callIds: readonly string[],
): Promise<Map<string, Segment[]>> {
  const out = new Map<string, Segment[]>();
  if (callIds.length === 0) return out;
  const rows = await asTenant(db, scope.tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['call_id', 'segment', 'status', 'reason', 'started_at', 'seconds', 'format', 'object_key', 'bytes', 'sha256', 'after_mask'])
      .where('tenant', '=', scope.tenant)
      // one parameter, however many calls a file has in a part
      .where(sql<boolean>`call_id = ANY (${[...callIds]}::text[])`)
      .orderBy('started_at')
      .orderBy('segment')
      .execute(),
  );
  for (const r of rows) {
    const segment: Segment = {
      ...{ callId: r.call_id, segment: r.segment, status: r.status, reason: r.reason },
      ...{ startedAt: r.started_at?.getTime() ?? null, seconds: r.seconds === null ? null : Number(r.seconds) },
      ...{ format: r.format, key: r.object_key, bytes: r.bytes === null ? null : Number(r.bytes), sha256: r.sha256 },
      afterMask: r.after_mask,
    };
    const list = out.get(r.call_id);
    if (list) list.push(segment);
    else out.set(r.call_id, [segment]);
  }
  return out;
}

/** What is shown of a segment. */
export interface Shape {
  left: Buffer;
  right: Buffer;
  /** the recorder's `Talk` */
  talk: object | null;
}

/** Waveforms of a call's segments that have audio, by segment. */
export async function shapesOf(db: Kysely<PostgresSchema>, scope: TenantScope, callId: string): Promise<Map<string, Shape>> {
  const rows = await asTenant(db, scope.tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['segment', 'peaks_left', 'peaks_right', 'talk'])
      .where('tenant', '=', scope.tenant)
      .where('call_id', '=', callId)
      .where('status', '=', 'ready')
      .execute(),
  );
  const none = Buffer.alloc(0);
  return new Map(rows.map((r) => [r.segment, { left: r.peaks_left ?? none, right: r.peaks_right ?? none, talk: r.talk }]));
}
