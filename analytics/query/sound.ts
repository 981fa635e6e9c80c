import type { DimensionId } from '../catalog/dimensions.ts';
import { type AdditiveId, MEASURES } from '../catalog/measures.ts';
import type { CallFilter } from './filter.ts';
import { periodParts } from './marks.ts';

/** What stands in `call_quality` and not in `calls`. */
const ITS_OWN: readonly (DimensionId | null)[] = ['ownNetwork', 'farNetwork'];

/** Whether rows or figures are of how calls sounded: `calls` alone do not say it. */
export function needSound(sums: readonly AdditiveId[], by: DimensionId | null): boolean {
  return ITS_OWN.includes(by) || sums.some((id) => MEASURES[id].kind === 'sound');
}

/** `calls` with what is known of their sound beside them: each once, however often it was reckoned. Where nothing is, null and ''. */
export function callsWithSound(filter: CallFilter): string {
  const conditions = ['tenant = {tenant: String}', ...periodParts(filter)].join(' AND ');
  return `calls\nLEFT ANY JOIN (SELECT id, mos, loss, jitter, left_silent OR right_silent AS one_way, left_network, right_network FROM call_quality FINAL WHERE ${conditions}) AS sound USING (id)`;
}

/** Thousandths of a value, as means are made of durations in ms. */
export const soundSql = (of: 'mos' | 'loss' | 'jitter') => `toFloat64(ifNull(${of}, 0)) * 1000`;
