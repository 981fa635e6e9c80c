import { createHash } from 'node:crypto';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { noteCosts } from './costs.ts';
import { lockAccounts, post } from './ledger.ts';
import { type ChargedBefore, chargeOf, type Moved, type Place, type Unrated } from './rules-charge.ts';
import { contractFor, tariffOn } from './rules-contracts.ts';
import { momentOf, type RatableCall, type Service, serviceOf } from './rules-rating.ts';
import type { CompanyTerms, Terms } from './terms.ts';

type Trx = Transaction<PostgresSchema>;

/** A call that may cost otherwise than it was charged; `call` null: the company has no such call any more. */
export interface Candidate {
  tenant: string;
  id: string;
  call: RatableCall | null;
}
export interface Rated {
  /** calls that were charged anew or otherwise */
  rated: number;
  unrated: number;
  /** entries that were booked */
  entries: number;
}

/** What PostgreSQL takes as a key: a Call-ID is whatever a packet said. */
export const keyOf = (callId: string): string => callId.slice(0, 600).replaceAll('\0', '\ufffd');

/**
 * Charges calls as they stand: what they cost more or less than before is booked, an entry a contract, service and direction of the
 * difference, in one transaction with what says so of each call. Calls that were charged as they stand move nothing, so that any batch
 * may come again, in part, late, and beside others: accounts of the companies are locked first.
 * @param candidates those of companies without a contract are left out
 */
export function rateCalls(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  terms: Terms,
  candidates: readonly Candidate[],
  now: number,
): Promise<Rated> {
  return asOperator(db, async (trx) => {
    const companies = await terms.companies(trx, [...new Set(candidates.map((c) => c.tenant))]);
    // two ids that are cut to the same are one here
    const listed = [...new Map(candidates.map((c) => [`${c.tenant} ${keyOf(c.id)}`, c])).values()].filter((c) => companies.has(c.tenant));
    if (listed.length === 0) return { rated: 0, unrated: 0, entries: 0 };
    const contracts = [...companies.values()].flatMap((c) => c.contracts);
    await lockAccounts(
      trx,
      contracts.map((c) => c.id),
    );
    const before = await chargedBefore(trx, listed);
    const tariffs = await terms.compiled(trx, [...new Set(contracts.flatMap((c) => c.tariffs.map((t) => t.tariff)))]);
    const onNet = await terms.onNet(trx, now);
    const use = await PackageUse.read(
      trx,
      contracts.map((c) => c.id),
    );
    const moved: Moved[] = [];
    const unrated: Unrated[] = [];
    const settled: Candidate[] = [];
    for (const { tenant, id, call } of listed) {
      const { contracts: own, wall } = companies.get(tenant) as CompanyTerms;
      const last = before.get(`${tenant} ${keyOf(id)}`) ?? null;
      const service = call === null ? null : serviceOf(call);
      const place = call === null || service === null ? null : placeOf(call, service);
      const charged = chargeOf({ tenant, id: keyOf(id), call, place, last, use, isOnNet: (number) => onNet.has(number) });
      if (charged === null) continue;
      if ('unrated' in charged) unrated.push(charged.unrated);
      else {
        moved.push(...charged.moved);
        settled.push({ tenant, id, call });
      }

      function placeOf(of: RatableCall, charging: Service): Place | null {
        const at = momentOf(wall(Math.floor((of.answeredAt || of.startedAt) / 1_000)));
        const contract = contractFor(of, own, at.day) ?? own.find((c) => c.id === last?.contract) ?? null;
        if (contract === null) return null;
        const tariff = tariffOn(contract, at.day);
        // before its first tariff a contract charged nothing here
        if (tariff === null && last === null && contract.tariffs.length > 0) return null;
        return { service: charging, contract: contract.id, at, tariff: tariff === null ? null : (tariffs.get(tariff) ?? null) };
      }
    }
    const entries = await book(trx, moved);
    await use.save(trx);
    await noteUnrated(trx, unrated, settled);
    return { rated: settled.length, unrated: unrated.length, entries };
  });
}

/** What calls were charged last, by "tenant id". */
async function chargedBefore(trx: Trx, candidates: readonly Candidate[]): Promise<Map<string, ChargedBefore>> {
  const { rows } = await sql<
    Omit<ChargedBefore, 'amount' | 'vat' | 'startedAt'> & { key: string; amount: string; vat: string; startedUs: string }
  >`
    SELECT w.tenant || ' ' || w.id AS key, r.* FROM unnest(${candidates.map((c) => c.tenant)}::text[], ${candidates.map((c) => keyOf(c.id))}::text[]) AS w (tenant, id)
    CROSS JOIN LATERAL (SELECT revision, contract, service, outcome, amount::text AS amount, vat::text AS vat,
        (extract(epoch FROM started_at) * 1000000)::bigint::text AS "startedUs", package,
        package_month AS "packageMonth", package_seconds AS "packageSeconds"
      FROM rated_calls r WHERE r.tenant = w.tenant AND r.call_id = w.id AND r.part = 0 ORDER BY r.revision DESC LIMIT 1) r`.execute(trx);
  return new Map(
    rows.map(({ key, amount, vat, startedUs, ...r }) => [
      key,
      { ...r, amount: BigInt(amount), vat: BigInt(vat), startedAt: Number(startedUs) },
    ]),
  );
}

