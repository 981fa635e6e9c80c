import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { LineForm, TariffForm } from './forms.ts';
import { microsOf, priceText } from './money.ts';
import type { PriceLine, Tariff } from './rules-rating.ts';

type Db = Kysely<PostgresSchema>;
type Trx = Transaction<PostgresSchema>;

/** A tariff in the operator's list. */
export interface TariffHead {
  id: string;
  name: string;
  version: number;
  lines: number;
  /** ms since the epoch */
  updatedAt: number;
}

export function listTariffs(db: Db, _scope: OperatorScope): Promise<TariffHead[]> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ id: string; name: string; version: number; lines: string; updated_at: Date }>`
      SELECT t.id, t.name, t.version, t.updated_at, (SELECT count(*) FROM tariff_lines l WHERE l.tariff = t.id AND l.version = t.version) AS lines
      FROM tariffs t ORDER BY t.name, t.id`.execute(trx);
    return rows.map((r) => ({ id: r.id, name: r.name, version: r.version, lines: Number(r.lines), updatedAt: r.updated_at.getTime() }));
  });
}

/** A tariff as it is now, as it was put; null: there is none. */
export function tariffOf(db: Db, _scope: OperatorScope, id: string): Promise<(TariffForm & { version: number }) | null> {
  return asOperator(db, async (trx) => {
    const head = await trx.selectFrom('tariffs').select(['name', 'version']).where('id', '=', id).executeTakeFirst();
    if (head === undefined) return null;
    const [tariff] = await tariffsOf(trx, [id]);
    return tariff === undefined ? null : { version: head.version, ...formOf(head.name, tariff) };
  });
}

/** Tariffs as calls are charged by them now. */
export async function tariffsOf(trx: Trx, ids: readonly string[]): Promise<Tariff[]> {
  const { rows: heads } = await sql<{
    id: string;
    version: number;
    vat: number;
    vat_included: boolean;
    on_net_free: boolean;
    packages: [];
  }>`
    SELECT t.id, t.version, v.vat, v.vat_included, v.on_net_free, v.packages
    FROM tariffs t JOIN tariff_versions v ON v.tariff = t.id AND v.version = t.version WHERE t.id = ANY(${ids})`.execute(trx);
  const { rows: lines } = await sql<LineRow>`
    SELECT l.id, l.tariff, l.direction, l.prefix, l.name, l.price::text AS price, l.connection::text AS connection, l.min_seconds, l.step_seconds,
      l.free_seconds, l.weekdays, l.from_minute, l.to_minute, to_char(l.valid_from, 'YYYY-MM-DD') AS valid_from,
      to_char(l.valid_until, 'YYYY-MM-DD') AS valid_until, l.package
    FROM tariffs t JOIN tariff_lines l ON l.tariff = t.id AND l.version = t.version WHERE t.id = ANY(${ids}) ORDER BY l.tariff, l.place`.execute(
    trx,
  );
  const linesOf = Map.groupBy(lines, (l) => l.tariff);
  return heads.map((h) => ({
    ...{ id: h.id, version: h.version, vat: h.vat, vatIncluded: h.vat_included, onNetFree: h.on_net_free, packages: h.packages },
    lines: (linesOf.get(h.id) ?? []).map(lineIn),
  }));
}

interface LineRow {
  id: string;
  tariff: string;
  direction: 'out' | 'in';
  prefix: string;
  name: string;
  price: string;
  connection: string;
  min_seconds: number;
  step_seconds: number;
  free_seconds: number;
  weekdays: number[];
  from_minute: number;
  to_minute: number;
  valid_from: string | null;
  valid_until: string | null;
  package: string;
}

function lineIn(r: LineRow): PriceLine {
  return {
    ...{ id: r.id, direction: r.direction, prefix: r.prefix, name: r.name, package: r.package, weekdays: r.weekdays },
    ...{ price: microsIn(r.price), connection: microsIn(r.connection) },
    ...{ minSeconds: r.min_seconds, stepSeconds: r.step_seconds, freeSeconds: r.free_seconds },
    ...{ fromMinute: r.from_minute, toMinute: r.to_minute, validFrom: r.valid_from, validUntil: r.valid_until },
  };
}

