import { type Caller, reachOf } from '@callscope/modules/access/callers.ts';
import type { Stops } from '@callscope/modules/edge/recording-states.ts';

/** Whoever talks ends what they began; what the rule of the company records is for those who answer for others' calls. */
export function stopsOf(caller: Caller, company: string): Stops {
  const reach = reachOf(caller, company, 'calls:control');
  return reach === null ? 'none' : reach === 'own' ? 'begun' : 'all';
}
