import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { AccountKind } from './kinds.ts';
import { type Booked, NotBookable, post } from './ledger.ts';

type Db = Kysely<PostgresSchema>;

/** @param amount kopecks, above 0 @param key what comes again with it is booked once */
export interface Payment {
  tenant: string;
  /** its number */
  contract: string;
  amount: number;
  key: string;
  note: string;
}

/** Books what a company paid in, with its line in the audit. @throws KeyTaken, NotBookable */
export function pay(db: Db, _scope: OperatorScope, actor: Actor, { tenant, contract, amount, key, note }: Payment): Promise<Booked> {
  return asOperator(db, async (trx) => {
    const found = await trx
      .selectFrom('contracts')
      .select('id')
      .where('tenant', '=', tenant)
      .where('number', '=', contract)
      .executeTakeFirst();
    if (found === undefined) throw new NotBookable(`company "${tenant}" has no contract "${contract}"`);
    const amounts = { client: BigInt(amount), money: -BigInt(amount) };
    const [booked] = await post(trx, [
      { tenant, contract: found.id, kind: 'payment', service: '', key: `payment:${key}`, amounts, note, author: actor.who },
    ]);
    const { id, isNew } = booked as Booked;
    if (isNew) await noteAct(trx, tenant, { actor, act: 'finance.payment', subject: contract, after: { entry: id, amount, key, note } });
    return { id, isNew };
  });
}

/**
 * Takes a payment back, by an entry of the same amounts the other way. What calls cost is not taken back so: it follows from the calls.
 * Asked for again it gives what was booked then. @throws NotBookable where there is no such payment
 */
export function reversePayment(
  db: Db,
  _scope: OperatorScope,
  actor: Actor,
  { tenant, entry, note }: { tenant: string; entry: string; note: string },
): Promise<Booked> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ contract: string; number: string; amounts: Partial<Record<AccountKind, string>> }>`
      SELECT e.contract, c.number, jsonb_object_agg(a.kind, l.amount::text) AS amounts
      FROM entries e JOIN contracts c ON c.id = e.contract JOIN entry_lines l ON l.entry = e.id JOIN accounts a ON a.id = l.account
      WHERE e.tenant = ${tenant} AND e.id = ${entry}::bigint AND e.kind = 'payment' GROUP BY e.id, c.number`.execute(trx);
    const [row] = rows;
    if (row === undefined) throw new NotBookable(`company "${tenant}" has no payment ${entry}`);
    const amounts = Object.fromEntries(Object.entries(row.amounts).map(([kind, amount]) => [kind, -BigInt(amount)]));
    const common = { tenant, contract: row.contract, service: '' as const, note, author: actor.who };
    const [booked] = await post(trx, [{ ...common, kind: 'reversal', key: `reversal:${entry}`, reverses: entry, amounts }]);
    const { id, isNew } = booked as Booked;
    if (isNew)
      await noteAct(trx, tenant, { actor, act: 'finance.reversal', subject: row.number, before: { entry }, after: { entry: id, note } });
    return { id, isNew };
  });
}

/** A payment, or that one was taken back. */
export interface BookedPayment {
  id: string;
  kind: 'payment' | 'reversal';
  /** kopecks; below 0: taken back */
  amount: bigint;
  /** ms since the epoch */
  bookedAt: number;
  note: string;
  /** it was taken back later */
  reversed: boolean;
}

/** Payments of a contract and their reversals, the newest first. @param contract its id */
export function paymentsOf(db: Db, { tenant }: TenantScope, contract: string, limit: number): Promise<BookedPayment[]> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<Omit<BookedPayment, 'amount' | 'bookedAt'> & { amount: string; booked_at: Date }>`
      SELECT e.id, e.kind, l.amount::text AS amount, e.booked_at, e.note, EXISTS (SELECT FROM entries r WHERE r.reverses = e.id) AS reversed
      FROM entries e JOIN accounts a ON a.contract = e.contract AND a.kind = 'client' JOIN entry_lines l ON l.entry = e.id AND l.account = a.id
      WHERE e.tenant = ${tenant} AND e.contract = ${contract}::bigint AND e.kind IN ('payment', 'reversal')
      ORDER BY e.id DESC LIMIT ${limit}`.execute(trx);
    return rows.map(({ amount, booked_at, ...rest }) => ({ ...rest, amount: BigInt(amount), bookedAt: booked_at.getTime() }));
  });
}
