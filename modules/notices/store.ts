import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { MOST_RULES, type NoticeRuleForm } from './forms.ts';
import { lineUp, takeBack } from './log.ts';
import { type MissedNews, tellsOf } from './rules.ts';
import { addWay, changeTargets, newSecret, removeWays } from './ways.ts';

type Db = Kysely<PostgresSchema>;

/** Who is told of which missed calls. */
export interface NoticeRule extends Omit<NoticeRuleForm, 'on'> {
  id: string;
  on: boolean;
  madeBy: string;
}

/** `many`: there are as many as may be; `unknown`: no such rule; `channel`: what was told by letter is not told by a webhook, and the other way round */
export type NoticeFault = 'many' | 'unknown' | 'channel';

export function listRules(db: Db, { tenant }: TenantScope): Promise<NoticeRule[]> {
  return asTenant(db, tenant, async (trx) => (await rulesOf(trx, tenant)).map(ruleOf));
}

/**
 * @param country of the company: its numbers are given in any spelling @param keysPath RECORDING_KEYS_FILE
 * @returns secret: what a webhook is signed with, for the only time; null: it is letters @throws KeysMissing
 */
export async function addRule(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  form: NoticeRuleForm,
  country: string,
  keysPath: string,
): Promise<{ rule: NoticeRule; secret: string | null } | NoticeFault> {
  const made = await newSecret(tenant, form.channel, keysPath);
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('notice_rules'), hashtext(${tenant}))`.execute(trx);
    if ((await rulesOf(trx, tenant)).length >= MOST_RULES) return 'many';
    const id = await addWay(trx, tenant, form, made?.wrapped ?? null);
    await trx
      .insertInto('notice_rules')
      .values({ tenant, id, ...stored(form, country), made_by: caller.name })
      .execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.add', subject: form.name, after: form });
    return { rule: await ruleIn(trx, tenant, id), secret: made?.secret ?? null };
  });
}

export function changeRule(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  form: NoticeRuleForm,
  country: string,
): Promise<NoticeRule | NoticeFault> {
  return asTenant(db, tenant, async (trx) => {
    const was = (await rulesOf(trx, tenant)).find((row) => row.id === id);
    if (!was) return 'unknown';
    if (was.channel !== form.channel) return 'channel';
    await changeTargets(trx, tenant, id, form.targets);
    await trx.updateTable('notice_rules').set(stored(form, country)).where('tenant', '=', tenant).where('id', '=', id).execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.change', subject: form.name, before: ruleOf(was), after: form });
    return ruleIn(trx, tenant, id);
  });
}

/** With its log. @returns null: it is gone */
export function removeRule(db: Db, { tenant }: TenantScope, caller: Caller, id: string): Promise<NoticeFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = (await rulesOf(trx, tenant)).find((row) => row.id === id);
    if (!was) return 'unknown';
    await removeWays(trx, tenant, [id]);
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.delete', subject: was.name, before: ruleOf(was) });
    return null;
  });
}

/**
 * Puts what is to be told in line, once a rule and conversation; what somebody took after all, and was not told yet, is not told.
 * @returns how many are new
 */
export function noteMissed(db: Db, { tenant }: TenantScope, { missed, over }: MissedNews): Promise<number> {
  return asTenant(db, tenant, async (trx) => {
    await takeBack(trx, tenant, 'missed', over);
    if (missed.length === 0) return 0;
    const rules = (await rulesOf(trx, tenant)).filter(({ is_on }) => is_on);
    const told = rules.flatMap((rule) =>
      missed.filter(({ facts }) => tellsOf(rule, facts)).map(({ id, facts }) => ({ way: rule.id, subject: id, facts })),
    );
    return lineUp(trx, tenant, 'missed', told);
  });
}

const rulesOf = (trx: Transaction<PostgresSchema>, tenant: string) =>
  trx
    .selectFrom('notice_rules as r')
    .innerJoin('notice_ways as w', (j) => j.onRef('w.tenant', '=', 'r.tenant').onRef('w.id', '=', 'r.id'))
    .selectAll('r')
    .select(['w.channel', 'w.targets'])
    .where('r.tenant', '=', tenant)
    .orderBy(sql`lower(r.name)`)
    .orderBy('r.id')
    .execute();

type Row = Awaited<ReturnType<typeof rulesOf>>[number];
function ruleOf({ id, name, numbers, kinds, channel, targets, is_on, made_by }: Row): NoticeRule {
  return { id, name, numbers, kinds, channel, targets, on: is_on, madeBy: made_by };
}

async function ruleIn(trx: Transaction<PostgresSchema>, tenant: string, id: string): Promise<NoticeRule> {
  return ruleOf((await rulesOf(trx, tenant)).find((row) => row.id === id) as Row);
}

function stored({ name, numbers, kinds, on }: NoticeRuleForm, country: string) {
  return { name, numbers: numbers?.map((number) => normalizePhone(number, country)) ?? null, kinds, is_on: on };
}
