import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Caller } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';

/** Pages that keep how a person likes them. */
export type LikedPage = 'journal';

/** Whoever looks as somebody else sees the page as it begins, and keeps nothing. */
const ownerOf = (caller: Caller): string | null => (caller.by === 'person' && !caller.isViewing ? caller.id : null);

/** As it was given to `like`; what it says is for the page to check. @returns null: nothing is kept */
export async function likingOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, page: LikedPage): Promise<unknown> {
  const owner = ownerOf(caller);
  if (owner === null) return null;
  const row = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('likings')
      .select('value')
      .where('tenant', '=', tenant)
      .where('user_id', '=', owner)
      .where('page', '=', page)
      .executeTakeFirst(),
  );
  return row?.value ?? null;
}

/** @param value null: as the page begins. @returns false: there is nobody to keep it for */
export async function like(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  page: LikedPage,
  value: object | null,
): Promise<boolean> {
  const owner = ownerOf(caller);
  if (owner === null) return false;
  await asTenant(db, tenant, async (trx) => {
    if (value === null) {
      await trx.deleteFrom('likings').where('tenant', '=', tenant).where('user_id', '=', owner).where('page', '=', page).execute();
      return;
    }
    const kept = { value: JSON.stringify(value), updated_at: new Date() };
    await trx
      .insertInto('likings')
      .values({ tenant, user_id: owner, page, ...kept })
      .onConflict((c) => c.columns(['tenant', 'user_id', 'page']).doUpdateSet(kept))
      .execute();
  });
  return true;
}
