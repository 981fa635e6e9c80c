import { instantOf } from '@callscope/core/domain/zone.ts';

/** The first instant after a day of a form (yyyy-mm-dd); null: no day. */
export function endOfDay(day: string, zone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const begins = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(begins) ? null : new Date(instantOf(zone, begins + 86_400_000));
}
