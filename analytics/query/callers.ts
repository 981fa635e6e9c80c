import { HIDDEN, LONGEST_NUMBER } from '@callscope/core/domain/hidden.ts';
import type { CallFilter } from './filter.ts';
import type { Company } from './plan.ts';

/** Gives a value to a parameter. @returns how SQL names it */
export type Bind = (name: string, type: string, value: unknown) => string;

const DAY_US = 86_400_000_000;

/** isHidden of core/domain/hidden.ts, as SQL over `calls`. */
export const HIDDEN_NUMBER = `(lower(caller) IN (${HIDDEN.map((word) => `'${word}'`).join(', ')}) OR lengthUTF8(caller) > ${LONGEST_NUMBER} OR position(caller, '\\0') > 0)`;

/**
 * Whether a call is the first from its number: the first of the period, of a number that did not call in before it. Of what
 * was before only the numbers of the period are looked for, which is a lookup a row. Who sees a part of the company learns
 * nothing of the calls that are not in it.
 * @param within condition of what the asker may see; null: everything
 */
export function firstCallSql({ from, to }: CallFilter, bind: Bind, within: string | null): string {
  const inbound = ['tenant = {tenant: String}', "direction = 'in'", ...(within === null ? [] : [within])];
  const until = to === undefined ? [] : [`started_at < ${at(bind('to', 'Int64', to * 1_000))}`];
  const start = from === undefined ? null : at(bind('from', 'Int64', from * 1_000));
  const asked = [...inbound, ...until, ...(start === null ? [] : [`started_at >= ${start}`])].join(' AND ');
  const before = start === null ? null : [...inbound, `started_at < ${start}`].join(' AND ');
  const isNew =
    before && `caller NOT IN (SELECT caller FROM calls WHERE ${before} AND caller IN (SELECT caller FROM calls WHERE ${asked}))`;
  return `((started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls
    WHERE ${[asked, `NOT ${HIDDEN_NUMBER}`, ...(isNew === null ? [] : [isNew])].join(' AND ')}
    GROUP BY caller))`;
}

/** Whether the number of a call had called in within the company's days before; the same holds of who sees a part. */
export function repeatCallSql({ from, to }: CallFilter, { rules }: Company, bind: Bind, within: string | null): string {
  const days = bind('repeatWithin', 'Int64', rules.repeatCallDays * DAY_US);
  const conditions = [
    ...['tenant = {tenant: String}', "direction = 'in'", `NOT ${HIDDEN_NUMBER}`],
    ...(from === undefined ? [] : [`started_at >= ${at(`${bind('from', 'Int64', from * 1_000)} - ${days}`)}`]),
    ...(to === undefined ? [] : [`started_at < ${at(bind('to', 'Int64', to * 1_000))}`]),
    ...(within === null ? [] : [within]),
  ];
  // the first of a number has none before it: lagInFrame gives the epoch
  return `((started_at, id) IN (
    SELECT started_at, id FROM (
      SELECT started_at, id, lagInFrame(started_at) OVER (
        PARTITION BY caller ORDER BY started_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
      FROM calls WHERE ${conditions.join(' AND ')})
    WHERE toUnixTimestamp64Micro(before) > 0
      AND toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro(before) <= ${days}))`;
}

const at = (us: string) => `fromUnixTimestamp64Micro(${us}, 'UTC')`;
