import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type AlertRow, endAlarm, factsOf, type Looked, subjectOf, tellAlarm } from './alarms.ts';
import type { Standing, Verdict } from './rules.ts';

type Db = Kysely<PostgresSchema>;

/** Each alert is looked at so often. */
export const CHECK_MS = 60_000;
/** Alerts of a company that are due a little later are looked at together: what they ask is asked once. */
const TOGETHER_MS = CHECK_MS / 2;
const KEPT_DAYS = 90;

/** An alert that is looked at now, and how it stood. */
export interface TakenAlert {
  row: AlertRow;
  standing: Standing;
}
export interface TakenAlerts {
  tenant: string;
  alerts: TakenAlert[];
}

/**
 * Takes what is due of the company that has waited longest. Their next time is set first: nobody else looks at them meanwhile, and
 * whoever dies over them has put them off for a minute. @param now ms @returns null: nothing is due
 */
export async function takeDue(db: Db, _scope: OperatorScope, now: number): Promise<TakenAlerts | null> {
  return asOperator(db, async (trx) => {
    const first = await trx
      .selectFrom('alerts')
      .select('tenant')
      .where('is_on', '=', true)
      .where('next_at', '<=', new Date(now))
      .orderBy('next_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!first) return null;
    const { tenant } = first;
    const due = await trx
      .selectFrom('alerts')
      .select('id')
      .where('tenant', '=', tenant)
      .where('is_on', '=', true)
      .where('next_at', '<=', new Date(now + TOGETHER_MS))
      .orderBy('id')
      .forUpdate()
      .skipLocked()
      .execute();
    const rows = await trx
      .updateTable('alerts')
      .set({ next_at: new Date(now + CHECK_MS) })
      .where('tenant', '=', tenant)
      .where(
        'id',
        'in',
        due.map(({ id }) => id),
      )
      .returningAll()
      .execute();
    const going = await trx.selectFrom('alarms').selectAll().where('tenant', '=', tenant).where('ended_at', 'is', null).execute();
    const alarmOf = new Map(going.map(({ alert, began_at, is_told }) => [alert, { since: began_at.getTime(), isTold: is_told }]));
    const alerts = rows.map((row) => ({
      row,
      standing: { alarm: alarmOf.get(row.id) ?? null, wellAt: row.well_at?.getTime() ?? null, toldAt: row.told_at?.getTime() ?? null },
    }));
    return { tenant, alerts };
  });
}

/** What came of an alert. */
export interface Check {
  taken: TakenAlert;
  verdict: Verdict;
  looked: Looked;
}

/**
 * Writes what was found of a company's alerts and puts what is to be told in line, in one transaction: all of it, or nothing of it.
 * @returns those that were kept: one that was changed or taken again meanwhile is not, and its check says nothing about it
 */
export function saveChecks(db: Db, tenant: string, checks: readonly Check[]): Promise<Check[]> {
  return asTenant(db, tenant, async (trx) => {
    const kept: Check[] = [];
    for (const check of checks) if (await save(trx, check)) kept.push(check);
    return kept;
  });
}

async function save(trx: Transaction<PostgresSchema>, { taken: { row }, verdict, looked }: Check): Promise<boolean> {
  const { tenant, id, next_at } = row;
  const { standing, why, value, begins, ends, tell } = verdict;
  const now = looked.at;
  const date = (at: number | null) => (at === null ? null : new Date(at));
  const kept = await trx
    .updateTable('alerts')
    .set({ value, why: why ?? '', checked_at: new Date(now), well_at: date(standing.wellAt), told_at: date(standing.toldAt) })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('next_at', '=', next_at)
    .returning('id')
    .executeTakeFirst();
  if (!kept) return false;
  const setAlarm = (alarm: string | null) =>
    trx.updateTable('alerts').set({ alarm }).where('tenant', '=', tenant).where('id', '=', id).execute();
  if (begins) {
    const made = await trx
      .insertInto('alarms')
      .values({ tenant, alert: id, began_at: new Date(now), ended_at: null, measure: row.measure, value: value ?? 0 })
      .returning('id')
      .executeTakeFirstOrThrow();
    await setAlarm(made.id);
  }
  if (ends) {
    await endAlarm(trx, tenant, id, ends, now, looked);
    await setAlarm(null);
  }
  if (tell === 'begun' || tell === 'again') {
    const alarm = await trx
      .updateTable('alarms')
      .set({ is_told: true })
      .where('tenant', '=', tenant)
      .where('alert', '=', id)
      .where('ended_at', 'is', null)
      .returning(['id', 'began_at'])
      .executeTakeFirstOrThrow();
    const facts = factsOf(row, tell, looked, { since: alarm.began_at.getTime(), until: null, ended: null });
    await tellAlarm(trx, tenant, subjectOf(alarm.id, tell, now), facts);
  }
  return true;
}

/** Alarms that are long over leave the history. @param now ms */
export async function forgetOldAlarms(db: Db, _scope: OperatorScope, now: number): Promise<void> {
  await asOperator(db, (trx) =>
    sql`DELETE FROM alarms WHERE ended_at < ${new Date(now)}::timestamptz - make_interval(days => ${KEPT_DAYS})`.execute(trx),
  );
}
