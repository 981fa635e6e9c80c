import type { Log } from '@callscope/core/node/log.ts';
import { isDataError } from './block-writer.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Something that a restart of its store may mend is tried until it is done: pauses double up to 5 s.
 * @throws when stopping, and at once where the data itself is wrong
 */
export async function untilDone<T>(what: string, log: Log, stopping: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (stopping.aborted || isDataError(error)) throw error;
      log.warn(`${what} failed, trying again`, { error, inMs: pause });
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
