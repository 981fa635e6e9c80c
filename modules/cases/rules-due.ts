const MINUTE = 60_000;
/** Minutes of working time in which a missed call is to be called back. */
export const CALLBACK_MINUTES = 60;

/**
 * From when on an open case is overdue. Every minute counts as working time until companies have working hours.
 * @param waitingFrom ms since the epoch
 */
export function dueAt(waitingFrom: number): number {
  return waitingFrom + CALLBACK_MINUTES * MINUTE;
}
