import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type Fault, INVARIANTS } from './kinds.ts';

const MOST_NAMED = 20;

/**
 * Looks whether the books hold, as they stood at one moment. Entries and accounts are looked at as a whole; calls only as far as they were
 * charged lately, since they are the many, and packages of the months since then. @param since ms: calls charged from then on @returns nothing when they hold
 */
export function checkBooks(db: Kysely<PostgresSchema>, _scope: OperatorScope, since: number): Promise<Fault[]> {
  return asOperator(db, async (trx) => {
    await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`.execute(trx);
    const of = { lately: sql`rated_at >= ${new Date(since)}` };
    const questions: Record<Fault['invariant'], ReturnType<typeof sql<{ what: string }>>> = {
      entry: sql<{ what: string }>`SELECT e.id::text AS what FROM entries e LEFT JOIN entry_lines l ON l.entry = e.id GROUP BY e.id
        HAVING coalesce(sum(l.amount), 1) <> 0`,
      balance: sql<{ what: string }>`SELECT a.id::text AS what FROM accounts a LEFT JOIN entry_lines l ON l.account = a.id GROUP BY a.id
        HAVING a.balance <> coalesce(sum(l.amount), 0)`,
      reversal: sql<{ what: string }>`SELECT e.id::text AS what FROM entries e
        JOIN entry_lines l ON l.entry IN (e.id, e.reverses) WHERE e.reverses IS NOT NULL GROUP BY e.id, l.account HAVING sum(l.amount) <> 0`,
      calls: sql<{ what: string }>`SELECT e.id::text AS what
        FROM (SELECT entry, sum(amount_moved)::bigint AS amount, sum(vat_moved)::bigint AS vat FROM rated_calls
          WHERE entry IN (SELECT entry FROM rated_calls WHERE ${of.lately}) GROUP BY entry) r
        JOIN entries e ON e.id = r.entry
        WHERE ROW (-r.amount, r.vat) IS DISTINCT FROM (SELECT ROW (coalesce(sum(l.amount) FILTER (WHERE a.kind = 'client'), 0)::bigint,
          coalesce(sum(l.amount) FILTER (WHERE a.kind = 'vat'), 0)::bigint) FROM entry_lines l JOIN accounts a ON a.id = l.account WHERE l.entry = e.id)
        UNION SELECT e.id::text FROM entries e WHERE e.kind = 'calls' AND e.booked_at >= ${new Date(since)}
          AND NOT EXISTS (SELECT FROM rated_calls r WHERE r.entry = e.id)`,
      call: sql<{ what: string }>`SELECT r.tenant || ' ' || r.call_id AS what FROM rated_calls r
        WHERE (r.tenant, r.call_id) IN (SELECT tenant, call_id FROM rated_calls WHERE ${of.lately}) GROUP BY r.tenant, r.call_id
        HAVING ROW (sum(r.amount_moved)::bigint, sum(r.vat_moved)::bigint) IS DISTINCT FROM
          (SELECT ROW (l.amount, l.vat) FROM rated_calls l WHERE l.tenant = r.tenant AND l.call_id = r.call_id AND l.part = 0 ORDER BY l.revision DESC LIMIT 1)`,
      package: sql<{ what: string }>`SELECT p.contract || ' ' || p.package || ' ' || p.month AS what FROM package_use p
        WHERE p.seconds <> (SELECT coalesce(sum(package_seconds), 0) FROM
          (SELECT DISTINCT ON (tenant, call_id) * FROM rated_calls r WHERE r.tenant = p.tenant AND r.part = 0
            AND r.started_at >= (p.month || '-01')::date - interval '2 days' ORDER BY tenant, call_id, revision DESC) last
          WHERE last.contract = p.contract AND last.package = p.package AND last.package_month = p.month)
        AND p.month >= ${new Date(since).toISOString().slice(0, 7)}`,
    };
    const faults: Fault[] = [];
    for (const invariant of INVARIANTS) {
      const { rows } = await sql<{ what: string }>`SELECT what FROM (${questions[invariant]}) q LIMIT ${MOST_NAMED}`.execute(trx);
      faults.push(...rows.map(({ what }) => ({ invariant, what })));
    }
    return faults;
  });
}
