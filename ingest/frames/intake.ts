import type { Log } from '@callscope/core/node/log.ts';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';

const HEARTBEAT_MS = 2_000;
/** one request to the bus stands this long */
const REQUEST_MS = 30_000;
const RETRY_MS = 500;
/** of frames that are done: a redelivery comes within the bus' wait for an acknowledgement, or not much later */
const REMEMBERED = 20_000;

/** When the bus got a message, ms. */
export const timeOf = (message: JsMsg) => Number(message.timestampNanos / 1_000_000n);

/**
 * The frames in this process' hand: from their delivery until the store has their rows. All of them are said to be in
 * work, those too that nobody has looked at yet, however long the store keeps the decoder waiting. What is delivered
 * again meanwhile, or after it was done, is no new frame.
 */
export class Intake {
  readonly #log: Log;
  /** RAW sequence -> its latest delivery, the one that is answered; oldest first */
  #inHand = new Map<number, JsMsg>();
  #done = new Set<number>();
  #waiting: JsMsg[] = [];
  #requested: ConsumerMessages | undefined;
  #closed = false;
  /** who waits for frames, or for fewer of them */
  #waiters: (() => void)[] = [];
  #beat: NodeJS.Timeout;
  /** how many waited on the bus behind the last frame that was delivered */
  pendingOnBus = 0;
  #lastAt = 0;

  constructor(log: Log) {
    this.#log = log;
    this.#beat = setInterval(() => {
      for (const message of this.#inHand.values()) message.working();
    }, HEARTBEAT_MS);
  }

  /** Asks the bus for frames, `batch` at a time, as long as fewer than that wait here. Resolves when closed. */
  async run(consumer: Consumer, batch: number): Promise<void> {
    while (!this.#closed) {
      if (this.#waiting.length >= batch) await this.#change();
      else
        try {
          this.#requested = await consumer.fetch({ max_messages: batch, expires: REQUEST_MS });
          for await (const message of this.#requested) this.deliver(message);
        } catch (error) {
          if (this.#closed) return;
          this.#log.warn('the bus gives no frames, asking again', { error });
          await new Promise((done) => setTimeout(done, RETRY_MS));
        }
    }
  }

  deliver(message: JsMsg): void {
    this.pendingOnBus = message.info.pending;
    this.#lastAt = timeOf(message);
    if (this.#done.has(message.seq)) {
      message.ack();
      return;
    }
    const isNew = !this.#inHand.has(message.seq);
    this.#inHand.set(message.seq, message);
    if (!isNew) return;
    this.#waiting.push(message);
    this.#wake();
  }

  /** The next frames, at most so many; waits for the first. None: closed. */
  async take(most: number): Promise<JsMsg[]> {
    while (this.#waiting.length === 0 && !this.#closed) await this.#change();
    if (this.#closed) return [];
    const taken = this.#waiting.splice(0, most);
    this.#wake();
    return taken;
  }

  /** Everything of the frame is stored. */
  done(seq: number): void {
    this.#inHand.get(seq)?.ack();
    this.#inHand.delete(seq);
    this.#done.add(seq);
    const [oldest] = this.#done;
    if (this.#done.size > REMEMBERED && oldest !== undefined) this.#done.delete(oldest);
  }

  /** Age of the oldest of what waits, ms: of frames on the bus, and of those in hand as far as it is longer than `usualMs`. */
  waitedMs(now: number, usualMs: number): number {
    const onBus = this.pendingOnBus > 0 ? now - this.#lastAt : 0;
    const [oldest] = this.#inHand.values();
    return Math.max(0, onBus, oldest ? now - timeOf(oldest) - usualMs : 0);
  }

  /** Takes nothing more; what nobody has looked at goes back at once. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const message of this.#waiting.splice(0)) {
      this.#inHand.delete(message.seq);
      message.nak();
    }
    this.#wake();
    await this.#requested?.close();
  }

  /** After the last block. */
  stop(): void {
    clearInterval(this.#beat);
  }

  #change(): Promise<void> {
    return new Promise((done) => this.#waiters.push(done));
  }

  #wake(): void {
    for (const tell of this.#waiters.splice(0)) tell();
  }
}
