import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { ACCOUNT_KINDS, type AccountKind, type EntryKind } from './kinds.ts';
import type { Service } from './rules-rating.ts';

type Db = Kysely<PostgresSchema>;
type Trx = Transaction<PostgresSchema>;

/** What is to be booked; amounts in kopecks, above 0 a credit of the account, below 0 a debit, 0 none. Their sum must be 0. */
export interface Posting {
  tenant: string;
  contract: string;
  kind: EntryKind;
  /** '': nothing was charged */
  service: Service | '';
  /** of the company: what comes again with it is not booked again */
  key: string;
  amounts: Partial<Record<AccountKind, bigint>>;
  note?: string;
  author?: string;
  /** id of the entry that it takes back */
  reverses?: string;
}
export interface Booked {
  id: string;
  /** false: it had been booked before */
  isNew: boolean;
}

/** The key stands for something else already. */
export class KeyTaken extends Error {}
/** There is no such thing to be booked to, or it was taken back before. */
export class NotBookable extends Error {}

/** The accounts of these contracts, locked until the transaction ends; always in the same order, so that two wait and neither dies. */
export async function lockAccounts(trx: Trx, contracts: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; contract: string; kind: AccountKind }>`
    SELECT id, contract, kind FROM accounts WHERE contract = ANY(${[...new Set(contracts)]}::bigint[]) ORDER BY id FOR UPDATE`.execute(trx);
  return new Map(rows.map((r) => [`${r.contract} ${r.kind}`, r.id]));
}

/**
 * The one way into the ledger: books entries in the transaction of what they are for. Balances move with their lines; an entry that
 * does not balance ends the transaction. @returns in the order of `postings` @throws KeyTaken, NotBookable
 */
export async function post(trx: Trx, postings: readonly Posting[]): Promise<Booked[]> {
  if (postings.length === 0) return [];
  const accounts = await lockAccounts(
    trx,
    postings.map((p) => p.contract),
  );
  const column = <T>(of: (p: Posting) => T) => postings.map(of);
  const { rows: made } = await sql<{ id: string; tenant: string; key: string }>`
    INSERT INTO entries (tenant, contract, kind, service, key, reverses, note, author)
    SELECT * FROM unnest(${column((p) => p.tenant)}::text[], ${column((p) => p.contract)}::bigint[], ${column((p) => p.kind)}::text[],
      ${column((p) => p.service)}::text[], ${column((p) => p.key)}::text[], ${column((p) => p.reverses ?? null)}::bigint[],
      ${column((p) => p.note ?? '')}::text[], ${column((p) => p.author ?? '')}::text[])
    ON CONFLICT (tenant, key) DO NOTHING RETURNING id, tenant, key`.execute(trx);
  const idOf = new Map(made.map((r) => [`${r.tenant} ${r.key}`, r.id]));
  const lines = postings.flatMap((p) => {
    const entry = idOf.get(`${p.tenant} ${p.key}`);
    if (entry === undefined) return [];
    return ACCOUNT_KINDS.flatMap((kind) => {
      const amount = p.amounts[kind] ?? 0n;
      const account = accounts.get(`${p.contract} ${kind}`);
      if (amount === 0n) return [];
      if (account === undefined) throw new NotBookable(`contract ${p.contract} of ${p.tenant} has no account ${kind}`);
      return [{ entry, account, tenant: p.tenant, amount: String(amount) }];
    });
  });
  await sql`INSERT INTO entry_lines (entry, account, tenant, amount)
    SELECT * FROM unnest(${lines.map((l) => l.entry)}::bigint[], ${lines.map((l) => l.account)}::bigint[], ${lines.map((l) => l.tenant)}::text[],
      ${lines.map((l) => l.amount)}::bigint[])`.execute(trx);
  const booked: Booked[] = [];
  for (const posting of postings) {
    const id = idOf.get(`${posting.tenant} ${posting.key}`);
    booked.push(id === undefined ? await before(trx, posting) : { id, isNew: true });
  }
  return booked;
}

/** The entry that has the key, if it is the same. */
async function before(trx: Trx, posting: Posting): Promise<Booked> {
  const { rows } = await sql<{ id: string; contract: string; kind: string; service: string; reverses: string | null; amounts: Amounts }>`
    SELECT e.id, e.contract, e.kind, e.service, e.reverses, jsonb_object_agg(a.kind, l.amount::text) AS amounts
    FROM entries e JOIN entry_lines l ON l.entry = e.id JOIN accounts a ON a.id = l.account
    WHERE e.tenant = ${posting.tenant} AND e.key = ${posting.key} GROUP BY e.id`.execute(trx);
  const [row] = rows;
  const isSame =
    row !== undefined &&
    row.contract === posting.contract &&
    row.kind === posting.kind &&
    row.service === posting.service &&
    row.reverses === (posting.reverses ?? null) &&
    ACCOUNT_KINDS.every((kind) => BigInt(row.amounts[kind] ?? '0') === (posting.amounts[kind] ?? 0n));
  if (!isSame) throw new KeyTaken(`something else was booked with the key ${posting.key}`);
  return { id: row.id, isNew: false };
}
type Amounts = Partial<Record<AccountKind, string>>;

/** What a company has with a contract, kopecks; below 0 it owes. */
export interface Balance {
  contract: string;
  number: string;
  balance: bigint;
}

/** @param at ms: as it was when that moment began, out of the entries; null: as it is. The main contract first */
export function balancesOf(db: Db, { tenant }: TenantScope, at: number | null): Promise<Balance[]> {
  return asTenant(db, tenant, async (trx) => {
    const then = sql`(SELECT coalesce(sum(l.amount), 0) FROM entry_lines l JOIN entries e ON e.id = l.entry
      WHERE l.account = a.id AND e.booked_at < ${new Date(at ?? 0)})`;
    const { rows } = await sql<{ id: string; number: string; balance: string }>`
      SELECT c.id, c.number, (${at === null ? sql`a.balance` : then})::text AS balance
      FROM contracts c JOIN accounts a ON a.contract = c.id AND a.kind = 'client'
      WHERE c.tenant = ${tenant} ORDER BY c.is_main DESC, c.number`.execute(trx);
    return rows.map((r) => ({ contract: r.id, number: r.number, balance: BigInt(r.balance) }));
  });
}

/** A line of a contract's account: what moved its balance. */
export interface Movement {
  id: string;
  contract: string;
  kind: EntryKind;
  service: Service | '';
  /** kopecks; below 0 it was charged */
  amount: bigint;
  /** ms since the epoch */
  bookedAt: number;
  note: string;
  reverses: string | null;
}

/** Movements of a company's accounts, the newest first. @param before id: only older ones */
export function movementsOf(db: Db, { tenant }: TenantScope, limit: number, before: string | null): Promise<Movement[]> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<Omit<Movement, 'amount' | 'bookedAt' | 'contract'> & { number: string; amount: string; booked_at: Date }>`
      SELECT e.id, c.number, e.kind, e.service, l.amount::text AS amount, e.booked_at, e.note, e.reverses
      FROM entries e JOIN contracts c ON c.id = e.contract JOIN accounts a ON a.contract = c.id AND a.kind = 'client'
      JOIN entry_lines l ON l.entry = e.id AND l.account = a.id
      WHERE e.tenant = ${tenant} AND (${before}::bigint IS NULL OR e.id < ${before}::bigint) ORDER BY e.id DESC LIMIT ${limit}`.execute(
      trx,
    );
    return rows.map(({ number, amount, booked_at, ...rest }) => ({
      ...rest,
      ...{ contract: number, amount: BigInt(amount), bookedAt: booked_at.getTime() },
    }));
  });
}
