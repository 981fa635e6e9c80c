import { instantOf, startOfDay } from '@callscope/core/domain/zone.ts';

/** From when on a change holds: today, a day of the company's calendar (2026-11-23), or as if it had always been so. */
export type Validity = { kind: 'today' } | { kind: 'day'; day: string } | { kind: 'always' };

/** @returns null when it is none */
export function validityOf(value: unknown): Validity | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'today' || value.kind === 'always') return { kind: value.kind };
  const day = value.kind === 'day' && 'day' in value ? value.day : null;
  if (typeof day !== 'string' || !/^20\d\d-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day))) return null;
  return { kind: 'day', day };
}

/**
 * The moment from which a change holds, and the one since which written calls follow it (null: only those of the last days).
 * "Today" never reaches behind a version that began today: the people whom the page shows are those that are changed.
 * @param current since when what is in force now has been, ms
 */
export function momentsOf(validity: Validity, zone: string, now: number, current: number): { from: Date; recompute: Date | null } {
  if (validity.kind === 'today') return { from: new Date(Math.max(startOfDay(zone, now), current)), recompute: null };
  const from = new Date(validity.kind === 'always' ? 0 : instantOf(zone, Date.parse(`${validity.day}T00:00:00Z`)));
  return { from, recompute: from.getTime() < now ? from : null };
}
