import { isDeepStrictEqual } from 'node:util';
import type { companySettingsSchema } from '@callscope/core/domain/directory.ts';
import {
  type CompanySettings,
  DEFAULT_SETTINGS,
  type SettingsForm,
  type SettingsVersion,
  withForm,
} from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { announce } from './announce.ts';

/** So many of the newest travel on the bus; of calls before them the oldest of these is in force. */
const MOST_VERSIONS = 100;

/** A company's settings as they are now. */
export function getSettings(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<CompanySettings> {
  return asTenant(db, scope.tenant, (trx) => settingsNow(trx, scope.tenant));
}

/** The same within a transaction. */
export async function settingsNow(trx: Transaction<PostgresSchema>, tenant: string): Promise<CompanySettings> {
  return (await newest(trx, tenant))?.body ?? DEFAULT_SETTINGS;
}

/**
 * Changes what a company's own admins may change.
 * @param recompute calls that began from this moment on are judged anew; null: only calls that begin from now on
 * @returns the company's version by then; null when there is no such company
 */
export function changeSettings(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  actor: Actor,
  { timezone, country, ...form }: z.output<typeof companySettingsSchema>,
  recompute: Date | null,
): Promise<number | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const tenant = await trx
      .selectFrom('tenants')
      .select(['version', 'timezone', 'country'])
      .where('id', '=', scope.tenant)
      .forUpdate()
      .executeTakeFirst();
    if (!tenant) return null;
    const version = Number(tenant.version) + 1;
    const changed = { timezone, country, version, updated_at: new Date() };
    await trx.updateTable('tenants').set(changed).where('id', '=', scope.tenant).execute();
    const before = { timezone: tenant.timezone, country: tenant.country, ...(await settingsNow(trx, scope.tenant)) };
    const after = { timezone, country, ...(await storeSettings(trx, scope.tenant, timezone, form, recompute)) };
    const since = recompute && { since: recompute };
    if (since || !isDeepStrictEqual(before, after))
      await noteAct(trx, scope.tenant, { actor, act: 'company.settings', subject: '', before, after: { ...after, ...since } });
    await announce(trx, scope.tenant, version);
    return version;
  });
}

/**
 * Puts a form in force within a transaction that holds the company's row. The first settings of a company have always been
 * in force; later ones are from now on, or from `recompute` on: then what was decided since is replaced.
 * @returns the settings by then
 */
export async function storeSettings(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  timezone: string,
  form: SettingsForm,
  recompute: Date | null,
): Promise<CompanySettings> {
  const before = await newest(trx, tenant);
  const settings = withForm(before?.body ?? DEFAULT_SETTINGS, form);
  const isSame = before?.timezone === timezone && isDeepStrictEqual(before.body, settings);
  if (isSame && recompute === null) return settings;
  if (before && recompute)
    await trx.deleteFrom('company_settings').where('tenant', '=', tenant).where('valid_from', '>=', recompute).execute();
  const valid_from = before ? (recompute ?? new Date()) : new Date(0);
  const body = JSON.stringify(settings);
  await trx
    .insertInto('company_settings')
    .values({ tenant, valid_from, timezone, body })
    .onConflict((c) => c.columns(['tenant', 'valid_from']).doUpdateSet({ timezone, body }))
    .execute();
  return settings;
}

/** The same for who only reads. */
export function readSettingsVersions(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<SettingsVersion[]> {
  return asTenant(db, tenant, (trx) => settingsVersions(trx, tenant));
}

/** All that calls may still need, oldest first. What a body of before does not say is the default. */
export async function settingsVersions(trx: Transaction<PostgresSchema>, tenant: string): Promise<SettingsVersion[]> {
  const rows = await trx
    .selectFrom('company_settings')
    .select(['valid_from', 'timezone', 'body'])
    .where('tenant', '=', tenant)
    .orderBy('valid_from', 'desc')
    .limit(MOST_VERSIONS)
    .execute();
  return rows
    .reverse()
    .map(({ valid_from, timezone, body }) => ({ ...DEFAULT_SETTINGS, ...body, timezone, validFrom: valid_from.getTime() }));
}

async function newest(trx: Transaction<PostgresSchema>, tenant: string): Promise<{ timezone: string; body: CompanySettings } | undefined> {
  const row = await trx
    .selectFrom('company_settings')
    .select(['timezone', 'body'])
    .where('tenant', '=', tenant)
    .orderBy('valid_from', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { timezone: row.timezone, body: { ...DEFAULT_SETTINGS, ...row.body } };
}
