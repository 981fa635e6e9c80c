import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** A recording whose row names an object of the archive. */
export interface ArchivedRow {
  callId: string;
  segment: string;
  status: string;
  key: string;
  /** of the audio */
  bytes: number;
}

const PAGE = 1_000;

/** Rows of a company that name an object, in the order in which an archive lists its names: that of their bytes. */
export async function* archivedRows(db: Kysely<PostgresSchema>, { tenant }: TenantScope): AsyncGenerator<ArchivedRow> {
  for (let after = ''; ; ) {
    const { rows } = await asTenant(db, tenant, (trx) =>
      sql<{ call_id: string; segment: string; status: string; object_key: string; bytes: string }>`
        SELECT call_id, segment, status, object_key, bytes FROM recordings
        WHERE tenant = ${tenant} AND object_key COLLATE "C" > ${after} AND object_key IS NOT NULL
        ORDER BY object_key COLLATE "C" LIMIT ${PAGE}`.execute(trx),
    );
    for (const r of rows) yield { callId: r.call_id, segment: r.segment, status: r.status, key: r.object_key, bytes: Number(r.bytes) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.object_key;
  }
}

/** What the rows say of a segment: the recorder's 16 digits tell it apart from every other of its company. */
export interface SegmentRow {
  status: string;
  /** null: no object is named any more */
  key: string | null;
}

export async function rowsOfSegment(db: Kysely<PostgresSchema>, { tenant }: TenantScope, segment: string): Promise<SegmentRow[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx.selectFrom('recordings').select(['status', 'object_key']).where('tenant', '=', tenant).where('segment', '=', segment).execute(),
  );
  return rows.map((r) => ({ status: r.status, key: r.object_key }));
}
