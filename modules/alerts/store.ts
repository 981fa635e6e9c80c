import { randomUUID } from 'node:crypto';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { Channel, WayForm } from '../notices/forms.ts';
import { lineUp } from '../notices/log.ts';
import { addWay, changeTargets, newSecret, removeWays, type WrappedSecret } from '../notices/ways.ts';
import type { PostgresSchema } from '../schema.ts';
import { endAlarm, factsOf } from './alarms.ts';
import type { AlarmEnd } from './facts.ts';
import { type AlertForm, MOST_ALERTS } from './forms.ts';
import type { Unjudged } from './rules.ts';
import type { AlertSchema } from './schema.ts';

type Db = Kysely<PostgresSchema>;
type Trx = Transaction<PostgresSchema>;

/** A measure that is looked at, and how it stands. */
export interface Alert extends AlertForm {
  id: string;
  madeBy: string;
  /** since when it has been wrong; null: it is not */
  since: Date | null;
  /** why the last check could not judge; null: it could */
  why: Unjudged | null;
  /** at the last check; null: no data */
  value: number | null;
  checkedAt: Date | null;
  toldAt: Date | null;
}

/** When something was wrong. */
export interface Alarm {
  id: string;
  alert: { id: string; name: string };
  from: Date;
  /** null: it goes on */
  to: Date | null;
  ended: AlarmEnd | null;
  measure: string;
  /** at its beginning */
  value: number;
  isTold: boolean;
}

/** `many`: there are as many as may be; `unknown`: no such alert */
export type AlertFault = 'many' | 'unknown';
/** What a webhook is signed with, where one is new: told this once. */
export interface SavedAlert {
  alert: Alert;
  secret: string | null;
}

/** Of the company and the moment. */
interface Setting {
  /** its numbers are given in any spelling */
  country: string;
  /** RECORDING_KEYS_FILE */
  keysPath: string;
  /** ms: it is looked at first then */
  now: number;
}

export function listAlerts(db: Db, { tenant }: TenantScope): Promise<Alert[]> {
  return asTenant(db, tenant, (trx) => alertsOf(trx, tenant));
}

