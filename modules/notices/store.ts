import { randomBytes } from 'node:crypto';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type Channel, MOST_RULES, type NoticeFacts, type NoticeRuleForm, type NoticeState } from './forms.ts';
import { type MissedNews, tellsOf } from './rules.ts';

type Db = Kysely<PostgresSchema>;

/** Who is told of which missed calls. */
export interface NoticeRule extends Omit<NoticeRuleForm, 'on'> {
  id: string;
  on: boolean;
  madeBy: string;
}

/** One missed call that somebody is, was, or was to be told of. */
export interface Notice {
  id: string;
  rule: { id: string; name: string; channel: Channel };
  callId: string;
  facts: NoticeFacts;
  state: NoticeState;
  tries: number;
  /** why it failed, or is tried again; '' = nothing is wrong */
  fault: string;
  madeAt: Date;
  sentAt: Date | null;
}

/** `many`: there are as many as may be; `unknown`: no such rule; `channel`: what was told by letter is not told by a webhook, and the other way round */
export type NoticeFault = 'many' | 'unknown' | 'channel';

export const secretContext = (tenant: string) => `secret of a webhook of company ${tenant}`;

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
  const secret = form.channel === 'webhook' ? `whsec_${randomBytes(32).toString('base64url')}` : null;
  const wrapped = secret === null ? null : (await MasterKeys.read(keysPath)).wrap(Buffer.from(secret), secretContext(tenant));
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('notice_rules'), hashtext(${tenant}))`.execute(trx);
    if ((await rulesOf(trx, tenant)).length >= MOST_RULES) return 'many';
    const { on, ...set } = stored(form, country);
    const row = await trx
      .insertInto('notice_rules')
      .values({
        ...{ tenant, ...set, is_on: on, made_by: caller.name },
        ...{ secret_master: wrapped?.master ?? null, secret_wrapped: wrapped?.wrapped ?? null },
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.add', subject: row.name, after: form });
    return { rule: ruleOf(row), secret };
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
    const { on, ...set } = stored(form, country);
    const row = await trx
      .updateTable('notice_rules')
      .set({ ...set, is_on: on })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.change', subject: row.name, before: ruleOf(was), after: form });
    return ruleOf(row);
  });
}

/** With its log. @returns null: it is gone */
export function removeRule(db: Db, { tenant }: TenantScope, caller: Caller, id: string): Promise<NoticeFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = await trx.deleteFrom('notice_rules').where('tenant', '=', tenant).where('id', '=', id).returningAll().executeTakeFirst();
    if (!was) return 'unknown';
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.delete', subject: was.name, before: ruleOf(was) });
    return null;
  });
}

/** The newest first. @param before id of the last one of the page before */
export function listNotices(db: Db, { tenant }: TenantScope, limit: number, before: string | null): Promise<Notice[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('notices as n')
      .innerJoin('notice_rules as r', (j) => j.onRef('r.tenant', '=', 'n.tenant').onRef('r.id', '=', 'n.rule'))
      .selectAll('n')
      .select(['r.name', 'r.channel'])
      .where('n.tenant', '=', tenant)
      .$if(before !== null, (q) => q.where('n.id', '<', before as string))
      .orderBy('n.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ id, rule, name, channel, call_id, facts, state, tries, fault, made_at, sent_at }) => ({
      ...{ id, rule: { id: rule, name, channel }, callId: call_id, facts, state, tries, fault, madeAt: made_at, sentAt: sent_at },
    }));
  });
}

/** Tells of a call once more, whatever came of it before. @returns false: there is no such notice */
export function sendAgain(db: Db, { tenant }: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .updateTable('notices')
      .set({ state: 'waiting', tries: 0, next_at: sql<Date>`now()`, fault: '' })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returning('call_id')
      .executeTakeFirst();
    if (!row) return false;
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'notice.send', subject: row.call_id });
    await sql`NOTIFY notices`.execute(trx);
    return true;
  });
}

/**
 * Puts what is to be told in line, once a rule and conversation; what somebody took after all, and was not told yet, is not told.
 * @returns how many are new
 */
export function noteMissed(db: Db, { tenant }: TenantScope, { missed, over }: MissedNews): Promise<number> {
  return asTenant(db, tenant, async (trx) => {
    if (over.length > 0)
      await trx
        .updateTable('notices')
        .set({ state: 'over' })
        .where('tenant', '=', tenant)
        .where('call_id', 'in', over)
        .where('state', '=', 'waiting')
        .where('tries', '=', 0)
        .execute();
    if (missed.length === 0) return 0;
    const rules = (await rulesOf(trx, tenant)).filter(({ is_on }) => is_on);
    const told = rules.flatMap((rule) =>
      missed
        .filter(({ facts }) => tellsOf(rule, facts))
        .map(({ id, facts }) => ({ rule: rule.id, call_id: id, facts: JSON.stringify(facts) })),
    );
    if (told.length === 0) return 0;
    const made = await trx
      .insertInto('notices')
      .values(told.map((one) => ({ tenant, ...one, sent_at: null })))
      .onConflict((c) => c.doNothing())
      .returning('id')
      .execute();
    if (made.length > 0) await sql`NOTIFY notices`.execute(trx);
    return made.length;
  });
}

const rulesOf = (trx: Transaction<PostgresSchema>, tenant: string) =>
  trx.selectFrom('notice_rules').selectAll().where('tenant', '=', tenant).orderBy(sql`lower(name)`).orderBy('id').execute();

type Row = Awaited<ReturnType<typeof rulesOf>>[number];
function ruleOf({ id, name, numbers, kinds, channel, targets, is_on, made_by }: Row): NoticeRule {
  return { id, name, numbers, kinds, channel, targets, on: is_on, madeBy: made_by };
}

function stored({ name, numbers, kinds, channel, targets, on }: NoticeRuleForm, country: string) {
  return { name, numbers: numbers?.map((number) => normalizePhone(number, country)) ?? null, kinds, channel, targets, on };
}
