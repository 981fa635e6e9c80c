import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_TARGET_RULE, type TargetCall, targetRuleSchema } from '@callscope/core/domain/target-call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';

/** What a company decides about its advertising. */
export const adSettingsSchema = targetRuleSchema.extend({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as RUB')
    .refine(isCurrency, 'an ISO 4217 code such as RUB')
    .describe('of all amounts, those entered before too: nothing is converted'),
});
export type AdSettings = z.output<typeof adSettingsSchema>;

export const DEFAULT_AD_SETTINGS: AdSettings = { ...DEFAULT_TARGET_RULE, currency: 'RUB' };

export function adSettingsOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<AdSettings> {
  return asTenant(db, tenant, (trx) => settingsIn(trx, tenant));
}

/** The rule with its hours, within a transaction. @param workingHours of the company now */
export async function targetCallIn(trx: Transaction<PostgresSchema>, tenant: string, workingHours: WorkingHours): Promise<TargetCall> {
  const { talkSeconds, firstOnly, inWorkingHours } = await settingsIn(trx, tenant);
  return { talkSeconds, firstOnly, hours: inWorkingHours ? workingHours : null };
}

/** In force at once, for calls of the past too: they are asked for by the rule, not marked with it. */
export function putAdSettings(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, after: AdSettings): Promise<void> {
  return asTenant(db, tenant, async (trx) => {
    // two who save at once: the second sees what the first left
    await trx.selectFrom('tenants').select('id').where('id', '=', tenant).forUpdate().execute();
    const before = await settingsIn(trx, tenant);
    if (JSON.stringify(before) === JSON.stringify(ordered(after))) return;
    const { currency, talkSeconds: talk_seconds, firstOnly: first_only, inWorkingHours: in_working_hours } = after;
    const values = { currency, talk_seconds, first_only, in_working_hours };
    await trx
      .insertInto('ad_settings')
      .values({ tenant, ...values })
      .onConflict((c) => c.column('tenant').doUpdateSet({ ...values, updated_at: sql`now()` }))
      .execute();
    await noteAct(trx, tenant, { actor, act: 'ads.rule', subject: '', before, after: ordered(after) });
  });
}

async function settingsIn(trx: Transaction<PostgresSchema>, tenant: string): Promise<AdSettings> {
  const row = await trx
    .selectFrom('ad_settings')
    .select(['currency', 'talk_seconds as talkSeconds', 'first_only as firstOnly', 'in_working_hours as inWorkingHours'])
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  return ordered(row ?? DEFAULT_AD_SETTINGS);
}

const ordered = ({ talkSeconds, firstOnly, inWorkingHours, currency }: AdSettings): AdSettings => ({
  ...{ talkSeconds, firstOnly, inWorkingHours, currency },
});

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}
