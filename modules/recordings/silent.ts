import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** Calls with a silent recording that began in [from, to), ms since the epoch. A side is silent where the recorder says so (recorder/audio/talk.ts, `isSilent`). */
export function countSilent(db: Kysely<PostgresSchema>, { tenant }: TenantScope, from: number, to: number): Promise<number> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<{ calls: number }>`
      SELECT count(DISTINCT call_id)::int AS calls FROM recordings
      WHERE tenant = ${tenant} AND status = 'ready' AND started_at >= ${new Date(from)} AND started_at < ${new Date(to)}
        AND ((talk -> 'left' ->> 'isSilent')::boolean OR (talk -> 'right' ->> 'isSilent')::boolean)`.execute(trx);
    return rows[0]?.calls ?? 0;
  });
}
