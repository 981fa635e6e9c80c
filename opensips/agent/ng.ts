import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { type Bencoded, decode, encode } from './bencode.ts';

export type NgAnswer = { [key: string]: Bencoded };

/** rtpengine did not answer. */
export class NgUnreachable extends Error {}
/** rtpengine answered with an error; the message is its own word. */
export class NgRefused extends Error {}

/** The same question is sent this often, a little later each time; then it counts as unanswered. */
const WAITS_MS = [300, 600, 1_200] as const;

interface Waiting {
  done(answer: NgAnswer): void;
  failed(error: Error): void;
}

/**
 * rtpengine's control protocol over UDP. A question keeps its cookie when it is sent again: rtpengine answers a cookie that
 * it knows with the answer that it gave, so that a lost answer does not carry the command out twice.
 */
export class NgClient {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #waiting = new Map<string, Waiting>();
  // a cookie is never used again, not by the next life of this process either: its answer would be the old one
  readonly #life = randomBytes(6).toString('hex');
  #count = 0;

  /** @param host address of rtpengine's listen-ng, an IP or a name */
  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
    this.#socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    this.#socket.on('message', (message) => this.#take(message));
    // a closed port of this machine is told as an error; the question ends by its time like any other
    this.#socket.on('error', () => undefined);
  }

  /**
   * @param what command and its fields, e.g. `{ command: 'start recording', 'call-id': id }`
   * @throws NgUnreachable, NgRefused
   */
  async ask(what: { command: string; [key: string]: Bencoded }): Promise<NgAnswer> {
    const cookie = `${this.#life}${(this.#count++).toString(36)}`;
    const message = Buffer.concat([Buffer.from(`${cookie} `), encode(what)]);
    const answered = new Promise<NgAnswer>((done, failed) => this.#waiting.set(cookie, { done, failed }));
    const timers: NodeJS.Timeout[] = [];
    const send = () => this.#socket.send(message, this.#port, this.#host, () => undefined);
    send();
    let after = 0;
    WAITS_MS.forEach((wait, i) => {
      after += wait;
      const isLast = i === WAITS_MS.length - 1;
      const give = () => this.#waiting.get(cookie)?.failed(new NgUnreachable(`rtpengine at ${this.#host}:${this.#port} does not answer`));
      timers.push(setTimeout(isLast ? give : send, after));
    });
    try {
      return await answered;
    } finally {
      this.#waiting.delete(cookie);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  #take(message: Buffer): void {
    const space = message.indexOf(' ');
    const waiting = this.#waiting.get(message.toString('latin1', 0, Math.max(0, space)));
    if (!waiting) return;
    try {
      const answer = decode(message.subarray(space + 1));
      if (typeof answer !== 'object' || Array.isArray(answer)) throw new Error('rtpengine answered with no dictionary');
      if (answer.result === 'error') waiting.failed(new NgRefused(String(answer['error-reason'] ?? 'no reason given')));
      else waiting.done(answer);
    } catch (error) {
      waiting.failed(error as Error);
    }
  }

  async close(): Promise<void> {
    for (const { failed } of this.#waiting.values()) failed(new NgUnreachable('stopping'));
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
