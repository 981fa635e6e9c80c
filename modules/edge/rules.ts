/** @param commands recording commands of a call that were carried out, oldest first */
export function isMasked(commands: readonly string[]): boolean {
  // what has been stopped meanwhile is not masked any more
  return commands.at(-1) === 'mask';
}

/**
 * Whether an unmask begins to record again: what had been stopped before the mask, or was never begun, stays so.
 * @param commands as above @param byItself the call is recorded without anybody asking
 */
export function isResumed(commands: readonly string[], byItself: boolean): boolean {
  const last = commands.findLast((command) => command === 'start' || command === 'stop');
  return last === undefined ? byItself : last === 'start';
}

/** Number of the part that begins now, among those that were asked for; from 1. @param commands @param byItself as above */
export function segmentOf(commands: readonly string[], byItself: boolean): number {
  const begins = (command: string, at: number) =>
    command === 'start' || (command === 'unmask' && isResumed(commands.slice(0, at), byItself));
  return commands.filter(begins).length + 1;
}

/** unknown: the policy is not kept here and nobody has told the call anything */
export type RecordingState = 'on' | 'off' | 'masked' | 'unknown';

/** Whether a call that talks is being recorded. @param commands as above @param byItself null: nothing says it */
export function recordingState(commands: readonly string[], byItself: boolean | null): RecordingState {
  switch (commands.at(-1)) {
    case undefined:
      return byItself === null ? 'unknown' : byItself ? 'on' : 'off';
    case 'mask':
      return 'masked';
    case 'start':
      return 'on';
    case 'unmask':
      return isResumed(commands.slice(0, -1), byItself ?? true) ? 'on' : 'off';
    default:
      return 'off';
  }
}
