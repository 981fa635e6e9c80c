import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** A company in the operator's list. */
export interface CompanyLine {
  id: string;
  name: string;
  domain: string;
  /** who may sign in; the blocked may not */
  users: number;
}

/** Shorter pieces of a number are in too many. */
const LEAST_DIGITS = 3;

/**
 * Companies whose name, id, domain or outside number contains the text, in the order of names.
 * @param most so many are listed; `total` counts all that match
 */
export function findCompanies(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  text: string,
  most: number,
  now: Date,
): Promise<{ companies: CompanyLine[]; total: number }> {
  const wanted = text.trim().toLowerCase();
  const digits = digitsOf(wanted);
  return asOperator(db, async (trx) => {
    const byWords = sql<boolean>`position(${wanted} IN lower(t.name)) > 0 OR position(${wanted} IN lower(t.id)) > 0
      OR position(${wanted} IN lower(t.domain)) > 0`;
    // a number stands in telephony, in the directory that is valid now, or in both
    const byNumber = sql<boolean>`EXISTS (SELECT FROM pbx_numbers n WHERE n.tenant = t.id AND position(${digits} IN n.number) > 0)
      OR EXISTS (SELECT FROM jsonb_array_elements((SELECT d.body -> 'numbers' FROM directory_versions d
        WHERE d.tenant = t.id AND d.valid_from <= ${now} ORDER BY d.valid_from DESC LIMIT 1)) n
        WHERE position(${digits} IN regexp_replace(n ->> 'number', '\\D', '', 'g')) > 0)`;
    const matches = wanted === '' ? sql`true` : digits.length < LEAST_DIGITS ? byWords : sql`${byWords} OR ${byNumber}`;
    const { rows } = await sql<{ id: string; name: string; domain: string; users: string; total: string }>`
      WITH found AS (SELECT t.id, t.name, t.domain, count(*) OVER () AS total FROM tenants t WHERE ${matches}
        ORDER BY lower(t.name), t.id LIMIT ${most})
      SELECT f.*, coalesce(u.users, 0) AS users FROM found f
      LEFT JOIN (SELECT tenant, count(*) AS users FROM users WHERE tenant IN (SELECT id FROM found) AND blocked_at IS NULL GROUP BY tenant) u
        ON u.tenant = f.id
      ORDER BY lower(f.name), f.id`.execute(trx);
    return {
      companies: rows.map(({ id, name, domain, users }) => ({ id, name, domain, users: Number(users) })),
      total: Number(rows[0]?.total ?? 0),
    };
  });
}

/** Digits of what looks like a number, without the prefix that people of Russia dial it with: 8 (495) … is +7 495 … */
function digitsOf(text: string): string {
  if (!/^[+\d\s().-]+$/.test(text)) return '';
  const digits = text.replace(/\D/g, '');
  return digits.length === 11 && /^[78]/.test(digits) ? digits.slice(1) : digits;
}
