import type { Selectable, Transaction } from 'kysely';
import { lineUp, takeBack } from '../notices/log.ts';
import type { PostgresSchema } from '../schema.ts';
import type { AlarmEnd, AlarmWord, AlertFacts } from './facts.ts';
import type { AlertSchema } from './schema.ts';

type Trx = Transaction<PostgresSchema>;
export type AlertRow = Selectable<AlertSchema['alerts']>;

/** What was looked at: calls that began in [from, to), ms, and when somebody is to be told of it. */
export interface Looked {
  value: number | null;
  from: number;
  to: number;
  at: number;
}

export function factsOf(
  { id, name, measure, side, bound, minutes, numbers, groups, employees }: AlertRow,
  word: AlarmWord,
  looked: Looked,
  alarm: { since: number; until: number | null; ended: AlarmEnd | null } | null = null,
): AlertFacts {
  return {
    ...{ word, alert: id, name, measure, side, bound, minutes, numbers, groups, employees, ...looked },
    ...{ since: alarm?.since ?? null, until: alarm?.until ?? null, ended: alarm?.ended ?? null },
  };
}

/** Puts a word of an alarm in line by every way of its alert, in the transaction that makes it true: it is told, or it has not happened. */
export async function tellAlarm(trx: Trx, tenant: string, subject: string, facts: AlertFacts): Promise<void> {
  const ways = await trx.selectFrom('alert_ways').select('way').where('tenant', '=', tenant).where('alert', '=', facts.alert).execute();
  await lineUp(
    trx,
    tenant,
    'alert',
    ways.map(({ way }) => ({ way, subject, facts })),
  );
}

/** How a word of an alarm is known in the log: told once. */
export const subjectOf = (alarm: string, word: AlarmWord, at: number): string =>
  word === 'again' ? `${alarm}:again:${Math.floor(at / 1_000)}` : `${alarm}:${word}`;

/**
 * Ends the alarm that an alert has, if it has one. Whoever was told of it is told that it is over; what had not gone by then does not go
 * any more, as the word of the end says what it was. @param now ms
 */
export async function endAlarm(
  trx: Trx,
  tenant: string,
  alert: string,
  end: { at: number; how: AlarmEnd },
  now: number,
  looked?: Looked,
): Promise<void> {
  const ended = await trx
    .updateTable('alarms')
    .set({ ended_at: new Date(end.at), ended: end.how })
    .where('tenant', '=', tenant)
    .where('alert', '=', alert)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (!ended?.is_told) return;
  const row = await trx.selectFrom('alerts').selectAll().where('tenant', '=', tenant).where('id', '=', alert).executeTakeFirstOrThrow();
  const to = row.checked_at?.getTime() ?? now;
  const was = looked ?? { value: row.value, from: to - row.minutes * 60_000, to, at: now };
  const waiting = await trx
    .selectFrom('notices')
    .select('subject')
    .where('tenant', '=', tenant)
    .where('about', '=', 'alert')
    .where('state', '=', 'waiting')
    .where('subject', 'like', `${ended.id}:%`)
    .execute();
  await takeBack(
    trx,
    tenant,
    'alert',
    waiting.map(({ subject }) => subject),
  );
  const alarm = { since: ended.began_at.getTime(), until: end.at, ended: end.how };
  await tellAlarm(trx, tenant, subjectOf(ended.id, 'over', now), factsOf(row, 'over', was, alarm));
}
