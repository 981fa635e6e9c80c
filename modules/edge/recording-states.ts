import type { LiveCall } from '@callscope/core/bus/live.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Kysely } from 'kysely';
import { policyInCalls } from '../recordings/policy-store.ts';
import type { PostgresSchema } from '../schema.ts';
import { recordingCommandsOf } from './audit.ts';
import { type RecordingState, recordingState } from './rules.ts';

/** How the recording of a call in progress stands, and whether whoever asks may begin and end it. */
export interface CallInRecording {
  state: RecordingState;
  mayBegin: boolean;
  mayStop: boolean;
}

/** Which recordings whoever asks may stop: all, those that no rule of the company makes, none. */
export type Stops = 'all' | 'begun' | 'none';

/** Of those calls that talk: nothing is recorded before the answer. @returns by id of the call */
export async function recordingStates(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  calls: readonly LiveCall[],
  stops: Stops,
  now: Date,
): Promise<Record<string, CallInRecording>> {
  const talking = calls.filter((call) => call.state === 'talking' && call.endedAt === 0);
  if (talking.length === 0) return {};
  const idOf = ({ id }: LiveCall) => id.replace(/~\d+$/, '');
  const [policyOf, commands] = await Promise.all([policyInCalls(db, scope, now), recordingCommandsOf(db, scope, talking.map(idOf))]);
  return Object.fromEntries(
    talking.map((call) => {
      const { mayBegin, byItself, byRule, isSaid } = policyOf(call);
      const state = recordingState(commands.get(idOf(call)) ?? [], isSaid ? byItself : null);
      return [call.id, { state, mayBegin, mayStop: stops === 'all' || (stops === 'begun' && !byRule) }];
    }),
  );
}
