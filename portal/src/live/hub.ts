import type { ConnectionState, LiveMessage } from './messages.ts';
import { type EventSourceLike, followLive } from './source.ts';
import { applyLive, EMPTY_LIVE, type LiveState } from './state.ts';

/** What a tab says to the worker. `watch` may be repeated: a tab that slept may have been forgotten. */
export type ToWorker = { type: 'watch'; url: string } | { type: 'alive' } | { type: 'leave' };
/** What the worker says to a tab. A tab answers `ping` with `alive`. */
export type FromWorker = { type: 'message'; message: LiveMessage } | { type: 'state'; state: ConnectionState } | { type: 'ping' };

/** What is used of MessagePort. */
export interface PortLike {
  postMessage(message: FromWorker): void;
}

export const PING_MS = 10_000;
/** Without an answer for this long a tab is closed, or frozen: it asks again when it wakes up. */
const SILENT_MS = 35_000;

interface Stream {
  ports: Set<PortLike>;
  state: LiveState;
  connection: ConnectionState;
  stop(): void;
}

/** One stream for each address (one company), for as many tabs as there are. */
export class LiveHub {
  readonly #create: (url: string) => EventSourceLike;
  readonly #now: () => number;
  #streams = new Map<string, Stream>();
  #ports = new Map<PortLike, { url: string; heardAt: number }>();

  /** @param now ms of a steady clock */
  constructor(create: (url: string) => EventSourceLike, now: () => number = () => performance.now()) {
    this.#create = create;
    this.#now = now;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  receive(port: PortLike, message: ToWorker): void {
    if (message.type === 'leave') {
      this.#forget(port);
      return;
    }
    const known = this.#ports.get(port);
    if (known) known.heardAt = this.#now();
    if (message.type === 'alive' || known?.url === message.url) return;
    this.#forget(port);
    this.#ports.set(port, { url: message.url, heardAt: this.#now() });
    let stream = this.#streams.get(message.url);
    if (!stream) {
      stream = this.#open(message.url);
      stream.ports.add(port);
      return;
    }
    // a tab that comes later begins with what is known
    const { state, connection } = stream;
    stream.ports.add(port);
    port.postMessage({ type: 'state', state: connection });
    if (state.synced)
      port.postMessage({
        type: 'message',
        message: { type: 'snapshot', calls: [...state.calls.values()], phones: [...state.phones.values()] },
      });
    if (state.freshness) port.postMessage({ type: 'message', message: { type: 'freshness', ...state.freshness } });
  }

  #open(url: string): Stream {
    const stream: Stream = { ports: new Set(), state: EMPTY_LIVE, connection: 'reconnecting', stop: () => undefined };
    this.#streams.set(url, stream);
    const say = (message: FromWorker) => {
      for (const port of stream.ports) port.postMessage(message);
    };
    stream.stop = followLive(
      url,
      this.#create,
      (message) => {
        stream.state = applyLive(stream.state, message);
        say({ type: 'message', message });
      },
      (connection) => {
        stream.connection = connection;
        say({ type: 'state', state: connection });
      },
    );
    return stream;
  }

  #forget(port: PortLike): void {
    const known = this.#ports.get(port);
    if (!known) return;
    this.#ports.delete(port);
    const stream = this.#streams.get(known.url);
    stream?.ports.delete(port);
    if (stream?.ports.size !== 0) return;
    stream.stop();
    this.#streams.delete(known.url);
  }

  /** Every PING_MS: a closed tab cannot say that it is. Pings are answered also by tabs whose timers are throttled. */
  ping(): void {
    for (const [port, { heardAt }] of this.#ports) {
      if (this.#now() - heardAt > SILENT_MS) this.#forget(port);
      else port.postMessage({ type: 'ping' });
    }
  }
}
