import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { measuresOf, type StoredTalk, type TalkMeasures } from './talk.ts';

/** What calls are chosen by, and what columns show of it. */
export interface MarksOfCall {
  /** ids, in the order of the company's list */
  tags: string[];
  hasNote: boolean;
  note: string;
  /** that are not removed */
  comments: number;
  /** in per cent; null: nobody has reviewed it */
  score: number | null;
  talk: TalkMeasures | null;
}

export const NO_MARKS: MarksOfCall = { tags: [], hasNote: false, note: '', comments: 0, score: null, talk: null };

/** What is to be shown beside these calls, asked for all of them together; a call without marks is not in it. */
export function marksOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  callIds: readonly string[],
): Promise<Map<string, MarksOfCall>> {
  if (callIds.length === 0) return Promise.resolve(new Map());
  return asTenant(db, tenant, (trx) => readMarks(trx, tenant, callIds));
}

/** One question, whatever there is. */
export async function readMarks(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, MarksOfCall>> {
  const { rows } = await sql<{
    call_id: string;
    tags: string[] | null;
    note: string | null;
    comments: string | null;
    score: string | null;
    segments: { seconds: number; talk: StoredTalk }[] | null;
  }>`SELECT c.call_id, g.tags, n.text AS note, m.comments, s.score, r.segments
    FROM unnest(${[...ids]}::text[]) c (call_id)
    LEFT JOIN LATERAL (SELECT array_agg(tag::text ORDER BY place, tag) AS tags FROM call_taggings JOIN call_tags t ON (t.tenant, t.id) = (call_taggings.tenant, tag)
      WHERE call_taggings.tenant = ${tenant} AND call_id = c.call_id) g ON true
    LEFT JOIN call_notes n ON n.tenant = ${tenant} AND n.call_id = c.call_id
    LEFT JOIN LATERAL (SELECT count(*) AS comments FROM call_comments
      WHERE tenant = ${tenant} AND call_id = c.call_id AND removed_at IS NULL) m ON true
    LEFT JOIN call_scores s ON s.tenant = ${tenant} AND s.call_id = c.call_id
    LEFT JOIN LATERAL (SELECT json_agg(json_build_object('seconds', seconds, 'talk', talk) ORDER BY started_at) AS segments FROM recordings
      WHERE tenant = ${tenant} AND call_id = c.call_id AND status = 'ready' AND talk IS NOT NULL) r ON true`.execute(trx);
  return new Map(
    rows.flatMap((row) => {
      const [comments, talk] = [Number(row.comments ?? 0), measuresOf(row.segments ?? [])];
      const score = row.score === null ? null : Number(row.score);
      const { tags, note } = row;
      if (tags === null && note === null && comments === 0 && score === null && talk === null) return [];
      return [[row.call_id, { tags: tags ?? [], hasNote: note !== null, note: note ?? '', comments, score, talk }] as const];
    }),
  );
}
