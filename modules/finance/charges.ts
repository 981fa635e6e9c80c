import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { microsOf, priceText } from './money.ts';
import type { FreeReason, Service } from './rules-rating.ts';

type Db = Kysely<PostgresSchema>;

/** What a service cost on a day. */
export interface DayCharge {
  /** yyyy-mm-dd, by the company's clock: when calls began */
  day: string;
  contract: string;
  service: Service;
  /** calls that cost something, or were free by the tariff */
  calls: number;
  billedSeconds: number;
  /** kopecks, with VAT; and what of it is VAT */
  amount: bigint;
  vat: bigint;
}

/** What calls that began in [from, to) cost as they stand now, by day, contract and service. @param from, to ms */
export function chargesOf(
  db: Db,
  { tenant }: TenantScope,
  { from, to, zone }: { from: number; to: number; zone: string },
): Promise<DayCharge[]> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<{
      day: string;
      number: string;
      service: Service;
      calls: string;
      seconds: string;
      amount: string;
      vat: string;
    }>`
      SELECT to_char(last.started_at AT TIME ZONE ${zone}, 'YYYY-MM-DD') AS day, c.number, last.service, count(*) AS calls,
        sum(last.billed_seconds) AS seconds, sum(last.amount)::text AS amount, sum(last.vat)::text AS vat
      FROM rated_calls last JOIN contracts c ON c.id = last.contract
      WHERE last.tenant = ${tenant} AND last.started_at >= ${new Date(from)} AND last.started_at < ${new Date(to)} AND last.part = 0
        AND last.outcome <> 'gone' AND NOT EXISTS (SELECT FROM rated_calls n
          WHERE n.tenant = last.tenant AND n.call_id = last.call_id AND n.part = 0 AND n.revision > last.revision)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(trx);
    return rows.map((r) => ({
      ...{ day: r.day, contract: r.number, service: r.service, calls: Number(r.calls), billedSeconds: Number(r.seconds) },
      ...{ amount: BigInt(r.amount), vat: BigInt(r.vat) },
    }));
  });
}

/** What one revision of a call cost, and by what that was decided. */
export interface CallCharge {
  revision: number;
  contract: string;
  service: Service;
  outcome: 'charged' | 'free' | 'gone';
  why: FreeReason | null;
  talkSeconds: number;
  billedSeconds: number;
  /** of the billed ones, taken from a package */
  packageSeconds: number;
  package: string | null;
  amount: bigint;
  vat: bigint;
  /** by how much it changed the balance's debit: the amount less what had been charged before */
  moved: bigint;
  entry: string | null;
  /** ms */
  ratedAt: number;
  line: {
    tariff: string;
    version: number;
    prefix: string;
    name: string;
    /** roubles a minute and a call */
    price: string;
    connection: string;
    minSeconds: number;
    stepSeconds: number;
    freeSeconds: number;
    /** the price and the connection have VAT in them */
    vatIncluded: boolean;
  } | null;
}

/** Everything that a call was charged, the newest revision first; none: it was not. @param id as it is kept: `keyOf` */
export function chargesOfCall(db: Db, { tenant }: TenantScope, id: string): Promise<CallCharge[]> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<{
      revision: number;
      number: string;
      service: Service;
      outcome: CallCharge['outcome'];
      why: FreeReason | '';
      talk_seconds: number;
      billed_seconds: number;
      package_seconds: number;
      package: string;
      amount: string;
      vat: string;
      moved: string;
      entry: string | null;
      rated_at: Date;
      tariff: string | null;
      version: number;
      prefix: string;
      name: string;
      price: string;
      connection: string;
      min_seconds: number;
      step_seconds: number;
      free_seconds: number;
      vat_included: boolean;
    }>`SELECT r.revision, c.number, r.service, r.outcome, r.why, r.talk_seconds, r.billed_seconds, r.package_seconds, r.package, r.amount::text,
        r.vat::text, r.amount_moved::text AS moved, r.entry, r.rated_at, l.tariff, l.version, l.prefix, l.name, l.price::text, l.connection::text,
        l.min_seconds, l.step_seconds, l.free_seconds, v.vat_included
      FROM rated_calls r JOIN contracts c ON c.id = r.contract LEFT JOIN tariff_lines l ON l.id = r.tariff_line
        LEFT JOIN tariff_versions v ON v.tariff = l.tariff AND v.version = l.version
      WHERE r.tenant = ${tenant} AND r.call_id = ${id} ORDER BY r.revision DESC, r.part`.execute(trx);
    return rows.map((r) => ({
      ...{ revision: r.revision, contract: r.number, service: r.service, outcome: r.outcome, why: r.why === '' ? null : r.why },
      ...{ talkSeconds: r.talk_seconds, billedSeconds: r.billed_seconds, packageSeconds: r.package_seconds },
      ...{ package: r.package === '' ? null : r.package, amount: BigInt(r.amount), vat: BigInt(r.vat), moved: BigInt(r.moved) },
      ...{ entry: r.entry, ratedAt: r.rated_at.getTime() },
      line:
        r.tariff === null
          ? null
          : {
              ...{ tariff: r.tariff, version: r.version, prefix: r.prefix, name: r.name },
              ...{ price: plain(r.price), connection: plain(r.connection) },
              ...{ minSeconds: r.min_seconds, stepSeconds: r.step_seconds, freeSeconds: r.free_seconds, vatIncluded: r.vat_included },
            },
    }));
  });
}

const plain = (numeric: string) => priceText(microsOf(numeric) ?? 0n);
