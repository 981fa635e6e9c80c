/** Pages, jobs and tests take the time from here; a test sets it. Durations use performance.now() instead. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export function fixedClock(at: number): Clock & { set(at: number): void } {
  let value = at;
  return {
    now: () => value,
    set: (next) => {
      value = next;
    },
  };
}
