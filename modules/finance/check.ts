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
    const from = new Date(since);
    const month = from.toISOString().slice(0, 7);
    // joined whole and never row by row: nobody has told the planner how many calls there are
    const questions: Record<Fault['invariant'], ReturnType<typeof sql<{ what: string }>>> = {
      entry: sql<{ what: string }>`SELECT e.id::text AS what FROM entries e LEFT JOIN entry_lines l ON l.entry = e.id GROUP BY e.id
        HAVING coalesce(sum(l.amount), 1) <> 0`,
      balance: sql<{ what: string }>`SELECT a.id::text AS what FROM accounts a LEFT JOIN entry_lines l ON l.account = a.id GROUP BY a.id
        HAVING a.balance <> coalesce(sum(l.amount), 0)`,
      reversal: sql<{ what: string }>`SELECT id::text AS what FROM (
          SELECT e.id, l.account, l.amount FROM entries e JOIN entry_lines l ON l.entry = e.id WHERE e.reverses IS NOT NULL
          UNION ALL SELECT e.id, l.account, l.amount FROM entries e JOIN entry_lines l ON l.entry = e.reverses) both_ways
        GROUP BY id, account HAVING sum(amount) <> 0`,
      calls: sql<{ what: string }>`WITH lately AS (SELECT min(id) AS first FROM entries WHERE booked_at >= ${from}),
          charged AS (SELECT entry, sum(amount_moved) AS amount, sum(vat_moved) AS vat FROM rated_calls
            WHERE entry >= (SELECT first FROM lately) GROUP BY entry),
          booked AS (SELECT e.id AS entry, coalesce(-sum(l.amount) FILTER (WHERE a.kind = 'client'), 0) AS amount,
              coalesce(sum(l.amount) FILTER (WHERE a.kind = 'vat'), 0) AS vat
            FROM entries e JOIN entry_lines l ON l.entry = e.id JOIN accounts a ON a.id = l.account
            WHERE e.kind = 'calls' AND e.id >= (SELECT first FROM lately) GROUP BY e.id)
        SELECT entry::text AS what FROM charged c FULL JOIN booked b USING (entry)
        WHERE c.amount IS DISTINCT FROM b.amount OR c.vat IS DISTINCT FROM b.vat`,
      call: sql<{ what: string }>`SELECT tenant || ' ' || call_id AS what FROM rated_calls
        WHERE (tenant, call_id) IN (SELECT tenant, call_id FROM rated_calls WHERE rated_at >= ${from}) GROUP BY tenant, call_id
        HAVING sum(amount_moved) <> (array_agg(amount ORDER BY revision DESC, part))[1]
          OR sum(vat_moved) <> (array_agg(vat ORDER BY revision DESC, part))[1]`,
      package: sql<{ what: string }>`WITH last AS (SELECT DISTINCT ON (tenant, call_id) * FROM rated_calls
            WHERE part = 0 AND started_at >= ${`${month}-01`}::date - interval '2 days' ORDER BY tenant, call_id, revision DESC),
          taken AS (SELECT contract, package, package_month AS month, sum(package_seconds) AS seconds FROM last
            WHERE package <> '' AND package_month >= ${month} GROUP BY 1, 2, 3)
        SELECT concat_ws(' ', contract, package, month) AS what FROM taken t
        FULL JOIN (SELECT contract, package, month, seconds FROM package_use WHERE month >= ${month}) u USING (contract, package, month)
        WHERE coalesce(t.seconds, 0) <> coalesce(u.seconds, 0)`,
    };
    const faults: Fault[] = [];
    for (const invariant of INVARIANTS) {
      const { rows } = await sql<{ what: string }>`SELECT what FROM (${questions[invariant]}) q LIMIT ${MOST_NAMED}`.execute(trx);
      faults.push(...rows.map(({ what }) => ({ invariant, what })));
    }
    return faults;
  });
}
