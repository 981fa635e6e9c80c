import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Named } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';

export type Access = 'listen' | 'download';

/** A player asks for a recording bit by bit: what the same person does with it in this time is one time. */
const ONE_TIME = '10 minutes';

/** Notes that somebody gets to hear a recording, before any byte of it is sent. */
export async function noteAccess(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  callId: string,
  { by, name }: Named,
  what: Access,
): Promise<void> {
  await asTenant(db, scope.tenant, (trx) =>
    sql`INSERT INTO recording_access (tenant, call_id, who, by, what)
      SELECT ${scope.tenant}, ${callId}, ${name}, ${by}, ${what}
      WHERE NOT EXISTS (SELECT FROM recording_access WHERE tenant = ${scope.tenant} AND call_id = ${callId} AND who = ${name} AND by = ${by}
        AND what = ${what} AND at > now() - ${ONE_TIME}::interval)`.execute(trx),
  );
}
