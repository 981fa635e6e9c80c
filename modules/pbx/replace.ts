import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** Makes a table's rows of one owner these, in as few changes as it takes. @param owner company; null: the operator; undefined: a table of nobody's */
export async function replace(
  trx: Transaction<PostgresSchema>,
  table: keyof PostgresSchema,
  key: readonly string[],
  owner: string | null | undefined,
  rows: readonly object[],
): Promise<void> {
  const to = sql.table(table);
  const owned = owner === undefined ? sql`true` : sql`${sql.ref(`${table}.tenant`)} is not distinct from ${owner}`;
  const columns = Object.keys(rows[0] ?? {});
  // one parameter whatever the number of rows; the table itself says what each value is
  const given = sql`jsonb_populate_recordset(null::${to}, ${JSON.stringify(rows)}::jsonb)`;
  const same = sql.join(
    key.map((c) => sql`n.${sql.ref(c)} is not distinct from ${sql.ref(`${table}.${c}`)}`),
    sql` and `,
  );
  await sql`delete from ${to} where ${owned} and not exists (select from ${given} n where ${same})`.execute(trx);
  if (rows.length === 0) return;
  const list = sql.join(columns.map((c) => sql.ref(c)));
  const rest = columns.filter((c) => !key.includes(c));
  if (rest.length > 0) {
    const values = sql.join(rest.map((c) => sql`${sql.ref(c)} = n.${sql.ref(c)}`));
    const differs = sql`(${sql.join(rest.map((c) => sql.ref(`${table}.${c}`)))}) is distinct from (${sql.join(rest.map((c) => sql`n.${sql.ref(c)}`))})`;
    await sql`update ${to} set ${values} from ${given} n where ${owned} and ${same} and ${differs}`.execute(trx);
  }
  await sql`insert into ${to} (${list}) select ${list} from ${given} n
    where not exists (select from ${to} where ${owned} and ${same})`.execute(trx);
}
