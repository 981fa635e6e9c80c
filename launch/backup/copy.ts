import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** What pg's protocol connection can do beside its declared types (pg/lib/connection.js). */
interface CopyConnection {
  stream: Duplex;
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** Not yet taken pieces beyond this stop the socket. */
const MOST_WAITING_BYTES = 1 << 20;

/** A statement as pg's queue takes it (`Submittable`): what the server says of it is handed to these. */
abstract class Copy {
  readonly #text: string;
  readonly ended: Promise<void>;
  #done: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;
  #error: Error | undefined;

  constructor(text: string) {
    this.#text = text;
    this.ended = new Promise((done, failed) => {
      this.#done = done;
      this.#failed = failed;
    });
    this.ended.catch(() => undefined);
  }

  submit(connection: unknown): void {
    (connection as CopyConnection).query(this.#text);
  }
  handleError(error: Error): void {
    this.#error ??= error;
    this.onError(error);
    this.#failed(this.#error);
  }
  handleReadyForQuery(): void {
    if (this.#error) this.#failed(this.#error);
    else this.#done();
  }
  protected onError(_error: Error): void {}
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

class Out extends Copy {
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #stopped: Duplex | undefined;
  #wake: () => void = () => undefined;
  #isOver = false;

  handleCopyData({ chunk }: { chunk: Uint8Array }, connection: CopyConnection): void {
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_WAITING_BYTES && !this.#stopped) {
      this.#stopped = connection.stream;
      this.#stopped.pause();
    }
    this.#wake();
  }
  override handleCommandComplete(): void {
    this.#isOver = true;
    this.#wake();
  }
  protected override onError(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const taken = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      // one piece, not one a row
      if (taken.length > 0) yield Buffer.concat(taken);
      else if (this.#isOver) break;
      else {
        this.#stopped?.resume();
        this.#stopped = undefined;
        await new Promise<void>((done) => {
          this.#wake = done;
        });
      }
    }
    await this.ended;
  }
}

class In extends Copy {
  readonly #source: AsyncIterable<Uint8Array>;
  #isOver = false;

  constructor(text: string, source: AsyncIterable<Uint8Array>) {
    super(text);
    this.#source = source;
  }
  handleCopyInResponse(connection: CopyConnection): void {
    this.#send(connection).catch((error: Error) => connection.sendCopyFail(error.message));
  }
  async #send(connection: CopyConnection): Promise<void> {
    for await (const piece of this.#source) {
      if (this.#isOver) return;
      connection.sendCopyFromChunk(piece);
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    connection.endCopyFrom();
  }
  protected override onError(): void {
    this.#isOver = true;
  }
}

/** `COPY … TO STDOUT`: its bytes, as they come. @throws what the server says */
export function copyOut(client: pg.Client, text: string): AsyncGenerator<Uint8Array> {
  return client.query(new Out(text)).pieces();
}

/** `COPY … FROM STDIN` of these bytes. @throws what the server says */
export function copyIn(client: pg.Client, text: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  return client.query(new In(text, source)).ended;
}
