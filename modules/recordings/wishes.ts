import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type DecidedBy, isLeftTo, type Rule, ruleOf, toldRule } from './policy.ts';
import { applyPolicy, directoryAt, readPolicy, readWishes } from './policy-store.ts';

/** How an employee's own calls are recorded, and whether that is for them to say («Записывать всегда»). */
export interface OwnRecording {
  /** null: no policy is kept here, the company's telephony alone says it */
  rule: Rule | null;
  by: DecidedBy | null;
  /** name of the group, where it decides */
  group: string | null;
  wish: boolean;
  /** the policy leaves it to them */
  mayChoose: boolean;
}

/** @returns null: the directory has no such employee */
export async function ownRecording(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  employee: string,
  now: Date,
): Promise<OwnRecording | null> {
  return asTenant(db, tenant, async (trx) => {
    const directory = await directoryAt(trx, tenant, now);
    const found = directory?.employees.find((e) => e.id === employee);
    if (!found) return null;
    const wish = (await readWishes(trx, tenant)).has(employee);
    const policy = await readPolicy(trx, tenant);
    if (policy === null) return { rule: null, by: null, group: null, wish, mayChoose: false };
    const person = { id: found.id, group: found.group ?? null, record: found.record, wish };
    const { rule, by } = ruleOf(policy, person);
    const group = directory?.groups.find((g) => g.id === found.group)?.name ?? null;
    return { rule, by, group, wish, mayChoose: isLeftTo(policy, toldRule(policy, person).rule) };
  });
}

/**
 * An employee wants their own calls recorded always, or no more. In force from the next call on.
 * @returns false: the policy does not leave it to them
 */
export async function wishRecording(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  actor: Actor,
  employee: string,
  wish: boolean,
  now: Date,
): Promise<boolean> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    // as policy and directory are written
    await trx.selectFrom('tenants').select('id').where('id', '=', tenant).forUpdate().execute();
    const found = (await directoryAt(trx, tenant, now))?.employees.find((e) => e.id === employee);
    const policy = await readPolicy(trx, tenant);
    if (!found || policy === null) return false;
    const person = { id: found.id, group: found.group ?? null, record: found.record, wish };
    if (!isLeftTo(policy, toldRule(policy, person).rule)) return false;
    const before = (await readWishes(trx, tenant)).has(employee);
    if (before === wish) return true;
    if (wish) await trx.insertInto('recording_wishes').values({ tenant, employee, by: actor.who }).execute();
    else await trx.deleteFrom('recording_wishes').where('tenant', '=', tenant).where('employee', '=', employee).execute();
    await noteAct(trx, tenant, { actor, act: 'recording.wish', subject: employee, before: { wish: before }, after: { wish } });
    await applyPolicy(trx, tenant);
    return true;
  });
}

/** Who wants it, for whoever makes the policy. */
export async function recordingWishes(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<string[]> {
  return asTenant(db, tenant, async (trx) => [...(await readWishes(trx, tenant))].sort());
}