function microsIn(text: string): bigint {
  const micros = microsOf(text);
  if (micros === null) throw new Error(`"${text}" is no price`);
  return micros;
}

/**
 * Makes a tariff, or a new version of it: calls that are charged from now on go by it, what was charged stays. The same again is no
 * version of its own. @returns the version in force
 */
export function putTariff(db: Db, _scope: OperatorScope, actor: Actor, id: string, form: TariffForm): Promise<number> {
  return asOperator(db, async (trx) => {
    await sql`INSERT INTO tariffs (id, name, version) VALUES (${id}, ${form.name}, 0) ON CONFLICT (id) DO NOTHING`.execute(trx);
    const { version: last } = await trx.selectFrom('tariffs').select('version').where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
    const [before] = last === 0 ? [] : await tariffsOf(trx, [id]);
    const isSame =
      before !== undefined && JSON.stringify(formOf(form.name, before)) === JSON.stringify(formOf(form.name, ofForm(id, form)));
    const version = isSame ? last : last + 1;
    await trx.updateTable('tariffs').set({ name: form.name, version, updated_at: new Date() }).where('id', '=', id).execute();
    if (isSame) return version;
    await trx
      .insertInto('tariff_versions')
      .values({
        ...{ tariff: id, version, vat: Math.round(form.vatPercent * 100), vat_included: form.vatIncluded, on_net_free: form.onNetFree },
        packages: JSON.stringify(form.packages),
      })
      .execute();
    for (let i = 0; i < form.lines.length; i += LINES_AT_ONCE)
      await trx
        .insertInto('tariff_lines')
        .values(form.lines.slice(i, i + LINES_AT_ONCE).map((line, n) => rowOf(id, version, i + n, line)))
        .execute();
    // whoever waited for a price is looked for again
    await sql`UPDATE contracts c SET look_from = least(c.look_from, u.since)
      FROM (SELECT tenant, min(started_at) AS since FROM unrated_calls GROUP BY tenant) u
      WHERE u.tenant = c.tenant AND c.id IN (SELECT contract FROM contract_tariffs WHERE tariff = ${id})`.execute(trx);
    await noteAct(trx, null, { actor, act: 'finance.tariff', subject: id, before: { version: last }, after: { version, name: form.name } });
    return version;
  });
}
/** PostgreSQL takes 65,535 values in a statement. */
const LINES_AT_ONCE = 2_000;

const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const clockOf = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function rowOf(tariff: string, version: number, place: number, line: LineForm) {
  return {
    ...{ tariff, version, place, direction: line.direction, prefix: line.prefix, name: line.name },
    ...{ price: line.price, connection: line.connection, package: line.package ?? '' },
    ...{ min_seconds: line.minSeconds, step_seconds: line.stepSeconds, free_seconds: line.freeSeconds },
    ...{ weekdays: line.weekdays, from_minute: minuteOf(line.from), to_minute: minuteOf(line.to) },
    ...{ valid_from: line.validFrom, valid_until: line.validUntil },
  };
}

/** As it would be read again. */
function ofForm(id: string, form: TariffForm): Tariff {
  return {
    ...{ id, version: 0, vat: Math.round(form.vatPercent * 100), vatIncluded: form.vatIncluded, onNetFree: form.onNetFree },
    packages: form.packages,
    lines: form.lines.map((line, i) => lineIn({ ...rowOf(id, 0, i, line), id: '' })),
  };
}

function formOf(name: string, tariff: Tariff): TariffForm {
  return {
    ...{ name, vatPercent: tariff.vat / 100, vatIncluded: tariff.vatIncluded, onNetFree: tariff.onNetFree },
    packages: tariff.packages.map(({ name: of, minutes }) => ({ name: of, minutes })),
    lines: tariff.lines.map((l) => ({
      ...{ direction: l.direction, prefix: l.prefix, name: l.name, price: priceText(l.price), connection: priceText(l.connection) },
      ...{ minSeconds: l.minSeconds, stepSeconds: l.stepSeconds, freeSeconds: l.freeSeconds, weekdays: [...l.weekdays] },
      ...{ from: clockOf(l.fromMinute), to: clockOf(l.toMinute), validFrom: l.validFrom, validUntil: l.validUntil },
      package: l.package === '' ? null : l.package,
    })),
  };
}
