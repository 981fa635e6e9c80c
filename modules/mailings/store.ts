import { randomBytes } from 'node:crypto';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { findView, mayShareViews } from '../views/store.ts';
import { type MailedFormat, type MailingForm, MOST_MAILINGS } from './forms.ts';
import { nextDue, type Schedule } from './rules-due.ts';

/** A view that goes out by letter. */
export interface Mailing extends Schedule {
  id: string;
  view: { id: string; name: string; page: string };
  format: MailedFormat;
  /** null: switched off */
  nextAt: Date | null;
  /** whose rights it goes with: login, or name of the token */
  madeBy: string;
  addresses: { address: string; left: Date | null }[];
  /** how its last time went; null: it was not sent yet */
  last: { dueAt: Date; sent: number; waiting: number; failed: number; fault: string } | null;
}

/** `view`: no such view, or one without rows for a file; `many`: there are as many as may be; `unknown`: no such mailing */
export type MailingFault = 'view' | 'many' | 'unknown';

type Db = Kysely<PostgresSchema>;

/** Those that the caller keeps; all of the company for whoever shares views in it. */
export function listMailings(db: Db, { tenant }: TenantScope, caller: Caller): Promise<Mailing[]> {
  return asTenant(db, tenant, (trx) => mailingsOf(trx, tenant, caller));
}

