import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shuffled } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

const COMPANIES = ['t1', 't2'] as const;
const ROUNDS = 50;

let stack: Stack;
let db: Kysely<PostgresSchema>;
beforeAll(async () => {
  stack = await startStack();
  for (const id of COMPANIES) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: `${id}.pbx.test` });
    await stack.rest('PUT', `/tenants/${id}/users/anna`, { password: 'secret-secret', role: 'admin' });
  }
  db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: stack.databaseUrl(), max: 1 }) }) });
});
afterAll(async () => {
  await db?.destroy();
  await stack?.end();
});

class Broken extends Error {}

/** Companies whose rows a unit of work sees. */
const seen = (trx: Kysely<PostgresSchema>) =>
  trx
    .selectFrom('users')
    .select('tenant')
    .where('tenant', 'is not', null)
    .orderBy('tenant')
    .execute()
    .then((rows) => rows.map((r) => r.tenant));

test('two companies in turn on one pooled connection never see each other, whatever ended the work before', async () => {
  const backends = new Set<number>();
  const works = COMPANIES.flatMap((id) => [
    async () =>
      asTenant(db, id, async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
        backends.add(rows[0]?.pid ?? 0);
        expect(await seen(trx)).toEqual([id]);
      }),
    // a fault of ours in the middle
    async () =>
      expect(
        asTenant(db, id, async (trx) => {
          expect(await seen(trx)).toEqual([id]);
          throw new Broken();
        }),
      ).rejects.toThrow(Broken),
    // a fault that PostgreSQL itself finds
    async () => expect(asTenant(db, id, (trx) => sql`select 1 / 0`.execute(trx))).rejects.toThrow('division by zero'),
    // a line for the other one
    async () =>
      expect(
        asTenant(db, id, (trx) =>
          trx
            .insertInto('users')
            .values({ tenant: id === 't1' ? 't2' : 't1', login: 'mallory', password_hash: '-', role: 'admin', employee: null })
            .execute(),
        ),
      ).rejects.toThrow('row-level security'),
  ]);
  works.push(async () => expect(await asOperator(db, seen)).toEqual([...COMPANIES]));
  // what forgets to say whose it is
  works.push(async () =>
    db.transaction().execute(async (trx) => {
      await sql`set local role app`.execute(trx);
      expect(await seen(trx)).toEqual([]);
    }),
  );
  for (let seed = 1; seed <= ROUNDS; seed++) await Promise.all(shuffled(works, seed).map((work) => work()));
  expect(backends.size).toBe(1);
});
