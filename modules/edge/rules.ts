/** @param commands recording commands of a call that were carried out, oldest first */
export function isMasked(commands: readonly string[]): boolean {
  // what has been stopped meanwhile is not masked any more
  return commands.at(-1) === 'mask';
}

/** Number of the part that begins now, among those that were asked for; from 1. */
export function segmentOf(commands: readonly string[]): number {
  return commands.filter((command) => command === 'start' || command === 'unmask').length + 1;
}
