import type { LiveCall } from '@callscope/core/bus/live.ts';
import { peopleIn } from './live/lines.ts';

/** Calls in progress in which an employee calls, talks or is rung, talks first. */
export function callsOfEmployee(calls: Iterable<LiveCall>, employee: string | null): LiveCall[] {
  if (employee === null) return [];
  return [...calls]
    .filter((call) => call.endedAt === 0 && peopleIn(call).some((person) => person.employee === employee))
    .sort((a, b) => Number(b.state === 'talking') - Number(a.state === 'talking') || a.startedAt - b.startedAt);
}
