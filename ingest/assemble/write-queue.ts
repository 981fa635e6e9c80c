import type { Log } from '@callscope/core/node/log.ts';
import { untilDone } from '../write/retry.ts';

/** More writes than this wait for the store: reading FACTS stops until it catches up. */
const MOST_QUEUED = 4;

/** Writes one after the other, in the order of the stream. */
export interface WriteQueue {
  /** tried until it is done; once one was given up (only when stopping), what follows is not tried */
  add(what: string, work: () => Promise<void>): void;
  readonly isEmpty: boolean;
  /** reading stands until the store has taken more */
  readonly isFull: boolean;
  /** resolves when there is room for more */
  room(): Promise<void>;
  /** resolves when everything that was added is done or given up */
  drained(): Promise<void>;
}

export function createWriteQueue(log: Log, stopping: AbortSignal): WriteQueue {
  let tail: Promise<void> = Promise.resolve();
  let queued = 0;
  let givenUp = false;
  let wake: () => void = () => undefined;
  return {
    add: (what, work) => {
      queued++;
      tail = tail
        .then(() => (givenUp ? undefined : untilDone(what, log, stopping, work)))
        .catch((error) => {
          givenUp = true;
          log.warn(`${what} was given up, the next start does it again`, { error });
        })
        .finally(() => {
          queued--;
          wake();
        });
    },
    get isEmpty() {
      return queued === 0;
    },
    get isFull() {
      return queued > MOST_QUEUED;
    },
    room: async () => {
      while (queued > MOST_QUEUED) {
        await new Promise<void>((done) => {
          wake = done;
        });
      }
    },
    drained: () => tail,
  };
}
