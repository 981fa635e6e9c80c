import type { Direction } from '@callscope/core/domain/call.ts';
import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { edgeRule, KINDS, NO_POLICY, type Person, POLICY_MODES, type Policy, RULES, recordsByItself, ruleOf } from './policy.ts';

const byId = z.record(z.string().min(1).max(64), z.enum(RULES)).default({});
export const policySchema = z.strictObject({
  mode: z.enum(POLICY_MODES).describe('all; chosen = employees with `record` in the directory; demand = when somebody begins it; none'),
  fromOffer: z.boolean().default(false).describe('already from the offer of media, not from the answer on'),
  groups: byId.describe('by id: otherwise than the company'),
  employees: byId.describe('by id: otherwise than their group and the company'),
  kinds: z
    .strictObject(
      Object.fromEntries(KINDS.map((kind) => [kind, z.boolean().default(true)])) as Record<
        (typeof KINDS)[number],
        z.ZodDefault<z.ZodBoolean>
      >,
    )
    .prefault({})
    .describe('false: calls of this kind are not recorded, whoever speaks'),
  ownChoice: z.boolean().default(false).describe('where the rule is `demand`, employees may have their own calls recorded always'),
});

/** A company's policy; null: its telephony says what is recorded. */
export async function policyOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Policy | null> {
  return asTenant(db, tenant, (trx) => readPolicy(trx, tenant));
}

/** The policy that says what telephony says, to begin with where there is none. */
export async function policyOfTelephony(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Policy> {
  const row = await asTenant(db, tenant, (trx) =>
    trx.selectFrom('pbx_companies').select('record').where('tenant', '=', tenant).executeTakeFirst(),
  );
  const record = row?.record ?? 'none';
  return { ...NO_POLICY, mode: record === 'none' ? 'none' : 'all', fromOffer: record === 'offer' };
}

export async function readPolicy(trx: Transaction<PostgresSchema>, tenant: string): Promise<Policy | null> {
  const row = await trx
    .selectFrom('recording_policies')
    .select(['mode', 'from_offer', 'groups', 'employees', 'kinds', 'own_choice'])
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  if (!row) return null;
  const { mode, groups, employees, kinds } = row;
  return policySchema.parse({ mode, fromOffer: row.from_offer, groups, employees, kinds, ownChoice: row.own_choice });
}

/** @returns what the edge does with calls from now on is what the policy says */
export async function putPolicy(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, policy: Policy): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    // telephony and directory are written under the same lock
    await trx.selectFrom('tenants').select('id').where('id', '=', tenant).forUpdate().execute();
    const before = await readPolicy(trx, tenant);
    const { mode, fromOffer, groups, employees, kinds, ownChoice } = policy;
    const json = { groups: JSON.stringify(groups), employees: JSON.stringify(employees), kinds: JSON.stringify(kinds) };
    const values = { mode, from_offer: fromOffer, own_choice: ownChoice, ...json };
    await trx
      .insertInto('recording_policies')
      .values({ tenant, ...values })
      .onConflict((c) => c.column('tenant').doUpdateSet({ ...values, updated_at: sql`now()` }))
      .execute();
    await noteAct(trx, tenant, { actor, act: 'recording.policy', subject: '', before, after: policy });
    await applyPolicy(trx, tenant);
  });
}

/**
 * Writes into a company's telephony what its policy says of each account and of calls of nobody; a company without a policy is left as
 * it is. Called by whatever changes policy, directory or telephony, in its transaction.
 */
export async function applyPolicy(trx: Transaction<PostgresSchema>, tenant: string): Promise<void> {
  const policy = await readPolicy(trx, tenant);
  if (policy === null) return;
  const directory = await directoryAt(trx, tenant, new Date());
  const accounts = await trx.selectFrom('pbx_accounts').select(['username', 'record']).where('tenant', '=', tenant).execute();
  const numbers = await trx.selectFrom('pbx_short_numbers').select(['number', 'accounts']).where('tenant', '=', tenant).execute();
  const people = peopleOfAccounts(directory, numbers, await readWishes(trx, tenant));
  for (const { username, record } of accounts) {
    const rule = edgeRule(ruleOf(policy, people.get(username) ?? null).rule, policy);
    if (rule !== record)
      await trx.updateTable('pbx_accounts').set({ record: rule }).where('tenant', '=', tenant).where('username', '=', username).execute();
  }
  const nobody = edgeRule(ruleOf(policy, null).rule, policy);
  await trx.updateTable('pbx_companies').set({ record: nobody }).where('tenant', '=', tenant).where('record', '!=', nobody).execute();
}

