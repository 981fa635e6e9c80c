import { findCall } from '@callscope/analytics/run/calls.ts';
import type { RecordingReason, RecordingStatus } from '@callscope/core/domain/recording.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { ObjectsError } from '@callscope/core/node/objects/store.ts';
import { goneOf } from '@callscope/modules/recordings/gone.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { chosenOf } from './audio.ts';

/** Why nothing is heard of a call. Times are ms since the epoch. */
export interface WhyNot {
  status: RecordingStatus;
  reason: RecordingReason | null;
  /** when it was taken away, and by whom where somebody asked for it */
  at: number | null;
  by: string | null;
  /** it should be there: the archive has lost it, its key is missing, or the archive does not answer; null: nothing is wrong with it */
  fault: 'lost' | 'sealed' | 'away' | null;
}

/** Asked when a player could not play: nobody is said to have listened. @param scope with the right to listen @throws Problem 404 */
export async function whyNot(deps: Deps, scope: TenantScope, id: string): Promise<WhyNot> {
  const { db, store, clock } = deps;
  const call = await findCall(store, scope, id);
  if (!call) throw new Problem(404, `no call "${id}" in this company`);
  const segments = (await segmentsOf(db, scope, [call.id])).get(call.id) ?? [];
  const { status, reason } = recordingOf(call, segments, clock.now());
  const gone = status === 'erased' || status === 'expired' ? await goneOf(db, scope, call.id) : null;
  const said = { status, reason, at: gone?.at.getTime() ?? null, by: gone?.by ?? null };
  const chosen = chosenOf(segments, undefined);
  if (chosen.length === 0) return { ...said, fault: null };
  try {
    // each of them: one that is lost is enough for the whole not to play
    for (const segment of chosen) {
      const audio = await deps.recordings.open(scope, [segment], segment.format);
      (await audio.read({ from: 0, to: 1 })).destroy();
    }
    return { ...said, fault: null };
  } catch (error) {
    if (error instanceof KeysMissing) return { ...said, fault: 'sealed' };
    if (error instanceof ObjectsError) return { ...said, fault: error.fault === 'missing' ? 'lost' : 'away' };
    throw error;
  }
}
