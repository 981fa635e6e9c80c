import { HIDDEN, LONGEST_NUMBER } from '@callscope/core/domain/hidden.ts';
import type { CallFilter } from './filter.ts';
import type { Company } from './plan.ts';

/** Gives a value to a parameter. @returns how SQL names it */
export type Bind = (name: string, type: string, value: unknown) => string;

const DAY = 86_400_000;

/** isHidden of core/domain/hidden.ts, as SQL over `calls`. */
export const HIDDEN_NUMBER = `(lower(caller) IN (${HIDDEN.map((word) => `'${word}'`).join(', ')}) OR lengthUTF8(caller) > ${LONGEST_NUMBER} OR position(caller, '\\0') > 0)`;

/** A caller's number as a number, for sets of callers: anything else than digits is hashed into the upper half. */
const CALLER_KEY = 'if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))';

/**
 * Whether a call is the first from its number: the first of the period, of a number that did not call in before it. Who called
 * before is one set, kept by day in the projection by_day_callers. Who sees a part of the company learns nothing of the calls that
 * are not in it.
 * @param within condition of what the asker may see; null: everything
 */
export function firstCallSql({ from, to }: CallFilter, bind: Bind, within: string | null): string {
  const inbound = ['tenant = {tenant: String}', "direction = 'in'", ...(within === null ? [] : [within])];
  const asked = [
    ...inbound,
    ...(to === undefined ? [] : [`started_at < ${at(bind('to', 'Int64', to * 1_000))}`]),
    ...(from === undefined ? [] : [`started_at >= ${at(bind('from', 'Int64', from * 1_000))}`, isNew(from, inbound, bind)]),
    `NOT ${HIDDEN_NUMBER}`,
  ];
  return `((started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls
    WHERE ${asked.join(' AND ')}
    GROUP BY caller))`;
}

/** Days before the period from the projection, in its words; what is left of the last one from the rows. */
function isNew(from: number, inbound: readonly string[], bind: Bind): string {
  const day = at(bind('fromDay', 'Int64', Math.floor(from / DAY) * DAY * 1_000));
  const set = `SELECT groupBitmapState(${CALLER_KEY}) FROM calls WHERE ${[...inbound, `toDate(started_at) < toDate(${day})`].join(' AND ')}`;
  const rest = [...inbound, `started_at >= ${day}`, `started_at < ${at(bind('from', 'Int64', from * 1_000))}`].join(' AND ');
  return [
    `NOT bitmapContains((${set}), ${CALLER_KEY})`,
    ...(from % DAY === 0 ? [] : [`caller NOT IN (SELECT caller FROM calls WHERE ${rest})`]),
  ].join(' AND ');
}

/** Whether the number of a call had called in within the company's days before; the same holds of who sees a part. */
export function repeatCallSql({ from, to }: CallFilter, { rules }: Company, bind: Bind, within: string | null): string {
  const days = bind('repeatWithin', 'Int64', rules.repeatCallDays * DAY * 1_000);
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
