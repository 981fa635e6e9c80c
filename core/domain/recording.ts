/** How the recording of a call stands (contract: Call). */
export const RECORDING_STATUSES = ['ready', 'pending', 'none', 'failed', 'expired', 'erased'] as const;
export type RecordingStatus = (typeof RECORDING_STATUSES)[number];

/** Why a call has no recording. Every call without one has exactly one of these. */
export const RECORDING_REASONS = [
  'policy_off',
  'not_answered',
  'forwarded_unanchored',
  'too_short',
  'paused',
  'fault',
  'expired',
  'erased',
  'not_seen_by_edge',
] as const;
export type RecordingReason = (typeof RECORDING_REASONS)[number];

/** A recording began at most so long after its call. */
export const LATEST_RECORDING_MS = 3 * 24 * 3_600_000;
