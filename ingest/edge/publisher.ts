import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge, histogram } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';

/** A frame that the bus has not stored after this is late: who waits for it is told, and so is whoever asks `refusing`. */
const LATE_MS = 900;
const ATTEMPT_MS = 2_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

const published = counter('edge_frames_published_total', 'Frames that the bus has stored');
const retried = counter('edge_publish_retries_total', 'Publishes that had to be repeated', ['why']);
const seconds = histogram('edge_publish_seconds', 'Time until the bus has stored a frame', [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5]);
const inFlightGauge = gauge('edge_frames_in_flight', 'Frames published and not yet stored');

/**
 * Publishes frames and keeps each until the bus has stored it, repeating it under the same message id, so that a frame
 * is stored once however often it was sent. Bounded: at most `window` frames are kept; receivers ask `full` before they
 * accept more. While the bus takes none, one frame at a time tries again, so that repeats do not pile up on the way.
 */
export class Publisher {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #window: number;
  #inFlight = 0;
  /** frames in flight that were refused or are late, and why the last one is */
  #late = 0;
  #why = '';
  #held: string | null = null;
  #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #again: (() => void)[] = [];
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #lastWarn = Number.NEGATIVE_INFINITY;

  constructor(bus: Bus, window: number, log: Log) {
    this.#bus = bus;
    this.#window = window;
    this.#log = log;
  }

  /** No room for another frame now: TCP stops reading, UDP is counted as bus_full. */
  get full(): boolean {
    return this.#held !== null || this.#inFlight >= this.#window;
  }

  /** Why the bus cannot take anything at this moment; null: it can. */
  get refusing(): string | null {
    if (this.#held !== null) return this.#held;
    if (!this.#bus.connected()) return 'the bus is away';
    return this.#late > 0 ? this.#why : null;
  }

  /** Takes nothing more, and tries nothing again, until it is called with null. */
  hold(why: string | null): void {
    this.#held = why;
    if (why === null) this.#flow();
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    while (this.full) await new Promise<void>((done) => this.#waiting.push(done));
  }

  /** Resolves when everything accepted so far is stored. */
  async drained(): Promise<void> {
    while (this.#inFlight > 0) await new Promise<void>((done) => this.#idle.push(done));
  }

  /**
   * Resolves when the bus has stored the frame; never rejects.
   * @param id the same for every repetition of one frame
   * @param late told once, with the reason, when the bus refuses the frame or has not stored it in about a second; the
   *   frame is kept and tried again all the same
   */
  async publish(subject: string, id: string, frame: Uint8Array, late?: (why: string) => void): Promise<void> {
    inFlightGauge.set(++this.#inFlight);
    let isLate = false;
    const beLate = (why: string) => {
      this.#why = why;
      if (isLate) return;
      isLate = true;
      this.#late++;
      late?.(why);
    };
    const limit = setTimeout(beLate, LATE_MS, 'the bus does not answer');
    for (;;) {
      const started = performance.now();
      try {
        if (!this.#bus.connected()) throw new Error('the bus is away');
        await this.#bus.js.publish(subject, frame, { msgID: id, timeout: ATTEMPT_MS });
        seconds.observe((performance.now() - started) / 1000);
        published.inc();
        break;
      } catch (error) {
        const { label, why } = reasonOf(error);
        retried.inc({ why: label });
        this.#warn(why, error);
        beLate(why);
        await this.#turn();
      }
    }
    clearTimeout(limit);
    if (isLate) this.#late--;
    inFlightGauge.set(--this.#inFlight);
    this.#flow();
    if (this.#inFlight === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  /** Resolves when it is this frame's turn to try again. */
  #turn(): Promise<void> {
    return new Promise((go) => {
      this.#again.push(go);
      this.#timer ??= setTimeout(this.#next, this.#pause);
    });
  }

  #next = (): void => {
    this.#timer = undefined;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    if (this.#held === null && this.#bus.connected()) this.#again.shift()?.();
    if (this.#again.length > 0) this.#timer = setTimeout(this.#next, this.#pause);
  };

  /** The bus takes frames: whoever waited goes on. */
  #flow(): void {
    this.#pause = FIRST_PAUSE_MS;
    for (const go of this.#again.splice(0)) go();
    if (!this.full) for (const tell of this.#waiting.splice(0)) tell();
  }

  #warn(message: string, error: unknown): void {
    const now = performance.now();
    if (now - this.#lastWarn < 5_000) return;
    this.#lastWarn = now;
    this.#log.warn(`a frame is not stored, trying again: ${message}`, { inFlight: this.#inFlight, error });
  }
}

/** JetStream's errors by code: 10077 maximum messages or bytes; 10047, 10023: the server's storage. */
const REASONS: readonly { is: RegExp; label: string; why: string }[] = [
  { is: /maximum (bytes|messages) exceeded/i, label: 'stream_full', why: "the bus' RAW stream is full" },
  { is: /no space left|insufficient (storage )?resources|10047|10023/i, label: 'disk_full', why: "the bus' disk is full" },
  { is: /timeout/i, label: 'unavailable', why: 'the bus does not answer' },
  { is: /not enabled|no responders/i, label: 'unavailable', why: 'the bus has no JetStream' },
];

function reasonOf(error: unknown): { label: string; why: string } {
  const text = `${error instanceof Error ? error.name : ''} ${errorText(error)}`;
  return REASONS.find((r) => r.is.test(text)) ?? { label: 'unavailable', why: errorText(error) };
}
