import { DURATIONS } from '../catalog/durations.ts';
import { type Bind, HIDDEN_NUMBER } from './callers.ts';
import type { CallFilter } from './filter.ts';
import { workingSql } from './hours.ts';
import type { Company } from './plan.ts';

/**
 * Whether a call is a target call by the company's rule, as SQL over `calls`. Whoever asks must have read the rule: a figure by
 * another rule than the company's would be believed. Everything in it was checked when it was kept, so that it stands as it is.
 * @param within condition of what the asker may see; null: everything
 */
export function targetSql({ from, to }: CallFilter, { zone, target }: Company, bind: Bind, within: string | null): string {
  if (target === undefined) throw new Error("target calls need the company's rule");
  const { talkSeconds, firstOnly, hours } = target;
  const answered = "direction = 'in' AND result = 'answered'";
  const longer = `${DURATIONS.talk} > ${whole(talkSeconds) * 1_000}`;
  const base = [
    answered,
    longer,
    ...(hours === null ? [] : [workingSql([{ validFrom: 0, workingHours: hours }], zone, (name, ...of) => bind(`target${name}`, ...of))]),
  ].join(' AND ');
  if (!firstOnly) return `(${base})`;
  // of all that the asker sees, whatever else the filter says: a caller has one first call, at one line, so that lines add up
  const period = [
    ...(from === undefined ? [] : [`started_at >= fromUnixTimestamp64Micro(${bind('from', 'Int64', from * 1_000)}, 'UTC')`]),
    ...(to === undefined ? [] : [`started_at < fromUnixTimestamp64Micro(${bind('to', 'Int64', to * 1_000)}, 'UTC')`]),
  ];
  const among = ['tenant = {tenant: String}', ...period, `NOT ${HIDDEN_NUMBER}`, base, ...(within === null ? [] : [within])].join(' AND ');
  return `(${base} AND (started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls WHERE ${among} GROUP BY caller))`;
}

function whole(n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new Error(`no whole number: ${n}`);
  return n;
}
