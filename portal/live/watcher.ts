import type { CompanyState, NumberedDelta } from './company.ts';
import type { LivePart } from './narrowed.ts';

/** Bytes that wait in a stream before its reader counts as slow. */
const QUEUE_BYTES = 256 * 1024;
/** A reader that takes nothing for so long is gone, though its connection may not know it yet. */
const STUCK_MS = 60_000;
/** Large snapshots go in pieces, so that a slow line is seen to move. */
const PIECE_BYTES = 64 * 1024;
/** ms after which a browser connects again (HTML standard, 9.2.6) */
const RETRY_MS = 1_000;

const encoder = new TextEncoder();

/** One open stream. A reader that is slow gets a snapshot when it reads again, instead of a queue that grows. */
export class Watcher {
  readonly #state: CompanyState;
  readonly #part: LivePart | null;
  readonly #left: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waitsForSnapshot = true;
  /** when the full queue was last seen to move, by performance.now(); 0 = it is not full */
  #movedAt = 0;
  #room = 0;
  #closed = false;

  /** @param left called once, when the stream has ended. @param part of the company that this watcher sees; null: all of it */
  constructor(state: CompanyState, left: () => void, part: LivePart | null = null) {
    this.#state = state;
    this.#part = part;
    this.#left = left;
  }

  /** Whether it is a screen of this board. */
  shows(board: string): boolean {
    return this.#part?.board === board;
  }

  /** What this watcher has must be replaced by a snapshot, which was not to be had or had no room. */
  get isWaiting(): boolean {
    return this.#waitsForSnapshot;
  }

  open(lastEventId: string | null, signal: AbortSignal): ReadableStream<Uint8Array> {
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#waitsForSnapshot) this.#snapshot();
        },
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUE_BYTES }),
    );
    this.#write(`retry: ${RETRY_MS}\n\n`);
    // what a part showed before is not known any more: whoever comes back gets all of it
    const missed = this.#part ? null : this.#state.since(lastEventId);
    if (missed) {
      this.#waitsForSnapshot = false;
      for (const delta of missed) this.#send(delta);
    } else this.#snapshot();
    if (signal.aborted) this.close();
    else signal.addEventListener('abort', () => this.close(), { once: true });
    return stream;
  }

  /** @param delta what is new for the company; null: nothing */
  delta(delta: NumberedDelta | null): void {
    if (this.#waitsForSnapshot) this.#snapshot();
    else if (delta) this.#send(delta);
  }

  freshness(text: string): void {
    if (this.#hasRoom) this.#write(`event: freshness\ndata: ${text}\n\n`);
  }

  /** One that a slow reader does not get is made up for by the next reading of its page. */
  cases(): void {
    if (this.#hasRoom) this.#write('event: cases\ndata: {}\n\n');
  }

  /** A call was told something: which, its readers ask. Nothing for the wall, which shows no recordings. */
  told(): void {
    if (this.#hasRoom && !this.#part?.board) this.#write('event: told\ndata: {}\n\n');
  }

  /** Keeps proxies from closing a quiet connection. */
  comment(): void {
    if (this.#hasRoom) this.#write(': \n\n');
  }

  giveUpIfStuck(now: number): void {
    const room = this.#controller?.desiredSize ?? 0;
    if (room > 0) this.#movedAt = 0;
    else if (this.#movedAt === 0 || room > this.#room) this.#movedAt = now;
    else if (now - this.#movedAt > STUCK_MS) this.close();
    this.#room = room;
  }

  close(): void {
    if (this.#closed) return;
    this.#end();
    try {
      this.#controller?.close();
    } catch {
      // ended already
    }
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#left();
  }

  get #hasRoom(): boolean {
    return !this.#closed && (this.#controller?.desiredSize ?? 0) > 0;
  }

  #snapshot(): void {
    if (!this.#state.known || !this.#hasRoom) return;
    this.#waitsForSnapshot = false;
    const [calls, phones] = [this.#state.calls(), this.#state.phones()];
    // may hold what the next delta says too: applying it again does no harm
    this.#event('snapshot', this.#state.seq, JSON.stringify(this.#part ? this.#part.snapshot(calls, phones) : { calls, phones }));
  }

  #send({ seq, text, delta }: NumberedDelta): void {
    if (!this.#hasRoom) {
      this.#waitsForSnapshot = true;
      return;
    }
    const part = this.#part ? this.#part.delta(delta) : delta;
    if (part) this.#event('delta', seq, part === delta ? text : JSON.stringify(part));
  }

  #event(name: string, seq: number, text: string): void {
    this.#write(`id: ${this.#state.boot}.${seq}\nevent: ${name}\ndata: ${text}\n\n`);
  }

  #write(text: string): void {
    if (this.#closed) return;
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#controller?.enqueue(bytes.subarray(at, at + PIECE_BYTES));
  }
}
