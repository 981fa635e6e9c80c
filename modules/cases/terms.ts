import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { settingsVersions } from '../directory/settings.ts';
import type { PostgresSchema } from '../schema.ts';
import { dueAt, termsAt } from './rules-due.ts';

/** Cases that one statement moves; between statements others have their turn. */
const AT_ONCE = 200;

/** One at a time for a company, until the transaction ends: whoever works on its cases sees all that those before have written. */
export async function takeTurn(trx: Transaction<PostgresSchema>, tenant: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`cases ${tenant}`}, 0))`.execute(trx);
}

/**
 * Gives the open cases of a company the due times that its terms of now mean; closed ones keep theirs. To be called after the
 * change of terms is committed: cases that are worked out before it then are moved, those after it know the new terms.
 * @param now ms
 * @returns how many cases have another due time
 */
export function moveDue(db: Kysely<PostgresSchema>, scope: TenantScope, now: number): Promise<number> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    await takeTurn(trx, tenant);
    const terms = termsAt(await settingsVersions(trx, tenant), now);
    let moved = 0;
    let after = '';
    for (;;) {
      const open = await trx
        .selectFrom('cases')
        .select(['id', 'waiting_from'])
        .where('tenant', '=', tenant)
        .where('outcome', '=', 'open')
        .where('due_at', 'is not', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(AT_ONCE)
        .execute();
      const last = open.at(-1);
      if (!last) return moved;
      after = last.id;
      const due = open.map((c) => new Date(dueAt(c.waiting_from.getTime(), terms)));
      const { numAffectedRows } = await sql`
        update cases c set due_at = n.due_at
        from unnest(${open.map((c) => c.id)}::text[], ${due}::timestamptz[]) as n (id, due_at)
        where c.tenant = ${tenant} and c.id = n.id and c.due_at <> n.due_at`.execute(trx);
      moved += Number(numAffectedRows ?? 0);
    }
  });
}