export async function addMailing(
  db: Db,
  scope: TenantScope,
  caller: Caller,
  form: MailingForm,
  zone: string,
  now: number,
): Promise<Mailing | MailingFault> {
  const { tenant } = scope;
  if (caller.by === 'system') throw new Error('a service mails nothing of its own');
  const by = caller.by;
  if (!(await isMailed(db, scope, caller, form.view))) return 'view';
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('mailings'), hashtext(${tenant}))`.execute(trx);
    const { n } = await trx
      .selectFrom('mailings')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    if (Number(n) >= MOST_MAILINGS) return 'many';
    const { addresses, ...set } = form;
    const { id } = await trx
      .insertInto('mailings')
      .values({ tenant, ...set, next_at: new Date(nextDue(form, zone, now)), by, maker: caller.id, who: caller.name })
      .returning('id')
      .executeTakeFirstOrThrow();
    await name(trx, tenant, id, addresses);
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mailing.add', subject: id, after: form });
    return found(trx, tenant, caller, id);
  });
}

/** @param form as it shall be; null: it is switched off */
export async function changeMailing(
  db: Db,
  scope: TenantScope,
  caller: Caller,
  id: string,
  form: MailingForm | null,
  zone: string,
  now: number,
): Promise<Mailing | MailingFault> {
  const { tenant } = scope;
  if (form !== null && !(await isMailed(db, scope, caller, form.view))) return 'view';
  return asTenant(db, tenant, async (trx) => {
    const [was] = await mailingsOf(trx, tenant, caller, id);
    if (!was) return 'unknown';
    const { addresses, ...set } = form ?? { addresses: null };
    await trx
      .updateTable('mailings')
      .set({ ...set, next_at: form === null ? null : new Date(nextDue(form, zone, now)) })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    if (addresses !== null) await name(trx, tenant, id, addresses);
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mailing.change', subject: id, after: form ?? { on: false } });
    return found(trx, tenant, caller, id);
  });
}

/** @returns null: it is gone */
export function removeMailing(db: Db, { tenant }: TenantScope, caller: Caller, id: string): Promise<MailingFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const [was] = await mailingsOf(trx, tenant, caller, id);
    if (!was) return 'unknown';
    await trx.deleteFrom('mailings').where('tenant', '=', tenant).where('id', '=', id).execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mailing.delete', subject: id, before: { view: was.view.name } });
    return null;
  });
}

/** Once more, or for the first time, at this moment: its schedule stays. @returns letters that wait now; null: no such mailing */
export function sendNow(db: Db, { tenant }: TenantScope, caller: Caller, id: string, now: number): Promise<number | null> {
  return asTenant(db, tenant, async (trx) => {
    const [mailing] = await mailingsOf(trx, tenant, caller, id);
    if (!mailing) return null;
    const letters = mailing.addresses.filter(({ left }) => left === null).map(({ address }) => address);
    if (letters.length > 0) {
      const due_at = new Date(now);
      await trx
        .insertInto('mailing_letters')
        .values(letters.map((address) => ({ tenant, mailing: id, due_at, address, way: null, sent_at: null })))
        .onConflict((c) => c.doNothing())
        .execute();
      await sql`NOTIFY mailings`.execute(trx);
    }
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mailing.send', subject: id, after: { letters: letters.length } });
    return letters.length;
  });
}

/** What the link at the end of a letter names. @returns null: nothing */
export function followLeave(db: Db, token: string): Promise<{ tenant: string; mailing: string; address: string; view: string } | null> {
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('mailing_addresses as a')
      .innerJoin('mailings as m', (j) => j.onRef('m.tenant', '=', 'a.tenant').onRef('m.id', '=', 'a.mailing'))
      .innerJoin('saved_views as v', (j) => j.onRef('v.tenant', '=', 'm.tenant').onRef('v.id', '=', 'm.view'))
      .select(['a.tenant', 'a.mailing', 'a.address', 'v.name as view'])
      .where('a.token', '=', token.slice(0, 100))
      .executeTakeFirst();
    return row ?? null;
  });
}

/** No letter of this mailing goes to that address again. */
export async function leave(db: Db, token: string, now: number): Promise<void> {
  const of = await followLeave(db, token);
  if (of === null) return;
  const { tenant, mailing, address } = of;
  await asTenant(db, tenant, async (trx) => {
    const left = await trx
      .updateTable('mailing_addresses')
      .set({ left_at: new Date(now) })
      .where('tenant', '=', tenant)
      .where('token', '=', token)
      .where('left_at', 'is', null)
      .returning('address')
      .executeTakeFirst();
    if (!left) return;
    await trx
      .updateTable('mailing_letters')
      .set({ state: 'failed', fault: 'left' })
      .where('tenant', '=', tenant)
      .where('mailing', '=', mailing)
      .where('address', '=', address)
      .where('state', '=', 'waiting')
      .execute();
    const actor = { by: 'system' as const, who: address, whose: tenant, address: '' };
    await noteAct(trx, tenant, { actor, act: 'mailing.leave', subject: mailing, after: { address } });
  });
}

async function isMailed(db: Db, scope: TenantScope, caller: Caller, view: string): Promise<boolean> {
  return (await findView(db, scope, caller, view)) !== null;
}

/** The list of addresses as it shall be; those who left stay away. */
async function name(trx: Transaction<PostgresSchema>, tenant: string, mailing: string, addresses: readonly string[]): Promise<void> {
  await trx
    .updateTable('mailing_addresses')
    .set({ is_named: false })
    .where('tenant', '=', tenant)
    .where('mailing', '=', mailing)
    .where('address', 'not in', addresses)
    .execute();
  await trx
    .insertInto('mailing_addresses')
    .values(addresses.map((address) => ({ tenant, mailing, address, token: randomBytes(24).toString('base64url'), left_at: null })))
    .onConflict((c) => c.columns(['tenant', 'mailing', 'address']).doUpdateSet({ is_named: true }))
    .execute();
}

async function found(trx: Transaction<PostgresSchema>, tenant: string, caller: Caller, id: string): Promise<Mailing> {
  const [mailing] = await mailingsOf(trx, tenant, caller, id);
  if (!mailing) throw new Error(`mailing ${id} is not there`);
  return mailing;
}

async function mailingsOf(trx: Transaction<PostgresSchema>, tenant: string, caller: Caller, id?: string): Promise<Mailing[]> {
  const seesAll = mayShareViews(caller, tenant);
  const rows = await trx
    .selectFrom('mailings as m')
    .innerJoin('saved_views as v', (j) => j.onRef('v.tenant', '=', 'm.tenant').onRef('v.id', '=', 'm.view'))
    .selectAll('m')
    .select(['v.name as view_name', 'v.page as view_page'])
    .where('m.tenant', '=', tenant)
    .$if(id !== undefined, (q) => q.where('m.id', '=', id as string))
    .$if(!seesAll, (q) => q.where('m.maker', '=', caller.id).where('m.by', '=', caller.by as 'person' | 'token'))
    .orderBy(sql`lower(v.name)`)
    .orderBy('m.id')
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [addresses, lasts] = await Promise.all([
    trx
      .selectFrom('mailing_addresses')
      .select(['mailing', 'address', 'left_at'])
      .where('tenant', '=', tenant)
      .where('mailing', 'in', ids)
      .where('is_named', '=', true)
      .orderBy('address')
      .execute(),
    trx
      .selectFrom('mailing_letters as l')
      .select(({ fn }) => [
        'l.mailing',
        'l.due_at',
        fn.countAll<string>().filterWhere('l.state', '=', 'sent').as('sent'),
        fn.countAll<string>().filterWhere('l.state', '=', 'waiting').as('waiting'),
        fn.countAll<string>().filterWhere('l.state', '=', 'failed').as('failed'),
        fn.max('l.fault').as('fault'),
      ])
      .distinctOn('l.mailing')
      .where('l.tenant', '=', tenant)
      .where('l.mailing', 'in', ids)
      .groupBy(['l.mailing', 'l.due_at'])
      .orderBy('l.mailing')
      .orderBy('l.due_at', 'desc')
      .execute(),
  ]);
  const named = Map.groupBy(addresses, ({ mailing }) => mailing);
  const last = new Map(lasts.map((one) => [one.mailing, one]));
  return rows.map((row) => {
    const run = last.get(row.id);
    const { every, weekday, day, minute, format } = row;
    return {
      ...{ id: row.id, every, weekday, day, minute, format, nextAt: row.next_at, madeBy: row.who },
      view: { id: row.view, name: row.view_name, page: row.view_page },
      addresses: (named.get(row.id) ?? []).map(({ address, left_at }) => ({ address, left: left_at })),
      last: run
        ? {
            ...{ dueAt: run.due_at, sent: Number(run.sent), waiting: Number(run.waiting), failed: Number(run.failed) },
            fault: run.fault ?? '',
          }
        : null,
    };
  });
}
