/** At this rate a turn of the loop for each packet costs more than the packet: packets a second. */
const BUSY_RATE = 10_000;
/** The rate is taken over so many packets. */
const OVER = 500;
/** What a turn of the loop reads from a socket at most (libuv); a turn that read so many left more behind. */
const FULL_TURN = 32;
const WAIT_MS = 1;

const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Lets datagrams gather while there are many, as a network card moderates its interrupts (Linux NAPI): a receiver that runs
 * before everything else is otherwise woken by each of them, and half of its time is waking. The thread sleeps 1 ms after a
 * turn of the loop that left nothing behind; a socket's buffer holds some 70 ms at 50,000 packets/s.
 */
export class Gather {
  #since = performance.now();
  #counted = 0;
  #inTurn = 0;
  #isBusy = false;

  /** To be called for every datagram. */
  took(): void {
    if (++this.#counted === OVER) {
      const now = performance.now();
      this.#isBusy = (OVER / (now - this.#since)) * 1_000 > BUSY_RATE;
      this.#since = now;
      this.#counted = 0;
    }
    if (this.#isBusy && this.#inTurn++ === 0) setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    if (this.#inTurn < FULL_TURN) Atomics.wait(never, 0, 0, WAIT_MS);
    this.#inTurn = 0;
  };
}
