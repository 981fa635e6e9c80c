import type { CallRow } from '@callscope/core/domain/call.ts';
import type { RecordingReason, RecordingStatus } from '@callscope/core/domain/recording.ts';

/** A segment as far as it says how the recording of its call stands. */
export interface SegmentState {
  status: string;
  reason: string;
  /** ms since the epoch, null without audio */
  startedAt: number | null;
  seconds: number | null;
}

export interface CallRecording {
  status: RecordingStatus;
  /** null: ready, or not decided yet */
  reason: RecordingReason | null;
  seconds: number | null;
  /** in the order in which they were spoken; `from`: seconds after the call began */
  segments: { from: number; seconds: number }[];
}

/** A recording that should be there and has not come for so long after the call's end will not come by itself. */
export const PENDING_MS = 10 * 60_000;

/** A talk that is over before the relay has begun to record, or anybody has said a word: nothing is missing. µs */
export const TOO_SHORT_US = 1_000_000;
export const isTooShort = ({ answeredAt, endedAt }: Pick<CallRow, 'answeredAt' | 'endedAt'>): boolean =>
  endedAt - answeredAt < TOO_SHORT_US;

/** Rules of an edge by which a call is recorded without anybody asking for it. */
const BY_ITSELF: readonly string[] = ['all', 'answer', 'offer'];
export const isByItself = (recordRule: string): boolean => BY_ITSELF.includes(recordRule);

/**
 * How the recording of a call stands, and why there is none. What a recorder has said counts; where none has, the edge's rule.
 * @param now ms
 */
export function recordingOf(
  call: Pick<CallRow, 'startedAt' | 'answeredAt' | 'endedAt' | 'recordRule'>,
  segments: readonly SegmentState[],
  now: number,
): CallRecording {
  const without = (status: RecordingStatus, reason: RecordingReason | null): CallRecording => ({
    status,
    reason,
    seconds: null,
    segments: [],
  });
  const ready = segments.filter((s) => s.status === 'ready' && s.startedAt !== null && s.seconds !== null);
  if (ready.length > 0) {
    const seconds = (ms: number) => Math.round(ms) / 1_000;
    return {
      ...{ status: 'ready', reason: null, seconds: seconds(ready.reduce((sum, s) => sum + (s.seconds ?? 0) * 1_000, 0)) },
      segments: ready.map((s) => ({
        from: Math.max(0, seconds((s.startedAt ?? 0) - call.startedAt / 1_000)),
        seconds: s.seconds ?? 0,
      })),
    };
  }
  for (const status of ['erased', 'expired'] as const) if (segments.some((s) => s.status === status)) return without(status, status);
  if (segments.some((s) => s.status === 'failed')) return without('failed', 'fault');
  if (!call.answeredAt) return without('none', 'not_answered');
  const [said] = segments;
  if (said) return without('none', said.reason as RecordingReason);
  // an edge that passes a forwarded call on without taking its media says so
  if (call.recordRule === 'unanchored') return without('none', 'forwarded_unanchored');
  if (call.recordRule === '') return without('none', 'not_seen_by_edge');
  // none; or on demand, and nobody asked
  if (!isByItself(call.recordRule)) return without('none', 'policy_off');
  if (now - call.endedAt / 1_000 <= PENDING_MS) return without('pending', null);
  return isTooShort(call) ? without('none', 'too_short') : without('failed', 'fault');
}
