/**
 * How a call ended, from its final SIP code. The one place where codes become words
 * (contract: Call.result; RFC 3261 section 21 for the codes).
 */
export const RESULTS = ['answered', 'no_answer', 'busy', 'rejected', 'unavailable', 'cancelled', 'failed'] as const;
export type CallResult = (typeof RESULTS)[number];

export const MISSED_KINDS = ['busy_hit', 'out_of_hours', 'short_abandon', 'not_taken'] as const;
export type MissedKind = (typeof MISSED_KINDS)[number];

/**
 * @param sipCode final code of the INVITE; 0 when none was seen (the call was closed by rule)
 * @param rang true when any leg sent 180 or 183 before the end
 */
export function resultOf(sipCode: number, rang: boolean): CallResult {
  if (sipCode >= 200 && sipCode < 300) return 'answered';
  switch (sipCode) {
    case 486:
    case 600:
      return 'busy';
    case 603:
      return 'rejected';
    case 480:
    case 410:
      return 'unavailable';
    case 408:
      return 'no_answer';
    case 487:
      return rang ? 'no_answer' : 'cancelled';
    default:
      return 'failed';
  }
}
