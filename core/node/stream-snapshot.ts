import type { Msg, NatsConnection } from '@nats-io/transport-node';

/**
 * JetStream's own snapshots of a stream (ADR-1 of nats-architecture-and-design, "Backup and Restore"; nats-server,
 * `jsStreamSnapshotT`): its files with sequences and times, and its durable consumers, as an archive of the server's.
 */
const API = '$JS.API.STREAM';
const ANSWER_MS = 30_000;
const CHUNK_BYTES = 128 * 1024;
/** nothing came for so long: the server has given up, and says nothing of it */
const SILENCE_MS = 60_000;

export interface StreamState {
  messages: number;
  bytes: number;
  first_seq: number;
  last_seq: number;
}

interface Answer {
  error?: { description: string; err_code: number };
  config?: object;
  state?: StreamState;
  deliver_subject?: string;
}

async function ask(nc: NatsConnection, subject: string, body: object): Promise<Answer> {
  const answer = (await nc.request(subject, JSON.stringify(body), { timeout: ANSWER_MS })).json<Answer>();
  if (answer.error) throw new Error(`${subject}: ${answer.error.description}`);
  return answer;
}

/**
 * @param consumers whether positions of its readers belong to it
 * @returns its settings and state, and its bytes, which come as fast as they are taken
 */
export async function snapshotOf(
  nc: NatsConnection,
  name: string,
  consumers: boolean,
): Promise<{ config: object; state: StreamState; chunks: AsyncGenerator<Uint8Array> }> {
  const inbox = `_INBOX.snapshot.${crypto.randomUUID()}`;
  const messages = nc.subscribe(inbox);
  const { config = {}, state = { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 } } = await ask(nc, `${API}.SNAPSHOT.${name}`, {
    deliver_subject: inbox,
    no_consumers: !consumers,
    chunk_size: CHUNK_BYTES,
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const next = messages[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { value, done } = await within(next.next(), `the bus stopped sending its stream ${name}`);
        if (done) throw new Error(`the connection ended before the stream ${name} was whole`);
        const message = value as Msg;
        if (message.data.length === 0) {
          // an end without a status is a whole one; a server that failed says why
          if (message.headers && message.headers.code >= 300) throw new Error(`${name}: ${message.headers.description}`);
          return;
        }
        yield message.data;
        // the server sends on as it is answered
        message.respond();
      }
    } finally {
      messages.unsubscribe();
    }
  }
  return { config, state, chunks: chunks() };
}

/** Makes a stream that is not there out of its snapshot. @param config as it was, or with other bounds */
export async function restoreStream(
  nc: NatsConnection,
  { name, config, state }: { name: string; config: object; state: StreamState },
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { deliver_subject: target } = await ask(nc, `${API}.RESTORE.${name}`, { config, state });
  if (target === undefined) throw new Error(`the bus does not say where the stream ${name} goes`);
  const send = async (data: Uint8Array) => {
    const answer = await nc.request(target, data, { timeout: ANSWER_MS });
    if (answer.data.length === 0) return;
    const { error } = answer.json<Answer>();
    if (error) throw new Error(`${name}: ${error.description}`);
  };
  for await (const piece of chunks) for (let at = 0; at < piece.length; at += CHUNK_BYTES) await send(piece.subarray(at, at + CHUNK_BYTES));
  await send(new Uint8Array());
}

async function within<T>(work: Promise<T>, why: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(why)), SILENCE_MS);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
