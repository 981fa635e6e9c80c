import type { ClickHouseClient } from '@clickhouse/client';

/** A call as a test made it: the second way of counting knows nothing else. Moments are ms since the epoch; 0 = did not happen. */
export interface MadeRow {
  id: string;
  direction: 'in' | 'out' | 'internal';
  answered: boolean;
  missedKind: '' | 'busy_hit' | 'short_abandon' | 'not_taken';
  caller: string;
  number: string;
  employee: string;
  group: string;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
}

const SECOND = 1_000;
const HOUR = 3_600_000;

/** Numbers that look like chance and are the same every time. */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * So many calls between two moments, of any length up to a few hours, to twelve numbers, ten people and three groups; some begin and end
 * to the millisecond on an hour.
 */
export function madeRows(count: number, from: number, to: number, seed: number): MadeRow[] {
  const chance = chances(seed);
  // the first of a list is taken most often
  const one = <T>(list: readonly T[]) => list[Math.floor(chance() ** 1.7 * list.length)] as T;
  const names = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what}${String(i + 1).padStart(2, '0')}`);
  const [numbers, employees] = [names('749510001', 12), names('e', 10)];
  return Array.from({ length: count }, (_, i) => {
    const at = from + Math.floor(chance() * (to - from));
    const startedAt = i % 25 === 0 ? Math.floor(at / HOUR) * HOUR : at;
    const direction = one(['in', 'in', 'out', 'internal'] as const);
    const answered = chance() < 0.7;
    const wait = Math.floor(chance() * 40 * SECOND);
    const talk = answered ? Math.floor(chance() ** 4 * (i % 40 === 0 ? 3 * HOUR : 900 * SECOND)) : 0;
    const end = startedAt + wait + talk;
    const isMissed = direction === 'in' && !answered;
    return {
      ...{ id: `made-${seed}-${i}`, direction, answered, startedAt, caller: `7916${1_000_000 + Math.floor(chance() * 60)}` },
      missedKind: isMissed ? one(['not_taken', 'busy_hit', 'short_abandon'] as const) : '',
      number: direction === 'internal' ? '' : one(numbers),
      employee: answered || direction !== 'in' ? one(employees) : '',
      group: one(['sales', 'service', '']),
      ringingAt: i % 7 === 0 ? 0 : startedAt + Math.floor(wait / 2),
      answeredAt: answered ? startedAt + wait : 0,
      endedAt: i % 25 === 1 ? Math.max(startedAt + wait, Math.floor(end / HOUR) * HOUR) : end,
    };
  });
}

/** Puts them into the store as if they had come. */
export async function putRows(store: ClickHouseClient, tenant: string, rows: readonly MadeRow[]): Promise<void> {
  const values = rows.map((row) => ({
    ...{ tenant, edge_tenant: tenant, id: row.id, source: 'events', revision: 1, direction: row.direction, missed_kind: row.missedKind },
    ...{ result: row.answered ? 'answered' : 'no_answer', caller: row.caller, dialled: row.number, number: row.number },
    ...{ employee: row.employee, group_id: row.group, started_at: text(row.startedAt), written_at: text(Date.now()) },
    ...{ ringing_at: text(row.ringingAt), answered_at: text(row.answeredAt), ended_at: text(row.endedAt) },
  }));
  await store.insert({ table: 'calls', format: 'JSONEachRow', values });
}

/** A moment as the store reads it. */
const text = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');

/** The clock of a zone by another way than the product's: "2026-10-25 02:30:00 GMT+2". */
function wall(zone: string, at: number): string {
  const known = clocks.get(zone) ?? {
    moment: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }),
    offset: new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }),
  };
  clocks.set(zone, known);
  return `${known.moment.format(at)} ${known.offset.format(at).split(', ')[1]}`;
}
const clocks = new Map<string, { moment: Intl.DateTimeFormat; offset: Intl.DateTimeFormat }>();

/** In which hour, day, week or month a moment lies, as a name of it. */
export function stretchOf(by: 'hour' | 'day' | 'week' | 'month', zone: string, at: number): string {
  const said = wall(zone, at);
  if (by === 'hour') return `${said.slice(0, 13)}${said.slice(19)}`;
  if (by === 'day') return said.slice(0, 10);
  if (by === 'month') return said.slice(0, 7);
  const day = new Date(`${said.slice(0, 10)}T00:00:00Z`);
  return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
}
