import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Caller } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';

/** Cards of a dashboard as a person arranged them: ids, in order. */
export interface Arranged {
  shown: string[];
  hidden: string[];
}

/** Whoever looks as somebody else has that role's dashboard, and arranges nothing. */
const ownerOf = (caller: Caller): string | null => (caller.by === 'person' && !caller.isViewing ? caller.id : null);

/** @returns null: as the role has it */
export async function arrangedBy(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller): Promise<Arranged | null> {
  const owner = ownerOf(caller);
  if (owner === null) return null;
  const row = await asTenant(db, tenant, (trx) =>
    trx.selectFrom('dashboards').select(['shown', 'hidden']).where('tenant', '=', tenant).where('user_id', '=', owner).executeTakeFirst(),
  );
  return row ?? null;
}

/** @param arranged null: as the role has it. @returns false: there is nobody to keep it for */
export async function arrange(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  arranged: Arranged | null,
): Promise<boolean> {
  const owner = ownerOf(caller);
  if (owner === null) return false;
  await asTenant(db, tenant, async (trx) => {
    if (arranged === null) {
      await trx.deleteFrom('dashboards').where('tenant', '=', tenant).where('user_id', '=', owner).execute();
      return;
    }
    const kept = { ...arranged, updated_at: new Date() };
    await trx
      .insertInto('dashboards')
      .values({ tenant, user_id: owner, ...kept })
      .onConflict((c) => c.columns(['tenant', 'user_id']).doUpdateSet(kept))
      .execute();
  });
  return true;
}
