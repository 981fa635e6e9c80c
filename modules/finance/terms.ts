import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { contractsIn } from './contracts.ts';
import type { ContractTerms } from './rules-contracts.ts';
import { type CompiledTariff, compileTariff } from './rules-rating.ts';
import { tariffsOf } from './tariffs.ts';

type Trx = Transaction<PostgresSchema>;

/** By what a company's calls are charged. */
export interface CompanyTerms {
  contracts: readonly ContractTerms[];
  /** ms on its wall clock, of an instant in ms */
  wall: (at: number) => number;
}

/** Directories are read so seldom: a number that is new to the operator is on-net at most so late. */
const OWN_NUMBERS_MS = 60_000;

/** What calls are charged by, as it stands in each transaction; what does not change is remembered: versions of tariffs, clocks. */
export class Terms {
  private readonly tariffs = new Map<string, CompiledTariff>();
  private readonly walls = new Map<string, (at: number) => number>();
  private own: { at: number; numbers: ReadonlySet<string> } | undefined;

  /** Terms of those of the companies that have a contract. */
  async companies(trx: Trx, tenants: readonly string[]): Promise<Map<string, CompanyTerms>> {
    const contracts = Map.groupBy(await contractsIn(trx, tenants), (c) => c.tenant);
    const { rows } = await sql<{ id: string; timezone: string }>`
      SELECT id, timezone FROM tenants WHERE id = ANY(${[...contracts.keys()]})`.execute(trx);
    return new Map(rows.map(({ id, timezone }) => [id, { contracts: contracts.get(id) ?? [], wall: this.wallOf(timezone) }]));
  }

  /** Tariffs by id, ready to look prefixes up in. */
  async compiled(trx: Trx, ids: readonly string[]): Promise<Map<string, CompiledTariff>> {
    const { rows } = await sql<{ id: string; version: number }>`SELECT id, version FROM tariffs WHERE id = ANY(${ids})`.execute(trx);
    const changed = rows.filter(({ id, version }) => this.tariffs.get(id)?.version !== version).map(({ id }) => id);
    if (changed.length > 0) for (const tariff of await tariffsOf(trx, changed)) this.tariffs.set(tariff.id, compileTariff(tariff));
    return new Map(ids.flatMap((id) => (this.tariffs.has(id) ? [[id, this.tariffs.get(id) as CompiledTariff]] : [])));
  }

  /** Outside numbers of all companies: calls to them are on-net. @param now ms */
  async onNet(trx: Trx, now: number): Promise<ReadonlySet<string>> {
    if (this.own !== undefined && now - this.own.at < OWN_NUMBERS_MS) return this.own.numbers;
    const { rows } = await sql<{ country: string; numbers: DirectoryBody['numbers'] | null }>`
      SELECT t.country, (SELECT d.body -> 'numbers' FROM directory_versions d WHERE d.tenant = t.id AND d.valid_from <= ${new Date(now)}
        ORDER BY d.valid_from DESC LIMIT 1) AS numbers FROM tenants t`.execute(trx);
    const numbers = new Set(rows.flatMap((r) => (r.numbers ?? []).map(({ number }) => normalizePhone(number, r.country))));
    this.own = { at: now, numbers };
    return numbers;
  }

  private wallOf(zone: string): (at: number) => number {
    const known = this.walls.get(zone) ?? wallClockOf(zone);
    this.walls.set(zone, known);
    return known;
  }
}
