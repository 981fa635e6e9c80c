import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { GRANTS, type Holder } from './rights.ts';

/** A person, as far as it says how far their rights reach. */
export interface Reaching {
  role: Holder;
  tenant: string | null;
  /** id of the employee that they are; null: nobody of the directory */
  employee: string | null;
  /** ids of groups of the directory */
  groups: readonly string[];
}

/**
 * The employees whose things a person's rights are for, where they are not for all: themselves, and for an admin of groups whoever is
 * in these groups by the directory as it is now.
 */
export async function employeesWithin(trx: Transaction<PostgresSchema>, { role, tenant, employee, groups }: Reaching): Promise<string[]> {
  const own = employee === null ? [] : [employee];
  const isOfGroups = Object.values(GRANTS[role]).includes('groups');
  if (!isOfGroups || tenant === null || groups.length === 0) return own;
  const { rows } = await sql<{ id: string }>`SELECT e ->> 'id' AS id
    FROM (SELECT body FROM directory_versions WHERE tenant = ${tenant} AND valid_from <= now() ORDER BY valid_from DESC LIMIT 1) d,
      jsonb_array_elements(d.body -> 'employees') e
    WHERE e ->> 'group' = ANY (${[...groups]}::text[])`.execute(trx);
  return [...new Set([...own, ...rows.map((r) => r.id)])];
}
