import { isDeepStrictEqual } from 'node:util';
import type { DirectoryBody, DirectoryHead, Tenant, tenantSchema } from '@callscope/core/domain/directory.ts';
import { type CompanySettings, type FigureRules, rulesOf } from '@callscope/core/domain/settings.ts';
import type { TargetCall } from '@callscope/core/domain/target-call.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import { targetCallIn } from '../ads/rule.ts';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { announce } from './announce.ts';
import { settingsNow, settingsVersions, storeSettings } from './settings.ts';

export class DomainTaken extends Error {}

/**
 * Creates or replaces a company; settings that the form leaves out stay as they are.
 * @param recompute see storeSettings
 * @returns its version, its settings, and whether it is new. @throws DomainTaken
 */
export function putTenant(
  db: Kysely<PostgresSchema>,
  _operator: OperatorScope,
  actor: Actor,
  id: string,
  form: z.output<typeof tenantSchema>,
  recompute: Date | null = null,
): Promise<{ version: number; settings: CompanySettings; created: boolean }> {
  return asOperator(db, async (trx) => {
    const values = {
      name: form.name,
      domain: form.domain,
      timezone: form.timezone,
      locale: form.locale,
      notify_email: form.notifyEmail,
      country: form.country,
    };
    const before = await trx.selectFrom('tenants').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    const version = Number(before?.version ?? 0) + 1;
    try {
      if (before)
        await trx
          .updateTable('tenants')
          .set({ ...values, version, updated_at: new Date() })
          .where('id', '=', id)
          .execute();
      else
        await trx
          .insertInto('tenants')
          .values({ id, ...values, version })
          .execute();
    } catch (error) {
      if (isUnique(error)) throw new DomainTaken(`domain ${form.domain} belongs to another company`, { cause: error });
      throw error;
    }
    const was = before && { ...companyAs(before), ...(await settingsNow(trx, id)) };
    const settings = await storeSettings(trx, id, form.timezone, form, recompute);
    const act = before ? 'company.change' : 'company.add';
    const is = { ...companyAs(values), ...settings };
    if (!isDeepStrictEqual(was, is)) await noteAct(trx, id, { actor, act, subject: id, before: was, after: is });
    await announce(trx, id, version);
    return { version, settings, created: before === undefined };
  });
}

/** As the audit tells of it. */
const companyAs = ({
  name,
  domain,
  timezone,
  locale,
  notify_email,
  country,
}: Pick<Selectable<PostgresSchema['tenants']>, 'name' | 'domain' | 'timezone' | 'locale' | 'notify_email' | 'country'>) => ({
  ...{ name, domain, timezone, locale, notifyEmail: notify_email, country },
});

/** A company with the rules that its figures are counted by. */
export type RuledTenant = Tenant & {
  rules: FigureRules;
  /** what a target call is */
  target: TargetCall;
  /** by which calls that begin now are judged */
  shortAbandonSeconds: number;
  /** false: always open, no missed call is out of hours */
  hasHours: boolean;
};

export function getTenant(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<RuledTenant | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await trx.selectFrom('tenants').selectAll().where('id', '=', scope.tenant).executeTakeFirst();
    if (!row) return null;
    const settings = await settingsNow(trx, scope.tenant);
    return {
      ...tenantOf(row),
      rules: rulesOf(settings),
      target: await targetCallIn(trx, scope.tenant, settings.workingHours),
      shortAbandonSeconds: settings.shortAbandonSeconds,
      hasHours: settings.workingHours !== null,
    };
  });
}

export function listTenants(db: Kysely<PostgresSchema>, _operator: OperatorScope): Promise<Tenant[]> {
  return asOperator(db, async (trx) => (await trx.selectFrom('tenants').selectAll().orderBy('id').execute()).map(tenantOf));
}

/** What is valid at a moment; null when there is none. `version`: of the directory as a whole, for who wants to change it. */
export function getDirectory(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  at: Date,
): Promise<{ body: DirectoryBody; validFrom: Date; version: number } | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await trx
      .selectFrom('directory_versions')
      .select((eb) => [
        'body',
        'valid_from',
        eb
          .selectFrom('directory_versions')
          .select((e) => e.fn.max('version').as('last'))
          .where('tenant', '=', scope.tenant)
          .as('last'),
      ])
      .where('tenant', '=', scope.tenant)
      .where('valid_from', '<=', at)
      .orderBy('valid_from', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? { body: row.body, validFrom: row.valid_from, version: Number(row.last) } : null;
  });
}

/** Names by employee id, the newest version's word; ids that only older versions know keep their last name. */
export function employeeNames(db: Kysely<PostgresSchema>, tenant: string): Promise<Map<string, string>> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<{ id: string; name: string }>`
      select e ->> 'id' as id, e ->> 'name' as name
      from directory_versions, jsonb_array_elements(body -> 'employees') e
      where tenant = ${tenant} order by valid_from`.execute(trx);
    return new Map(rows.map((r) => [r.id, r.name]));
  });
}

/** Every company's version, for the outbox. */
export function companyVersions(db: Kysely<PostgresSchema>): Promise<{ id: string; version: number }[]> {
  return asOperator(db, async (trx) => {
    const rows = await trx.selectFrom('tenants').select(['id', 'version']).orderBy('id').execute();
    return rows.map((r) => ({ id: r.id, version: Number(r.version) }));
  });
}

/** A wish to resolve the past again is repeated on the bus for this long: ingest that was away longer resolves everything anew. */
const WISH_DAYS = 30;

/** A company as the bus should know it, for the outbox; null when there is none. */
export function headOf(db: Kysely<PostgresSchema>, id: string): Promise<DirectoryHead | null> {
  return asOperator(db, async (trx) => {
    const row = await trx.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const versions = await trx
      .selectFrom('directory_versions')
      .select(['valid_from', 'version'])
      .where('tenant', '=', id)
      .orderBy('valid_from')
      .execute();
    const wishes = await trx
      .selectFrom('directory_changes')
      .select((eb) => ['version', eb.ref('recompute_from').$notNull().as('from')])
      .where('tenant', '=', id)
      .where('recompute_from', 'is not', null)
      .where('at', '>', sql<Date>`now() - make_interval(days => ${WISH_DAYS})`)
      .orderBy('version')
      .execute();
    return {
      version: Number(row.version),
      recompute: wishes.map((w) => ({ version: Number(w.version), from: w.from.getTime() })),
      tenant: tenantOf(row),
      versions: versions.map((v) => ({ validFrom: v.valid_from.getTime(), version: Number(v.version) })),
      settings: await settingsVersions(trx, id),
    };
  });
}

/** One version's text, for the outbox; null when another has replaced it meanwhile. */
export function bodyOf(db: Kysely<PostgresSchema>, id: string, version: number): Promise<DirectoryBody | null> {
  return asOperator(db, async (trx) => {
    const found = trx.selectFrom('directory_versions').select('body').where('tenant', '=', id).where('version', '=', String(version));
    return (await found.executeTakeFirst())?.body ?? null;
  });
}

function tenantOf(row: {
  id: string;
  name: string;
  domain: string;
  timezone: string;
  locale: string;
  notify_email: string | null;
  country: string;
}): Tenant {
  return {
    id: row.id,
    name: row.name,
    domain: row.domain,
    timezone: row.timezone,
    locale: row.locale === 'en' ? 'en' : 'ru',
    notifyEmail: row.notify_email,
    country: row.country,
  };
}

function isUnique(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
}
