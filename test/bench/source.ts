import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { connect, type Socket } from 'node:net';

export interface SourceOptions {
  /** which of the sources: it sends from 127.0.0.<2 + n> and has its own capture id */
  n: number;
  hep: number;
  /** null: no events */
  events: number | null;
  /** events have ids and are sent until each was answered with "ok", as an edge in reliable mode does */
  isReliable: boolean;
}

const RECONNECT_MS = 100;
/** after a refusal the same event is offered again */
const AGAIN_MS = 300;
/** whoever waits this long for an answer tries another connection */
const SILENCE_MS = 5_000;
/** bytes that wait for a TCP connection; above it the sender waits */
const MOST_WAITING = 1 << 20;
const MOST_SOURCES = 250;

/** One edge: HEP over UDP and TCP, and its events, from an address of its own. */
export class Source {
  readonly address: string;
  failed = 0;
  reconnects = -2;
  repeated = 0;
  readonly #options: SourceOptions;
  readonly #datagrams: Datagrams = createSocket('udp4');
  #hep: Socket | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #events: Socket | undefined;
  /** events that nobody has answered, by id */
  readonly #open = new Map<number, string>();
  readonly #refused = new Set<number>();
  #nextId = 1;
  #answered = performance.now();
  #text = '';
  #closed = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: SourceOptions) {
    this.#options = options;
    this.address = `127.0.0.${2 + (options.n % MOST_SOURCES)}`;
  }

  async open(): Promise<void> {
    const socket = this.#datagrams;
    // the receiver may be away for a while: that is what is tried
    socket.on('error', () => undefined);
    await new Promise<void>((done) => socket.bind(0, this.address, done));
    await new Promise<void>((done) => socket.connect(this.#options.hep, '127.0.0.1', done));
    socket.setSendBufferSize(4 << 20);
    this.#connectHep();
    if (this.#options.events === null) return;
    this.#connectEvents();
    if (this.#options.isReliable) this.#timers.push(setInterval(() => this.#again(), AGAIN_MS));
  }

  /** Too much waits for TCP: nothing more is to be sent now. */
  get isFull(): boolean {
    return this.#waitingBytes > MOST_WAITING || (this.#hep?.writableLength ?? 0) > MOST_WAITING || this.#open.size > 5_000;
  }

  get unanswered(): number {
    return this.#open.size;
  }

  sendUdp(packet: Buffer): void {
    this.#datagrams.send(packet, (error) => {
      if (error) this.failed++;
    });
  }

  sendTcp(packet: Buffer): void {
    if (this.#hep?.readyState === 'open') this.#hep.write(packet);
    else {
      this.#waiting.push(packet);
      this.#waitingBytes += packet.length;
    }
  }

  /** JSON-RPC texts without an id. */
  tell(texts: readonly string[]): void {
    if (!this.#options.isReliable) {
      this.#events?.write(texts.join(''));
      return;
    }
    const asked = texts.map((text) => {
      const id = this.#nextId++;
      const request = `${text.trimEnd().slice(0, -1)},"id":${id}}`;
      if (this.#open.size === 0) this.#answered = performance.now();
      this.#open.set(id, request);
      return request;
    });
    if (this.#events?.readyState === 'open') this.#events.write(asked.join(''));
  }

  /** Both connections at once, as when a network comes back. */
  reconnect(): void {
    this.#hep?.destroy();
    this.#events?.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#datagrams.close();
    const open = [this.#hep, this.#events].filter((socket) => socket?.readyState === 'open');
    await Promise.all(open.map((socket) => new Promise<void>((done) => socket?.once('close', () => done()).end())));
  }

  #connectHep(): void {
    this.reconnects++;
    const socket = connect({ port: this.#options.hep, host: '127.0.0.1', localAddress: this.address });
    this.#hep = socket;
    socket.on('connect', () => {
      for (const packet of this.#waiting.splice(0)) socket.write(packet);
      this.#waitingBytes = 0;
    });
    this.#keepUp(socket, () => this.#connectHep());
  }

  #connectEvents(): void {
    this.reconnects++;
    const socket = connect({ port: this.#options.events ?? 0, host: '127.0.0.1', localAddress: this.address });
    this.#events = socket;
    this.#text = '';
    socket.on('connect', () => {
      this.#answered = performance.now();
      this.#refused.clear();
      this.repeated += this.#open.size;
      for (const text of this.#open.values()) socket.write(text);
    });
    socket.on('data', (chunk) => this.#read(chunk.toString('latin1')));
    this.#keepUp(socket, () => this.#connectEvents());
  }

  #keepUp(socket: Socket, again: () => void): void {
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      if (!this.#closed) setTimeout(() => (this.#closed ? undefined : again()), RECONNECT_MS);
    });
  }

  #read(text: string): void {
    this.#answered = performance.now();
    this.#text += text;
    let end = 0;
    for (const answer of this.#text.matchAll(/\{"jsonrpc":"2\.0",("result"|"error").*?"id":(\d+)\}/g)) {
      const id = Number(answer[2]);
      if (answer[1] === '"result"') this.#open.delete(id);
      else this.#refused.add(id);
      end = answer.index + answer[0].length;
    }
    this.#text = this.#text.slice(end);
  }

  #again(): void {
    const socket = this.#events;
    if (socket?.readyState !== 'open') return;
    if (this.#open.size > 0 && performance.now() - this.#answered > SILENCE_MS) {
      socket.destroy();
      return;
    }
    for (const id of this.#refused) {
      const text = this.#open.get(id);
      if (text !== undefined) socket.write(text);
      this.repeated++;
    }
    this.#refused.clear();
  }
}
