import type { Limits, Within } from '@callscope/core/domain/reach.ts';

/** How far somebody's right reaches into a company: with it a file is made, and asked for. */
export interface ExportReach {
  within: Limits;
  hears: boolean;
  costs: boolean;
}

const KINDS: readonly (keyof Within)[] = ['employees', 'groups', 'numbers'];

/**
 * Whether somebody may have a file now that was made with `made`: all that it can tell of must still be within their reach. Whoever
 * was given more since may have it; what they lack is decided by what the file could hold and not by what it does.
 */
export function mayHave(made: ExportReach, now: ExportReach): boolean {
  if ((made.hears && !now.hears) || (made.costs && !now.costs)) return false;
  if (now.within === undefined) return true;
  const [was, is] = [made.within, now.within];
  return was !== undefined && KINDS.every((kind) => was[kind].every((id) => is[kind].includes(id)));
}

/** Between tries of a file, seconds; after the last it has failed. */
const AGAIN_SECONDS = [5, 30, 120, 600] as const;

/** When a file is tried again that could not be made. @param tries with the last one @returns seconds; null: it is not */
export function againAfter(tries: number): number | null {
  return AGAIN_SECONDS[tries - 1] ?? null;
}
export const MOST_TRIES = AGAIN_SECONDS.length + 1;

/** How much of it is made, 0 to 1; null: nobody counted its rows, and how much there will be is not known. */
export function shareOf({ rows, ofRows }: { rows: number; ofRows: number | null }): number | null {
  return ofRows === null ? null : ofRows === 0 ? 1 : Math.min(1, rows / ofRows);
}

/** What of the person's files ended between two looks at them: those that were not ready and are, each once. */
export function endedOf<T extends { id: string; state: string }>(before: readonly { id: string; state: string }[], now: readonly T[]): T[] {
  const open = new Set(before.filter(({ state }) => isOpen(state)).map(({ id }) => id));
  return now.filter(({ id, state }) => open.has(id) && (state === 'done' || state === 'failed'));
}

export const isOpen = (state: string): boolean => state === 'waiting' || state === 'running';
