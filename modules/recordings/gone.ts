import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** How a recording came to be there no more. */
export interface Gone {
  how: 'erased' | 'expired';
  at: Date;
  /** who asked for the erasure; null: its time was over */
  by: string | null;
}

/** @returns null: nothing of this call's recording was taken away */
export async function goneOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, callId: string): Promise<Gone | null> {
  const { rows } = await asTenant(db, tenant, (trx) =>
    sql<{ status: 'erased' | 'expired'; updated_at: Date; by: string | null }>`SELECT r.status, r.updated_at, e.by FROM recordings r
      LEFT JOIN recording_erasure_lines l ON l.tenant = r.tenant AND l.call_id = r.call_id AND l.segment = r.segment AND l.hold IS NULL
      LEFT JOIN recording_erasures e ON e.tenant = l.tenant AND e.id = l.erasure
      WHERE r.tenant = ${tenant} AND r.call_id = ${callId} AND r.status IN ('erased', 'expired')
      ORDER BY r.status, r.updated_at DESC LIMIT 1`.execute(trx),
  );
  const [row] = rows;
  return row ? { how: row.status, at: row.updated_at, by: row.status === 'erased' ? row.by : null } : null;
}
