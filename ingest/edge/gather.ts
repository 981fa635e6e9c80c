/** From this rate on a turn of the loop for each datagram costs more than the datagram: datagrams a second. */
const BUSY_RATE = 10_000;
/** The rate is taken over so many datagrams. */
const OVER = 500;
/** What a turn of the loop reads from a socket at most (libuv, uv__udp_recvmsg): one that read so many left more behind. */
const FULL_TURN = 32;
const WAIT_MS = 1;

const never = new Int32Array(new SharedArrayBuffer(4));
const sleep = () => void Atomics.wait(never, 0, 0, WAIT_MS);

/**
 * Lets the datagrams of a socket gather while there are many, as a network card moderates its interrupts (Linux NAPI): a
 * receiver that runs before everything else is otherwise woken by each of them. The whole thread sleeps 1 ms after a turn of
 * the loop that left nothing in the socket.
 */
export class Gather {
  readonly #now: () => number;
  readonly #sleep: () => void;
  #since: number;
  #counted = 0;
  #inTurn = 0;
  #isBusy = false;

  /** @param now ms, monotonic */
  constructor(now: () => number = () => performance.now(), wait: () => void = sleep) {
    this.#now = now;
    this.#sleep = wait;
    this.#since = now();
  }

  /** To be called for every datagram. */
  took(): void {
    if (++this.#counted === OVER) {
      const now = this.#now();
      this.#isBusy = OVER * 1_000 > BUSY_RATE * (now - this.#since);
      this.#since = now;
      this.#counted = 0;
    }
    if (this.#isBusy && this.#inTurn++ === 0) setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    if (this.#inTurn < FULL_TURN) this.#sleep();
    this.#inTurn = 0;
  };
}
