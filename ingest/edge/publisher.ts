import type { Log } from '@callscope/core/node/log.ts';
import { counter, gauge, histogram } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';

const RETRY_MS = 250;
/** A refused publish of a full stream is tried again more slowly: somebody has to make room first. */
const FULL_RETRY_MS = 1_000;

const published = counter('edge_frames_published_total', 'Frames that the bus has stored');
const retried = counter('edge_publish_retries_total', 'Publishes that had to be repeated', ['why']);
const seconds = histogram('edge_publish_seconds', 'Time until the bus has stored a frame', [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5]);
const inFlightGauge = gauge('edge_frames_in_flight', 'Frames published and not yet stored');

export interface PublisherState {
  /** more frames than the window are waiting: TCP stops reading, UDP is counted as bus_full */
  full: boolean;
  connected: boolean;
}

/**
 * Publishes frames and keeps each until the bus has stored it, repeating it under the same message id, so that a frame
 * is stored once however often it was sent. Bounded: at most `window` frames are kept; receivers ask `full` before they
 * accept more.
 */
export class Publisher {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #window: number;
  #inFlight = 0;
  #refusals = 0;
  #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #lastWarn = 0;

  constructor(bus: Bus, window: number, log: Log) {
    this.#bus = bus;
    this.#window = window;
    this.#log = log;
  }

  /** No room for another frame now. */
  get full(): boolean {
    return this.#inFlight >= this.#window;
  }

  /** The bus cannot take anything at this moment: away, or its stream is full. */
  get refusing(): boolean {
    return !this.#bus.connected() || this.#refusals > 0;
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    while (this.full) await new Promise<void>((done) => this.#waiting.push(done));
  }

  /** Resolves when everything accepted so far is stored. */
  async drained(): Promise<void> {
    while (this.#inFlight > 0) await new Promise<void>((done) => this.#idle.push(done));
  }

  /** Resolves when the bus has stored the frame; never rejects. @param id the same for every repetition of one frame */
  async publish(subject: string, id: string, frame: Uint8Array): Promise<void> {
    this.#inFlight++;
    inFlightGauge.set(this.#inFlight);
    let refused = false;
    for (;;) {
      const started = performance.now();
      try {
        await this.#bus.js.publish(subject, frame, { msgID: id });
        seconds.observe((performance.now() - started) / 1000);
        published.inc();
        break;
      } catch (error) {
        const isFull = isStreamFull(error);
        if (isFull && !refused) {
          refused = true;
          this.#refusals++;
        }
        retried.inc({ why: isFull ? 'stream_full' : 'unavailable' });
        this.#warn(isFull ? 'the bus refuses frames: its RAW stream is full' : 'the bus did not store a frame, trying again', error);
        await new Promise((done) => setTimeout(done, isFull ? FULL_RETRY_MS : RETRY_MS));
      }
    }
    if (refused) this.#refusals--;
    this.#inFlight--;
    inFlightGauge.set(this.#inFlight);
    if (!this.full) for (const tell of this.#waiting.splice(0)) tell();
    if (this.#inFlight === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  #warn(message: string, error: unknown): void {
    const now = performance.now();
    if (now - this.#lastWarn < 5_000) return;
    this.#lastWarn = now;
    this.#log.warn(message, { inFlight: this.#inFlight, error });
  }
}

/** 10077: maximum messages or bytes exceeded; 10047/10023: no storage left on the server. */
function isStreamFull(error: unknown): boolean {
  return /maximum (bytes|messages) exceeded|insufficient (storage )?resources|no space left|10077|10047|10023/i.test(String(error));
}
