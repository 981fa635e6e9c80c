import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type Case, findCase } from './store.ts';

/** A claim lasts so long when nothing else is said. */
export const CLAIM_MINUTES = 5;

/** Why a case cannot be taken in hand. */
export type ClaimRefusal = { why: 'held'; holder: string } | { why: 'closed' } | { why: 'hidden' } | { why: 'none' };

/**
 * Takes the number of a case in hand, so that nobody else calls it meanwhile: one holder at a time, for a while. The holder
 * may ask again and has it for longer.
 * @param holder name of the person, or of a program that calls back
 */
export async function claimCase(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  callId: string,
  holder: string,
  minutes: number,
  now: Date,
): Promise<Case | ClaimRefusal> {
  const found = await findCase(db, scope, callId, now);
  if (!found) return { why: 'none' };
  if (found.number === '') return { why: 'hidden' };
  if (found.outcome !== 'open') return { why: 'closed' };
  const other = await asTenant(db, scope.tenant, async (trx) => {
    // one statement: of two that come together one finds the other's row
    const { rows } = await sql<{ holder: string }>`
      insert into case_claims (tenant, number, holder, expires_at)
      values (${scope.tenant}, ${found.number}, ${holder}, ${new Date(now.getTime() + minutes * 60_000)})
      on conflict (tenant, number) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where case_claims.expires_at <= ${now} or case_claims.holder = excluded.holder
      returning holder`.execute(trx);
    if (rows.length > 0) return null;
    const row = await trx.selectFrom('case_claims').select('holder').where('number', '=', found.number).executeTakeFirst();
    return row?.holder ?? '';
  });
  if (other !== null) return { why: 'held', holder: other };
  return (await findCase(db, scope, callId, now)) ?? { why: 'none' };
}

/** Gives a claim back. One that nobody holds any more is given back already. */
export async function releaseCase(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  callId: string,
  holder: string,
  now: Date,
): Promise<Case | ClaimRefusal> {
  const found = await findCase(db, scope, callId, now);
  if (!found) return { why: 'none' };
  if (found.claim && found.claim.holder !== holder) return { why: 'held', holder: found.claim.holder };
  await asTenant(db, scope.tenant, (trx) =>
    trx.deleteFrom('case_claims').where('number', '=', found.number).where('holder', '=', holder).execute(),
  );
  return (await findCase(db, scope, callId, now)) ?? { why: 'none' };
}
