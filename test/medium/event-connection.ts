import { connect, type Socket } from 'node:net';
import { createClient } from '@clickhouse/client';

/** One connection to EVENTS_PORT: requests with ids 1, 2, 3 …, and what came back to each. */
export class EventConnection {
  readonly answers = new Map<number, string>();
  readonly #sentAt = new Map<number, number>();
  readonly #socket: Socket;
  #text = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#text += chunk.toString();
      let end = 0;
      for (const match of this.#text.matchAll(/\{"jsonrpc".*?"id":(\d+)\}/g)) {
        this.answers.set(Number(match[1]), match[0]);
        end = match.index + match[0].length;
      }
      this.#text = this.#text.slice(end);
    });
  }

  static async open(port: number): Promise<EventConnection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed));
    return new EventConnection(socket);
  }

  get sent(): number {
    return this.#sentAt.size;
  }

  /** Ids of the requests that nobody has answered, those sent in the last `graceMs` left out. */
  unanswered(graceMs = 0): number[] {
    const due = Date.now() - graceMs;
    return [...this.#sentAt].filter(([id, at]) => at <= due && !this.answers.has(id)).map(([id]) => id);
  }

  accepted(): number[] {
    return [...this.answers].filter(([, answer]) => answer.includes('"result":"ok"')).map(([id]) => id);
  }

  /** Ids answered with an error that says that the event was not stored. */
  refused(): number[] {
    return [...this.answers].filter(([, answer]) => answer.includes('"code":-32000')).map(([id]) => id);
  }

  /** Sends an event of no known method about call `<prefix>-<id>`. @returns the request's id */
  send(prefix: string, bytes = 2_000): number {
    const id = this.sent + 1;
    this.#sentAt.set(id, Date.now());
    const params = { callid: `${prefix}-${id}`, filler: 'x'.repeat(bytes) };
    this.#socket.write(JSON.stringify({ jsonrpc: '2.0', id, method: 'E_NEW', params }));
    return id;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Call-IDs of the stored events of EventConnection. @param url the store */
export async function storedCallIds(url: string): Promise<Set<string>> {
  const store = createClient({ url });
  try {
    const rows = await store.query({ query: "SELECT DISTINCT call_id FROM events WHERE method = 'E_NEW'", format: 'JSONEachRow' });
    return new Set((await rows.json<{ call_id: string }>()).map((row) => row.call_id));
  } finally {
    await store.close();
  }
}
