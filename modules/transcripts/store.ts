import { LATEST_RECORDING_MS } from '@callscope/core/domain/recording.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Line } from './lines.ts';

/** What was said in one segment of a recording, as far as it is written down. */
export interface Transcript {
  segment: string;
  status: 'waiting' | 'ready' | 'failed';
  /** why it failed, or why it is tried again; '' = nothing went wrong */
  fault: string;
  lines: Line[];
}

/** Of a call's segments, in the order in which they were spoken. */
export async function transcriptsOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, callId: string): Promise<Transcript[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('transcripts')
      .select(['segment', 'status', 'fault', 'lines'])
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .orderBy('started_at')
      .orderBy('segment')
      .execute(),
  );
  return rows.map(({ segment, status, fault, lines }) => ({ segment, status, fault, lines: lines ?? [] }));
}

/** Asks for the words of a call's recording, once more where it failed. @returns how many segments wait now; null: no service is named */
export async function askTranscript(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  callId: string,
): Promise<number | null> {
  return asTenant(db, tenant, async (trx) => {
    const service = await trx.selectFrom('transcription').select('address').where('tenant', '=', tenant).executeTakeFirst();
    if ((service?.address ?? '') === '') return null;
    const { rows } = await sql`INSERT INTO transcripts (tenant, call_id, segment, started_at)
      SELECT tenant, call_id, segment, started_at FROM recordings
      WHERE tenant = ${tenant} AND call_id = ${callId} AND status = 'ready' AND started_at IS NOT NULL
      ON CONFLICT (tenant, call_id, segment) DO UPDATE SET status = 'waiting', tries = 0, next_at = now(), fault = ''
        WHERE transcripts.status = 'failed'
      RETURNING segment`.execute(trx);
    await noteAct(trx, tenant, { actor, act: 'transcript.ask', subject: callId, after: { waiting: rows.length } });
    await sql`NOTIFY transcripts`.execute(trx);
    return rows.length;
  });
}

/** Their ids are named to the store in the address of a question, which takes a megabyte: an id is 50 bytes there. */
export const MOST_SAID = 5_000;

/**
 * Ids of calls in whose recordings this was said: words in any form, "in quotes" as they stand, -without.
 * @param from @param to ms: about when the calls began; undefined: whenever
 * @returns null: more than MOST_SAID
 */
export async function callsSaying(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  words: string,
  { from, to }: { from?: number | undefined; to?: number | undefined },
): Promise<string[] | null> {
  // «…» and “…” are what people type for the quotes that mean a phrase
  const asked = words.replace(/[«»“”„]/g, '"');
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('transcripts')
      .select('call_id')
      .distinct()
      .where('tenant', '=', tenant)
      .where('status', '=', 'ready')
      .where(sql<boolean>`words @@ websearch_to_tsquery('russian', ${asked})`)
      .$if(from !== undefined, (q) => q.where('started_at', '>=', new Date(from as number)))
      .$if(to !== undefined, (q) => q.where('started_at', '<', new Date((to as number) + LATEST_RECORDING_MS)))
      .limit(MOST_SAID + 1)
      .execute(),
  );
  return rows.length > MOST_SAID ? null : rows.map((r) => r.call_id);
}
