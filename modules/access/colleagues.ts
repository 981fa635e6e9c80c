import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';
import { personCaller } from './sessions.ts';

/** People that share an address are few. */
const MOST_PEOPLE = 10;

/** The company's people who are reached by this e-mail, as they stand now. */
export async function colleaguesBy(db: Kysely<PostgresSchema>, { tenant }: TenantScope, email: string): Promise<Caller[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('users')
      .select('id')
      .where('tenant', '=', tenant)
      .where(sql`lower(email)`, '=', email.trim().toLowerCase())
      .where('blocked_at', 'is', null)
      .orderBy('id')
      .limit(MOST_PEOPLE)
      .execute(),
  );
  const callers = await Promise.all(rows.map(({ id }) => personCaller(db, id, '')));
  return callers.filter((caller) => caller !== null);
}
