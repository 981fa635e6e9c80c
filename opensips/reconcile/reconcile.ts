import type pg from 'pg';
import { deliver } from './deliver.ts';
import { type AccountingRow, eventOf } from './rows.ts';

/** Rows of one turn: they are answered within a second or so. */
const MOST_ROWS = 200;
const ANSWER_LIMIT_MS = 10_000;
/** A row younger than this is most likely on its way as an event: ingest settles a call by what comes first. */
const YOUNG_SECONDS = 3;
const COLUMNS = `method, from_tag, to_tag, callid, sip_code, sip_reason, setuptime, tenant, direction, src, dst, did, answered_by, rec, hangup,
  ts_invite, ts_ring, ts_answer, ts_end, extract(epoch from time)::bigint::integer as time, extract(epoch from created)::bigint::integer as created`;

/**
 * Sends the oldest unconfirmed rows to a consumer and marks those that it has. Any number of these may run: each takes
 * rows that no other holds.
 * @param consumer host:port. @throws NotDelivered, errors of PostgreSQL: nothing is marked, all is tried again
 */
export async function reconcile(pool: pg.Pool, consumer: string): Promise<{ confirmed: number; more: boolean; oldestSeconds: number }> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const rows: AccountingRow[] = [];
    for (const table of ['acc', 'missed_calls'] as const) {
      const lengths = table === 'acc' ? 'duration, ms_duration,' : '';
      const found = await client.query<AccountingRow>(
        `SELECT id, '${table}' AS table, ${lengths} ${COLUMNS} FROM edge.${table}
         WHERE confirmed_at IS NULL AND written_at < now() - make_interval(secs => ${YOUNG_SECONDS})
         ORDER BY id LIMIT ${MOST_ROWS} FOR UPDATE SKIP LOCKED`,
      );
      rows.push(...found.rows);
    }
    let confirmed = 0;
    if (rows.length > 0) {
      const accepted = await deliver(consumer, rows.map(eventOf), ANSWER_LIMIT_MS);
      for (const table of ['acc', 'missed_calls'] as const) {
        const ids = rows.filter((r, i) => r.table === table && accepted[i]).map((r) => r.id);
        confirmed += ids.length;
        await client.query(`UPDATE edge.${table} SET confirmed_at = now() WHERE id = ANY ($1::bigint[])`, [ids]);
      }
    }
    await client.query('COMMIT');
    const oldest = await client.query<{ seconds: number }>(
      `SELECT coalesce(extract(epoch FROM now() - min(written_at)), 0)::float AS seconds FROM (
         SELECT min(written_at) AS written_at FROM edge.acc WHERE confirmed_at IS NULL
         UNION ALL SELECT min(written_at) FROM edge.missed_calls WHERE confirmed_at IS NULL) open`,
    );
    return { confirmed, more: rows.length >= MOST_ROWS && confirmed > 0, oldestSeconds: oldest.rows[0]?.seconds ?? 0 };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Confirmed rows are of no use any more; kept for who wants to look. */
const KEEP_DAYS = 7;

/** Removes what was confirmed long ago. */
export async function forget(pool: pg.Pool): Promise<void> {
  for (const table of ['acc', 'missed_calls'])
    await pool.query(`DELETE FROM edge.${table} WHERE confirmed_at < now() - make_interval(days => ${KEEP_DAYS})`);
}
