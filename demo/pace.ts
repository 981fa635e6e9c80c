import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { Rest } from './rest.ts';

/** A call that is asked for until it is there. */
export interface SentCall {
  tenant: string;
  callId: string;
}

const ASK_MS = 120;
const PROBE_MS = 250;
/** Time from sending to REST: below it history goes faster, above it slower, and far above it waits. ms */
const WELL_MS = 1_200;
const SLOWER_MS = 1_700;
const STOP_MS = 2_500;
const FIRST_RATE = 100;
const LEAST_RATE = 60;
const MOST_RATE = 3_000;

/**
 * How fast history may go so that live calls stay live. Both take the same way, so the time that one call of history
 * takes from the port to REST is what a live call takes: it is measured all the time, and the rate follows it.
 */
export class Pace {
  readonly #rest: Pick<Rest, 'hasCall'>;
  readonly #log: Log;
  readonly #most: number;
  #rate: number;
  #credit = 0;
  #last = performance.now();
  #probe: SentCall | null = null;
  #probeSentAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  /** times from sending to REST, ms */
  readonly delays: number[] = [];

  /** @param most calls a second; 0 = no limit of its own */
  constructor(rest: Pick<Rest, 'hasCall'>, most: number, log: Log) {
    this.#rest = rest;
    this.#log = log;
    this.#most = most > 0 ? most : MOST_RATE;
    this.#rate = Math.min(FIRST_RATE, this.#most);
  }

  /** Resolves when so many more calls may be sent. */
  async take(calls: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = performance.now();
      const waits = this.#probe !== null && now - this.#probeSentAt > STOP_MS;
      this.#credit = Math.min(this.#credit + ((now - this.#last) / 1_000) * (waits ? 0 : this.#rate), Math.max(calls, this.#rate * 0.1));
      this.#last = now;
      if (this.#credit >= calls || signal.aborted || this.#ended) break;
      await new Promise((done) => setTimeout(done, 5));
    }
    this.#credit -= calls;
  }

  /** The last call of what was just sent. */
  sent(call: SentCall): void {
    if (this.#probe !== null || this.#timer !== undefined || this.#ended) return;
    this.#probe = call;
    this.#probeSentAt = performance.now();
    this.#look(call);
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #look = (call: SentCall): void => {
    this.#rest
      .hasCall(call.tenant, call.callId)
      .catch((error) => {
        this.#log.debug('the portal did not answer', { error: errorText(error) });
        return false;
      })
      .then((isThere) => {
        if (this.#ended) return;
        const delay = performance.now() - this.#probeSentAt;
        if (!isThere) {
          this.#timer = setTimeout(() => this.#look(call), ASK_MS);
          return;
        }
        this.delays.push(delay);
        this.#probe = null;
        if (delay > STOP_MS) this.#change(0.5);
        else if (delay > SLOWER_MS) this.#change(0.8);
        else if (delay < WELL_MS) this.#change(1.25);
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
        }, PROBE_MS);
      });
  };

  #change(factor: number): void {
    this.#rate = Math.min(this.#most, Math.max(LEAST_RATE, this.#rate * factor));
  }
}