/** Companies with a policy whose directory has another version from a moment in (from, to] on: the policy says otherwise then. */
export async function directoriesBegun(db: Kysely<PostgresSchema>, _scope: OperatorScope, from: Date, to: Date): Promise<string[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('recording_policies')
      .innerJoin('directory_versions', 'directory_versions.tenant', 'recording_policies.tenant')
      .select('recording_policies.tenant')
      .distinct()
      .where('directory_versions.valid_from', '>', from)
      .where('directory_versions.valid_from', '<=', to)
      .execute(),
  );
  return rows.map((r) => r.tenant);
}

/** `applyPolicy` by itself, when nobody wrote anything. */
export async function applyPolicyNow(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    await trx.selectFrom('tenants').select('id').where('id', '=', tenant).forUpdate().execute();
    await applyPolicy(trx, tenant);
  });
}

/** Whose account it is: of the employee who has its extension, by the directory or by the short numbers that ring it. */
export function peopleOfAccounts(
  directory: Pick<DirectoryBody, 'employees' | 'accounts'> | null,
  shortNumbers: readonly { number: string; accounts: readonly string[] }[],
  wishes: ReadonlySet<string>,
): Map<string, Person> {
  const byExtension = new Map<string, Person>();
  for (const { id, group, record, extensions } of directory?.employees ?? [])
    for (const extension of extensions) byExtension.set(extension, { id, group: group ?? null, record, wish: wishes.has(id) });
  const found = new Map<string, Person>();
  const put = (account: string, extension: string) => {
    const person = byExtension.get(extension);
    if (person && !found.has(account)) found.set(account, person);
  };
  for (const { user, extensions } of directory?.accounts ?? []) for (const extension of extensions) put(user, extension);
  for (const { number, accounts } of shortNumbers) for (const account of accounts) put(account, number);
  // an account that is named as an extension is
  for (const extension of byExtension.keys()) put(extension, extension);
  return found;
}

/** What the policy says of a call while it goes on. */
export interface PolicyInCall {
  /** whether somebody may begin to record it */
  mayBegin: boolean;
  /** whether it is surely recorded without; so too where there is no policy */
  byItself: boolean;
  /** the same, and whoever talks has not chosen it */
  byRule: boolean;
  /** false: the company has no policy here, its telephony alone knows */
  isSaid: boolean;
}

/** @param call employee: id, '' = of nobody whom the directory knows */
export type AskPolicy = (call: { employee: string; direction: Direction }) => PolicyInCall;

/** Reads a company's policy once, for as many calls as are asked about. */
export async function policyInCalls(db: Kysely<PostgresSchema>, { tenant }: TenantScope, now: Date): Promise<AskPolicy> {
  return asTenant(db, tenant, async (trx) => {
    const policy = await readPolicy(trx, tenant);
    if (policy === null) return () => ({ mayBegin: true, byItself: true, byRule: true, isSaid: false });
    const people = new Map((await directoryAt(trx, tenant, now))?.employees.map((e) => [e.id, e]));
    const wishes = await readWishes(trx, tenant);
    return ({ employee, direction }) => {
      const found = people.get(employee);
      const person = found ? { id: found.id, group: found.group ?? null, record: found.record, wish: wishes.has(found.id) } : null;
      const { rule, by } = ruleOf(policy, person);
      const byItself = recordsByItself(policy, person, direction);
      return { mayBegin: rule !== 'none', byItself, byRule: byItself && by !== 'wish', isSaid: true };
    };
  });
}

/** Ids of the employees who want their own calls recorded always. */
export async function readWishes(trx: Transaction<PostgresSchema>, tenant: string): Promise<ReadonlySet<string>> {
  const rows = await trx.selectFrom('recording_wishes').select('employee').where('tenant', '=', tenant).execute();
  return new Set(rows.map((row) => row.employee));
}

export async function directoryAt(trx: Transaction<PostgresSchema>, tenant: string, at: Date): Promise<DirectoryBody | null> {
  const row = await trx
    .selectFrom('directory_versions')
    .select('body')
    .where('tenant', '=', tenant)
    .where('valid_from', '<=', at)
    .orderBy('valid_from', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.body ?? null;
}
