import { connect, type Socket } from 'node:net';
import type { Log } from '@callscope/core/node/log.ts';
import { type EdgeEvent, eventText } from './events.ts';

const AGAIN_MS = 300;
const ANSWER = /"(result|error)":.*?"id":(\d+)\}/g;

/**
 * Events over TCP as OpenSIPS' event_stream sends them in reliable mode: each with an id, kept until it is answered and
 * sent again when it is refused or the connection breaks. At most `window` wait for an answer: the sender is held back,
 * nothing is lost.
 */
export class EventSender {
  readonly #host: string;
  readonly #port: number;
  readonly #window: number;
  readonly #log: Log;
  #socket: Socket | undefined;
  #nextId = 1;
  #unanswered = new Map<number, string>();
  #waiting: (() => void)[] = [];
  #rest = '';
  #closed = false;
  /** answered events */
  stored = 0;

  constructor(host: string, port: number, window: number, log: Log) {
    this.#host = host;
    this.#port = port;
    this.#window = window;
    this.#log = log;
  }

  /** Events of one or more calls in one write. Resolves when there is room for more. */
  async send(events: readonly EdgeEvent[]): Promise<void> {
    let text = '';
    for (const event of events) {
      const id = this.#nextId++;
      const one = eventText(event, id);
      this.#unanswered.set(id, one);
      text += one;
    }
    this.#write(text);
    while (this.#unanswered.size >= this.#window && !this.#closed) await this.#change();
  }

  /** Resolves when everything sent is answered. */
  async drained(): Promise<void> {
    while (this.#unanswered.size > 0 && !this.#closed) await this.#change();
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
    this.#tell();
  }

  #change(): Promise<void> {
    return new Promise((done) => this.#waiting.push(done));
  }

  #tell(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  #write(text: string): void {
    if (this.#socket) this.#socket.write(text);
    else this.#connect();
  }

  /** A new connection begins with everything that was never answered. */
  #connect(): void {
    if (this.#closed || this.#socket) return;
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#rest = '';
    socket.setEncoding('utf8');
    socket.once('connect', () => void socket.write([...this.#unanswered.values()].join('')));
    socket.on('data', (chunk: string) => this.#onAnswers(chunk));
    socket.on('error', (error) => this.#log.warn('the connection for events broke, trying again', { error }));
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      if (!this.#closed) setTimeout(() => this.#connect(), AGAIN_MS).unref();
    });
  }

  #onAnswers(chunk: string): void {
    const text = this.#rest + chunk;
    let end = 0;
    const again: number[] = [];
    for (const match of text.matchAll(ANSWER)) {
      end = match.index + match[0].length;
      const id = Number(match[2]);
      if (match[1] === 'error') again.push(id);
      else if (this.#unanswered.delete(id)) this.stored++;
    }
    this.#rest = text.slice(end);
    if (again.length > 0) {
      setTimeout(() => {
        const texts = again.map((id) => this.#unanswered.get(id) ?? '').join('');
        if (texts !== '' && this.#socket) this.#socket.write(texts);
      }, AGAIN_MS).unref();
    }
    this.#tell();
  }
}
