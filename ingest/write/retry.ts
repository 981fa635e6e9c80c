import type { Log } from '@callscope/core/node/log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Something that may be undone by a restart of its store is tried until it is done: pauses double up to 5 s. Rejects only when stopping. */
export async function untilDone<T>(what: string, log: Log, stopping: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (stopping.aborted) throw error;
      log.warn(`${what} failed, trying again`, { error, inMs: pause });
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
