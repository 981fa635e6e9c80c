/**
 * Durations as SQL over `calls`, in whole milliseconds: the same rounding as core/domain/call.ts `callTimes`, so that a sum
 * equals the sum of what the list of calls shows.
 */
export const DURATIONS = {
  /** answer to end; 0 when nobody answered */
  talk: milliseconds('answered_at', 'ended_at', 'answered_at'),
  /** first ringing to answer or end; 0 when nothing rang */
  ring: milliseconds('ringing_at', `if(${happened('answered_at')}, answered_at, ended_at)`, 'ringing_at'),
} as const;
export type Duration = keyof typeof DURATIONS;

function happened(column: string): string {
  return `toUnixTimestamp64Micro(${column}) > 0`;
}

function milliseconds(from: string, to: string, since: string): string {
  return `if(${happened(since)}, intDiv(greatest(toUnixTimestamp64Micro(${to}) - toUnixTimestamp64Micro(${from}), 0) + 500, 1000), 0)`;
}