/** Books what moved and says of each call what it was. @returns how many entries */
async function book(trx: Trx, moved: readonly Moved[]): Promise<number> {
  // what is charged and what is given back are entries of their own: together they could be an entry of nothing
  const groups = Map.groupBy(
    moved.filter((m) => m.amountMoved !== 0n || m.vatMoved !== 0n),
    (m) => `${m.tenant} ${m.contract} ${m.service} ${(m.amountMoved || m.vatMoved) > 0n ? '+' : '-'}`,
  );
  const postings = [...groups.values()].map((group) => {
    const [{ tenant, contract, service }] = group as [Moved];
    const sum = (of: (m: Moved) => bigint) => group.reduce((all, m) => all + of(m), 0n);
    const [amount, vat] = [sum((m) => m.amountMoved), sum((m) => m.vatMoved)];
    const calls = group.map((m) => JSON.stringify([m.callId, m.revision, m.part])).sort();
    const key = `calls:${contract}:${service}:${createHash('sha256').update(calls.join()).digest('hex')}`;
    return { tenant, contract, service, key, kind: 'calls' as const, amounts: { client: -amount, revenue: amount - vat, vat } };
  });
  const booked = await post(trx, postings);
  const entryOf = new Map<Moved, string>();
  [...groups.values()].forEach((group, i) => {
    for (const m of group) entryOf.set(m, booked[i]?.id as string);
  });
  const column = <T>(of: (m: Moved) => T) => moved.map(of);
  if (moved.length > 0)
    await sql`INSERT INTO rated_calls (tenant, call_id, revision, part, contract, service, outcome, why, tariff_line, started_at, talk_seconds,
        billed_seconds, package, package_month, package_seconds, amount, vat, amount_moved, vat_moved, entry)
      SELECT * FROM unnest(${column((m) => m.tenant)}::text[], ${column((m) => m.callId)}::text[], ${column((m) => m.revision)}::int[],
        ${column((m) => m.part)}::smallint[], ${column((m) => m.contract)}::bigint[], ${column((m) => m.service)}::text[],
        ${column((m) => m.outcome)}::text[], ${column((m) => m.why)}::text[], ${column((m) => m.line)}::bigint[],
        ${column((m) => instant(m.startedAt))}::timestamptz[], ${column((m) => m.talkSeconds)}::int[],
        ${column((m) => m.billedSeconds)}::int[], ${column((m) => m.package)}::text[], ${column((m) => m.packageMonth)}::text[],
        ${column((m) => m.packageSeconds)}::int[], ${column((m) => String(m.amount))}::bigint[], ${column((m) => String(m.vat))}::bigint[],
        ${column((m) => String(m.amountMoved))}::bigint[], ${column((m) => String(m.vatMoved))}::bigint[],
        ${column((m) => entryOf.get(m) ?? null)}::bigint[])`.execute(trx);
  // what a call was taken back from has no cost of its own
  await noteCosts(
    trx,
    moved.filter((m) => m.part === 0),
  );
  return booked.length;
}

/** To the microsecond, as the store of calls has it: what a call cost is found there by when it began. */
const instant = (us: number) => `${new Date(Math.floor(us / 1_000)).toISOString().slice(0, -1)}${String(us % 1_000).padStart(3, '0')}Z`;

/** What packages have given in their months, while a batch takes more of them. */
export class PackageUse {
  private readonly seconds: Map<string, number>;
  private readonly changed = new Set<string>();
  constructor(seconds: Map<string, number>) {
    this.seconds = seconds;
  }
  static async read(trx: Trx, contracts: readonly string[]): Promise<PackageUse> {
    const rows = await trx
      .selectFrom('package_use')
      .selectAll()
      .where('contract', 'in', [...contracts, '0'])
      .execute();
    return new PackageUse(new Map(rows.map((r) => [JSON.stringify([r.tenant, r.contract, r.package, r.month]), Number(r.seconds)])));
  }
  of(tenant: string, contract: string, name: string, month: string): number {
    return this.seconds.get(JSON.stringify([tenant, contract, name, month])) ?? 0;
  }
  add(tenant: string, contract: string, name: string, month: string, seconds: number): void {
    if (seconds === 0) return;
    const key = JSON.stringify([tenant, contract, name, month]);
    this.seconds.set(key, (this.seconds.get(key) ?? 0) + seconds);
    this.changed.add(key);
  }
  async save(trx: Trx): Promise<void> {
    if (this.changed.size === 0) return;
    const rows = [...this.changed].map((key) => {
      const [tenant, contract, name, month] = JSON.parse(key) as [string, string, string, string];
      return { tenant, contract, package: name, month, seconds: String(this.seconds.get(key) ?? 0) };
    });
    await trx
      .insertInto('package_use')
      .values(rows)
      .onConflict((c) => c.columns(['contract', 'package', 'month']).doUpdateSet((e) => ({ seconds: e.ref('excluded.seconds') })))
      .execute();
  }
}

/** Calls that nothing says the price of are named; those that are charged now are named no more. */
async function noteUnrated(trx: Trx, unrated: readonly Unrated[], settled: readonly Candidate[]): Promise<void> {
  if (unrated.length > 0)
    await trx
      .insertInto('unrated_calls')
      .values(
        unrated.map((u) => ({
          ...{ tenant: u.tenant, call_id: u.callId, why: u.why, number: keyOf(u.number) },
          started_at: new Date(Math.floor(u.startedAt / 1_000)),
        })),
      )
      .onConflict((c) =>
        c.columns(['tenant', 'call_id']).doUpdateSet((e) => ({ why: e.ref('excluded.why'), number: e.ref('excluded.number') })),
      )
      .execute();
  if (settled.length > 0)
    await sql`DELETE FROM unrated_calls WHERE (tenant, call_id) IN
      (SELECT * FROM unnest(${settled.map((c) => c.tenant)}::text[], ${settled.map((c) => keyOf(c.id))}::text[]))`.execute(trx);
}
