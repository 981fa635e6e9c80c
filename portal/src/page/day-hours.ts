import { hourText } from './period.ts';

/** 08:30 -> 510 */
export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

/** A filter's time of day as a field shows it; without one it is the whole day. */
export function hoursOf(time: { from: number; to: number } | undefined): { from: string; to: string } {
  return time ? { from: hourText(time.from), to: hourText(time.to) } : { from: '00:00', to: '24:00' };
}

/** The other way: undefined = the whole day. */
export function timeOf({ from, to }: { from: string; to: string }): { from: number; to: number } | undefined {
  return from === '00:00' && to === '24:00' ? undefined : { from: minutesOf(from), to: minutesOf(to) };
}
