import { joinedPackets, type PacketsOfSides } from '@callscope/core/domain/sent-packets.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** What recordings say of how a call sounded, over all its segments. */
export interface Reception {
  /** null: made before it was measured */
  packets: PacketsOfSides | null;
  /** sides of which a segment has no sound (recorder/audio/talk.ts, `isSilent`) */
  silent: { left: boolean; right: boolean };
}

/** Of those of these calls that have a recording, or had one. */
export async function receptionsOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  callIds: readonly string[],
): Promise<Map<string, Reception>> {
  if (callIds.length === 0) return new Map();
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['call_id', 'packets', 'talk'])
      .where('tenant', '=', tenant)
      .where(sql<boolean>`call_id = ANY (${[...callIds]}::text[])`)
      .where((is) => is.or([is('packets', 'is not', null), is('talk', 'is not', null)]))
      .orderBy('started_at')
      .execute(),
  );
  const out = new Map<string, Reception>();
  for (const [callId, segments] of Map.groupBy(rows, (row) => row.call_id)) {
    const talks = segments.map(({ talk }) => talk as Record<'left' | 'right', { isSilent: boolean }> | null);
    out.set(callId, {
      packets: joinedPackets(segments.flatMap(({ packets }) => packets ?? [])),
      silent: { left: talks.some((talk) => talk?.left.isSilent), right: talks.some((talk) => talk?.right.isSilent) },
    });
  }
  return out;
}

/** Calls of which a recording came in (from, to], ms since the epoch. */
export function recordedLately(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  from: number,
  to: number,
): Promise<{ tenant: string; id: string }[]> {
  return asOperator(db, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['tenant', 'call_id as id'])
      .distinct()
      .where('status', '=', 'ready')
      .where('updated_at', '>', new Date(from))
      .where('updated_at', '<=', new Date(to))
      .execute(),
  );
}
