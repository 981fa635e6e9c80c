import { type RawBuilder, sql, type Transaction } from 'kysely';
import { countMarks, eraseMarks } from '../marks/erase.ts';
import type { PostgresSchema } from '../schema.ts';
import { heldBy } from './holds.ts';

type Trx = Transaction<PostgresSchema>;

/**
 * What is kept of calls beside their recordings: the desk finds it by a number, and erasing the number takes away what tells of what was
 * said. A further kind is an entry here and a word in words/…/desk.ts (`beside`, `besideGone`). Ids of calls, of one company.
 */
export interface BesideRecordings {
  id: string;
  /** how many of them these calls have */
  count(trx: Trx, tenant: string, calls: readonly string[]): Promise<number>;
  /** Of calls that nothing holds, before their recordings go. null: it tells nothing of what was said, and stays. @returns how many went */
  erase: ((trx: Trx, tenant: string, calls: readonly string[]) => Promise<number>) | null;
}

const of = (tenant: string, calls: readonly string[]) => sql`tenant = ${tenant} AND call_id = ANY (${calls}::text[])`;
const isWorking = sql`revoked_at IS NULL AND expires_at > now()`;
const isWritten = sql`(comment <> '' OR jsonb_path_exists(answers, '$.*.comment ? (@ != "")')
  OR jsonb_path_exists(appeal, '$.text ? (@ != "")') OR jsonb_path_exists(appeal, '$.questions.* ? (@ != "")')
  OR jsonb_path_exists(decision, '$.reason ? (@ != "")'))`;

export const BESIDE: readonly BesideRecordings[] = [
  {
    id: 'transcripts',
    count: (trx, tenant, calls) => counted(trx, sql`SELECT count(*) AS n FROM transcripts WHERE ${of(tenant, calls)} AND status = 'ready'`),
    // a recording's own, written or waiting; those of a recording that is held for itself stay with it
    erase: (trx, tenant, calls) =>
      changed(
        trx,
        sql`DELETE FROM transcripts USING recordings WHERE transcripts.tenant = ${tenant} AND transcripts.call_id = ANY (${calls}::text[])
          AND recordings.tenant = transcripts.tenant AND recordings.call_id = transcripts.call_id
          AND recordings.segment = transcripts.segment AND ${heldBy} IS NULL`,
      ),
  },
  {
    // by which somebody outside hears a recording
    id: 'links',
    count: (trx, tenant, calls) => counted(trx, sql`SELECT count(*) AS n FROM recording_links WHERE ${of(tenant, calls)} AND ${isWorking}`),
    erase: (trx, tenant, calls) =>
      changed(trx, sql`UPDATE recording_links SET revoked_at = now() WHERE ${of(tenant, calls)} AND ${isWorking}`),
  },
  {
    // what reviewer, employee and supervisor wrote of a talk. Marks and scores judge the employee, and stay
    id: 'reviews',
    count: (trx, tenant, calls) => counted(trx, sql`SELECT count(*) AS n FROM quality_reviews WHERE ${of(tenant, calls)} AND ${isWritten}`),
    erase: async (trx, tenant, calls) => {
      await sql`UPDATE quality_events SET detail = detail - 'reason' WHERE tenant = ${tenant} AND jsonb_exists(detail, 'reason')
        AND review IN (SELECT id FROM quality_reviews WHERE ${of(tenant, calls)})`.execute(trx);
      return changed(
        trx,
        sql`UPDATE quality_reviews SET comment = '',
            answers = (SELECT coalesce(jsonb_object_agg(key, value || '{"comment": ""}'), '{}') FROM jsonb_each(answers)),
            appeal = appeal || jsonb_build_object('text', '', 'questions',
              (SELECT coalesce(jsonb_object_agg(key, ''), '{}') FROM jsonb_object_keys(coalesce(appeal -> 'questions', '{}')) AS key)),
            decision = decision || '{"reason": ""}'
          WHERE ${of(tenant, calls)} AND ${isWritten}`,
      );
    },
  },
  // notes, comments, and why a call is in a collection
  { id: 'marks', count: countMarks, erase: eraseMarks },
  {
    // what people wrote of missed calls. Owner and status say nothing of the caller
    id: 'comments',
    count: (trx, tenant, calls) => counted(trx, sql`SELECT count(*) AS n FROM case_notes WHERE ${of(tenant, calls)} AND comment <> ''`),
    erase: (trx, tenant, calls) => changed(trx, sql`UPDATE case_notes SET comment = '' WHERE ${of(tenant, calls)} AND comment <> ''`),
  },
  {
    // missed calls as such: worked out of calls, which stay
    id: 'cases',
    count: (trx, tenant, calls) =>
      counted(trx, sql`SELECT count(*) AS n FROM cases WHERE tenant = ${tenant} AND missed_calls && ${calls}::text[]`),
    erase: null,
  },
];

async function counted(trx: Trx, query: RawBuilder<unknown>): Promise<number> {
  const { rows } = await (query as RawBuilder<{ n: string }>).execute(trx);
  return Number(rows[0]?.n ?? 0);
}

async function changed(trx: Trx, query: RawBuilder<unknown>): Promise<number> {
  return Number((await query.execute(trx)).numAffectedRows ?? 0n);
}

/** What all of them have, by kind. */
export async function countBeside(trx: Trx, tenant: string, calls: readonly string[]): Promise<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const { id, count } of BESIDE) out[id] = calls.length === 0 ? 0 : await count(trx, tenant, calls);
  return out;
}

/** @param calls that nothing holds @returns what went, by kind; those of which nothing did are not in it */
export async function eraseBeside(trx: Trx, tenant: string, calls: readonly string[]): Promise<Record<string, number>> {
  const out: Record<string, number> = {};
  if (calls.length === 0) return out;
  for (const { id, erase } of BESIDE) {
    const gone = (await erase?.(trx, tenant, calls)) ?? 0;
    if (gone > 0) out[id] = gone;
  }
  return out;
}
