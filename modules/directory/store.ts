import type { DirectoryBody, DirectoryHead, Tenant, tenantSchema } from '@callscope/core/domain/directory.ts';
import type { CompanySettings } from '@callscope/core/domain/settings.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { PostgresSchema } from '../schema.ts';
import { announce } from './announce.ts';
import { settingsVersions, storeSettings } from './settings.ts';

export class DomainTaken extends Error {}

/**
 * Creates or replaces a company; settings that the form leaves out stay as they are.
 * @param recompute see storeSettings
 * @returns its version, its settings, and whether it is new. @throws DomainTaken
 */
export function putTenant(
  db: Kysely<PostgresSchema>,
  _operator: OperatorScope,
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
    const before = await trx.selectFrom('tenants').select('version').where('id', '=', id).forUpdate().executeTakeFirst();
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
    const settings = await storeSettings(trx, id, form.timezone, form, recompute);
    await announce(trx, id, version);
    return { version, settings, created: before === undefined };
  });
}

/**
 * Replaces the whole directory from a moment on. The first version is valid from the beginning of time; one with the same
 * `validFrom` as an earlier version replaces that version; one that says what is in force by then anyway changes nothing.
 * @param validFrom null: now, or the beginning of time for the first
 * @returns the company's version by then; null when there is no such company
 */
export function putDirectory(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  body: DirectoryBody,
  validFrom: Date | null,
): Promise<number | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const tenant = await trx.selectFrom('tenants').select('version').where('id', '=', scope.tenant).forUpdate().executeTakeFirst();
    if (!tenant) return null;
    const text = JSON.stringify(body);
    const versions = trx.selectFrom('directory_versions').where('tenant', '=', scope.tenant);
    const first = await versions.select('valid_from').limit(1).executeTakeFirst();
    const from = first ? (validFrom ?? new Date()) : new Date(0);
    const inForce = await versions
      .select(sql<boolean>`body = ${text}::jsonb`.as('same'))
      .where('valid_from', '<=', from)
      .orderBy('valid_from', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (inForce?.same) return Number(tenant.version);
    const version = Number(tenant.version) + 1;
    await trx
      .insertInto('directory_versions')
      .values({ tenant: scope.tenant, valid_from: from, version, body: text })
      .onConflict((c) => c.columns(['tenant', 'valid_from']).doUpdateSet({ version, body: text }))
      .execute();
    await trx.updateTable('tenants').set({ version, updated_at: new Date() }).where('id', '=', scope.tenant).execute();
    await announce(trx, scope.tenant, version);
    return version;
  });
}

export function getTenant(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<Tenant | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await trx.selectFrom('tenants').selectAll().where('id', '=', scope.tenant).executeTakeFirst();
    return row ? tenantOf(row) : null;
  });
}

export function listTenants(db: Kysely<PostgresSchema>, _operator: OperatorScope): Promise<Tenant[]> {
  return asOperator(db, async (trx) => (await trx.selectFrom('tenants').selectAll().orderBy('id').execute()).map(tenantOf));
}

/** The version valid at a moment; null when there is none. */
export function getDirectory(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  at: Date,
): Promise<{ body: DirectoryBody; validFrom: Date } | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await trx
      .selectFrom('directory_versions')
      .select(['body', 'valid_from'])
      .where('tenant', '=', scope.tenant)
      .where('valid_from', '<=', at)
      .orderBy('valid_from', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? { body: row.body, validFrom: row.valid_from } : null;
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
    return {
      version: Number(row.version),
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