/** @throws KeysMissing */
export async function addAlert(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  form: AlertForm,
  { country, keysPath, now }: Setting,
): Promise<SavedAlert | AlertFault> {
  const secrets = await secretsFor(tenant, form.ways, keysPath);
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('alerts'), hashtext(${tenant}))`.execute(trx);
    if ((await alertsOf(trx, tenant)).length >= MOST_ALERTS) return 'many';
    const row = await trx
      .insertInto('alerts')
      .values({ tenant, ...stored(form, country), made_by: caller.name, next_at: new Date(now) })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const way of form.ways) await joinWay(trx, tenant, row.id, way, secrets.get(way.channel)?.wrapped ?? null);
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'alert.add', subject: form.name, after: form });
    return { alert: await alertIn(trx, tenant, row.id), secret: secrets.get('webhook')?.secret ?? null };
  });
}

/** What it was about is over, and an alarm with it; a channel that it had keeps its secret. @throws KeysMissing */
export async function changeAlert(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  form: AlertForm,
  { country, keysPath, now }: Setting,
): Promise<SavedAlert | AlertFault> {
  const secrets = await secretsFor(tenant, form.ways, keysPath);
  return asTenant(db, tenant, async (trx) => {
    await trx.selectFrom('alerts').select('id').where('tenant', '=', tenant).where('id', '=', id).forUpdate().execute();
    const was = (await alertsOf(trx, tenant)).find((one) => one.id === id);
    if (!was) return 'unknown';
    await endAlarm(trx, tenant, id, { at: now, how: 'changed' }, now);
    const had = await waysOf(trx, tenant, id);
    const kept = had.filter(({ channel }) => form.ways.some((way) => way.channel === channel));
    await removeWays(
      trx,
      tenant,
      had.filter((way) => !kept.includes(way)).map((way) => way.id),
    );
    let secret: string | null = null;
    for (const way of form.ways) {
      const same = kept.find(({ channel }) => channel === way.channel);
      if (same) await changeTargets(trx, tenant, same.id, way.targets);
      else {
        const made = secrets.get(way.channel);
        await joinWay(trx, tenant, id, way, made?.wrapped ?? null);
        secret = made?.secret ?? null;
      }
    }
    await trx
      .updateTable('alerts')
      .set({ ...stored(form, country), ...AFRESH, next_at: new Date(now) })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'alert.change', subject: form.name, before: formOf(was), after: form });
    return { alert: await alertIn(trx, tenant, id), secret };
  });
}

/** With its alarms and what was told of them; nobody is told that one is over. @returns null: it is gone */
export function removeAlert(db: Db, { tenant }: TenantScope, caller: Caller, id: string): Promise<AlertFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = (await alertsOf(trx, tenant)).find((one) => one.id === id);
    if (!was) return 'unknown';
    const ways = await waysOf(trx, tenant, id);
    await removeWays(
      trx,
      tenant,
      ways.map((way) => way.id),
    );
    await trx.deleteFrom('alerts').where('tenant', '=', tenant).where('id', '=', id).execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'alert.delete', subject: was.name, before: formOf(was) });
    return null;
  });
}

/** Tells by every way of an alert what the last check found, whatever it was. @returns false: there is no such alert */
export function tryAlert(db: Db, { tenant }: TenantScope, caller: Caller, id: string, now: number): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const alert = await trx.selectFrom('alerts').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst();
    if (!alert) return false;
    const to = alert.checked_at?.getTime() ?? now;
    const facts = factsOf(alert, 'trial', { value: alert.value, from: to - alert.minutes * 60_000, to, at: now });
    const subject = `trial:${randomUUID()}`;
    await lineUp(
      trx,
      tenant,
      'alert',
      (await waysOf(trx, tenant, id)).map((way) => ({ way: way.id, subject, facts })),
    );
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'alert.trial', subject: alert.name });
    return true;
  });
}

/** The newest first. @param before id of the last one of the page before */
export function listAlarms(db: Db, { tenant }: TenantScope, limit: number, before: string | null): Promise<Alarm[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('alarms as a')
      .innerJoin('alerts as r', (j) => j.onRef('r.tenant', '=', 'a.tenant').onRef('r.id', '=', 'a.alert'))
      .selectAll('a')
      .select('r.name')
      .where('a.tenant', '=', tenant)
      .$if(before !== null, (q) => q.where('a.id', '<', before as string))
      .orderBy('a.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ id, alert, name, measure, began_at, ended_at, ended, value, is_told }) => ({
      ...{ id, alert: { id: alert, name }, from: began_at, to: ended_at, ended: ended === '' ? null : ended },
      ...{ measure, value, isTold: is_told },
    }));
  });
}

/** A rule that was changed knows nothing of how it stood. */
const AFRESH = { alarm: null, well_at: null, told_at: null, value: null, checked_at: null, why: 'new' } as const;

async function secretsFor(tenant: string, ways: readonly WayForm[], keysPath: string) {
  const made = await Promise.all(ways.map(async ({ channel }) => [channel, await newSecret(tenant, channel, keysPath)] as const));
  return new Map(made);
}

async function joinWay(trx: Trx, tenant: string, alert: string, form: WayForm, secret: WrappedSecret | null): Promise<void> {
  const way = await addWay(trx, tenant, form, secret);
  await trx.insertInto('alert_ways').values({ tenant, alert, way }).execute();
}

/** How alerts are told. @param alert null: of all alerts */
async function waysOf(
  trx: Trx,
  tenant: string,
  alert: string | null,
): Promise<{ id: string; alert: string; channel: Channel; targets: string[] }[]> {
  return trx
    .selectFrom('alert_ways as a')
    .innerJoin('notice_ways as w', (j) => j.onRef('w.tenant', '=', 'a.tenant').onRef('w.id', '=', 'a.way'))
    .select(['w.id', 'a.alert', 'w.channel', 'w.targets'])
    .where('a.tenant', '=', tenant)
    .$if(alert !== null, (q) => q.where('a.alert', '=', alert as string))
    .orderBy('w.channel')
    .execute();
}

async function alertsOf(trx: Trx, tenant: string): Promise<Alert[]> {
  const rows = await trx
    .selectFrom('alerts as r')
    .leftJoin('alarms as a', (j) => j.onRef('a.tenant', '=', 'r.tenant').onRef('a.id', '=', 'r.alarm'))
    .selectAll('r')
    .select('a.began_at')
    .where('r.tenant', '=', tenant)
    .orderBy(sql`lower(r.name)`)
    .orderBy('r.id')
    .execute();
  const ways = await waysOf(trx, tenant, null);
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name, measure: row.measure, minutes: row.minutes, side: row.side, bound: row.bound, least: row.least },
    ...{ numbers: row.numbers, groups: row.groups, employees: row.employees, inHours: row.in_hours },
    ...{ quietMinutes: row.quiet_minutes, reminds: row.reminds, on: row.is_on, madeBy: row.made_by },
    ways: ways.filter(({ alert }) => alert === row.id).map(({ channel, targets }) => ({ channel, targets })),
    ...{ since: row.began_at, why: row.why === '' ? null : row.why, value: row.value, checkedAt: row.checked_at, toldAt: row.told_at },
  }));
}

async function alertIn(trx: Trx, tenant: string, id: string): Promise<Alert> {
  return (await alertsOf(trx, tenant)).find((one) => one.id === id) as Alert;
}

/** What people decided about it. */
function formOf({
  id: _id,
  madeBy: _by,
  since: _since,
  why: _why,
  value: _value,
  checkedAt: _checked,
  toldAt: _told,
  ...form
}: Alert): AlertForm {
  return form;
}

function stored(
  form: AlertForm,
  country: string,
): Pick<
  Selectable<AlertSchema['alerts']>,
  | ('name' | 'measure' | 'minutes' | 'side' | 'bound' | 'least' | 'numbers' | 'groups' | 'employees')
  | ('in_hours' | 'quiet_minutes' | 'reminds' | 'is_on')
> {
  const { name, measure, minutes, side, bound, least, groups, employees, inHours, quietMinutes, reminds, on } = form;
  const numbers = form.numbers?.map((number) => normalizePhone(number, country)) ?? null;
  return {
    ...{ name, measure, minutes, side, bound, least, numbers, groups, employees },
    ...{ in_hours: inHours, quiet_minutes: quietMinutes, reminds, is_on: on },
  };
}
