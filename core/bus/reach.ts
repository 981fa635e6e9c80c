import { type Limits, reachesCall } from '../domain/reach.ts';
import type { EndedCall, LiveCall } from './live.ts';

/** Whether a call in progress is within reach: who it is offered to now counts, who refused it does not any more. */
export function reachesLive(within: Limits, { employee, targets, group, number }: LiveCall): boolean {
  return reachesCall(within, { employees: [employee, ...targets.map((t) => t.employee)], group, number });
}

/** Whether one that ended is, by what its end says: whom it was offered to it does not. */
export function reachesEnded(within: Limits, { employee, group, number }: EndedCall): boolean {
  return reachesCall(within, { employees: [employee], group, number });
}
