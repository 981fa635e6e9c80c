/** @param commands recording commands of a call that were carried out, oldest first */
export function isMasked(commands: readonly string[]): boolean {
  // what has been stopped meanwhile is not masked any more
  return commands.at(-1) === 'mask';
}

/** Whether an unmask begins to record again: what had been stopped before the mask stays stopped. @param commands as above */
export function isResumed(commands: readonly string[]): boolean {
  return commands.findLast((command) => command === 'start' || command === 'stop') !== 'stop';
}

/** Number of the part that begins now, among those that were asked for; from 1. @param commands as above */
export function segmentOf(commands: readonly string[]): number {
  const begins = (command: string, at: number) => command === 'start' || (command === 'unmask' && isResumed(commands.slice(0, at)));
  return commands.filter(begins).length + 1;
}
