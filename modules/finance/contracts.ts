import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { instantOf } from '@callscope/core/domain/zone.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { ContractForm } from './forms.ts';
import { ACCOUNT_KINDS } from './kinds.ts';
import type { ContractTerms } from './rules-contracts.ts';

type Db = Kysely<PostgresSchema>;
type Trx = Transaction<PostgresSchema>;

/** Wakes whoever charges calls (LISTEN). */
export const RATING_CHANNEL = 'callscope_rating';

/** What a contract names is not there, or is another contract's. */
export class ContractRefused extends Error {}

/** Contracts of these companies, or of all. */
export async function contractsIn(trx: Trx, tenants: readonly string[] | null): Promise<(ContractTerms & { tenant: string })[]> {
  const { rows } = await sql<ContractTerms & { tenant: string }>`
    SELECT c.id, c.tenant, c.number, to_char(c.begins_on, 'YYYY-MM-DD') AS "beginsOn", to_char(c.ends_on, 'YYYY-MM-DD') AS "endsOn",
      c.is_main AS "isMain", c.numbers,
      coalesce((SELECT jsonb_agg(jsonb_build_object('tariff', t.tariff, 'fromOn', to_char(t.from_on, 'YYYY-MM-DD')) ORDER BY t.from_on)
        FROM contract_tariffs t WHERE t.contract = c.id), '[]') AS tariffs
    FROM contracts c WHERE ${tenants === null ? sql`true` : sql`c.tenant = ANY(${tenants})`} ORDER BY c.tenant, c.is_main DESC, c.number`.execute(
    trx,
  );
  return rows;
}

/** A company's contracts, the main one first. */
export function contractsOf(db: Db, { tenant }: TenantScope): Promise<ContractTerms[]> {
  return asTenant(db, tenant, (trx) => contractsIn(trx, [tenant]));
}

/** Companies that have contracts: whose calls are charged. */
export function chargedCompanies(db: Db, _scope: OperatorScope): Promise<Set<string>> {
  return asOperator(db, async (trx) => {
    const rows = await trx.selectFrom('contracts').select('tenant').distinct().execute();
    return new Set(rows.map((r) => r.tenant));
  });
}

/**
 * Makes a contract with its accounts, or changes it. Calls of the past that it pays for now are looked for; what was charged stays.
 * @returns null: there is no such company @throws ContractRefused
 */
export function putContract(
  db: Db,
  _scope: OperatorScope,
  actor: Actor,
  tenant: string,
  number: string,
  form: ContractForm,
): Promise<ContractTerms | null> {
  return asOperator(db, async (trx) => {
    const company = await trx.selectFrom('tenants').select('timezone').where('id', '=', tenant).executeTakeFirst();
    if (company === undefined) return null;
    // one change of a company's contracts at a time
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`contracts ${tenant}`}))`.execute(trx);
    const all = await contractsIn(trx, [tenant]);
    const before = all.find((c) => c.number === number) ?? null;
    const others = all.filter((c) => c !== before);
    if (form.isMain && others.some((c) => c.isMain)) throw new ContractRefused('another contract of the company is its main one');
    const twice = form.numbers.find((n) => others.some((c) => c.numbers.includes(n)));
    if (twice !== undefined) throw new ContractRefused(`another contract of the company pays for ${twice}`);
    const asked = [...new Set(form.tariffs.map((t) => t.tariff))];
    const { rows: known } = await sql<{ id: string }>`SELECT id FROM tariffs WHERE id = ANY(${asked})`.execute(trx);
    const unknown = asked.find((tariff) => !known.some((k) => k.id === tariff));
    if (unknown !== undefined) throw new ContractRefused(`there is no tariff ${unknown}`);
    const [firstTariff = form.beginsOn] = form.tariffs.map((t) => t.fromOn).sort();
    const [, first] = [firstTariff, form.beginsOn].sort();
    const lookFrom = new Date(instantOf(company.timezone, Date.parse(`${first}T00:00:00Z`)));
    const { rows } = await sql<{ id: string }>`
      INSERT INTO contracts (tenant, number, begins_on, ends_on, is_main, numbers, look_from)
      VALUES (${tenant}, ${number}, ${form.beginsOn}::date, ${form.endsOn}::date, ${form.isMain}, ${form.numbers}, ${lookFrom})
      ON CONFLICT (tenant, number) DO UPDATE SET begins_on = excluded.begins_on, ends_on = excluded.ends_on, is_main = excluded.is_main,
        numbers = excluded.numbers, look_from = least(contracts.look_from, excluded.look_from)
      RETURNING id`.execute(trx);
    const contract = rows[0]?.id as string;
    await sql`INSERT INTO accounts (tenant, contract, kind) SELECT ${tenant}, ${contract}::bigint, unnest(${[...ACCOUNT_KINDS]}::text[])
      ON CONFLICT (contract, kind) DO NOTHING`.execute(trx);
    await sql`DELETE FROM contract_tariffs WHERE contract = ${contract}::bigint`.execute(trx);
    await sql`INSERT INTO contract_tariffs (tenant, contract, tariff, from_on)
      SELECT ${tenant}, ${contract}::bigint, * FROM unnest(${form.tariffs.map((t) => t.tariff)}::text[], ${form.tariffs.map((t) => t.fromOn)}::date[])`.execute(
      trx,
    );
    const [after] = (await contractsIn(trx, [tenant])).filter((c) => c.id === contract);
    await noteAct(trx, tenant, { actor, act: 'finance.contract', subject: number, before: told(before), after: told(after ?? null) });
    return after as ContractTerms;
  });
}

const told = (c: ContractTerms | null) =>
  c && { beginsOn: c.beginsOn, endsOn: c.endsOn, isMain: c.isMain, numbers: c.numbers, tariffs: c.tariffs };
