import type { EdgeResult } from '@callscope/core/bus/edge-commands.ts';

const KEPT_MS = 60_000;

/** The answers of the last minute, so that a command that is asked again is carried out once. */
export class Answers {
  readonly #kept = new Map<string, { answer: Promise<EdgeResult>; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the first answer to this id: also while it is not there yet */
  once(id: string, carryOut: () => Promise<EdgeResult>): Promise<EdgeResult> {
    const now = this.#now();
    // in the order in which they were asked: the oldest come first
    for (const [old, { until }] of this.#kept) {
      if (until > now) break;
      this.#kept.delete(old);
    }
    const known = this.#kept.get(id);
    if (known) return known.answer;
    const answer = carryOut();
    this.#kept.set(id, { answer, until: now + KEPT_MS });
    return answer;
  }
}
