import type { Channel } from './channel.ts';
import { type Receiver, receiveUdp } from './hep-udp.ts';
import { JsonScanner } from './json-scanner.ts';
import { listenTcp, type TcpOptions } from './tcp-server.ts';

/** Largest event: a datagram holds no more either. */
export const MAX_EVENT_BYTES = 65_536;
/** Requests of one connection that wait for the bus; beyond it reading stops. */
const MOST_UNANSWERED = 1_000;
/**
 * Answers that go out together. OpenSIPS 4.0 (event_stream) gives a connection up on which it finds more than five of them
 * in one read, and with it what it had not sent yet.
 */
const ANSWERS_AT_ONCE = 4;
const BETWEEN_ANSWERS_MS = 1;

// JSON-RPC 2.0, section 5.1
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
/** server error, -32000 to -32099: the event was not stored, send it again or to the next consumer */
const NOT_STORED = -32_000;

type Id = string | number | null;

/** An event is accepted when it is an object with a method; anything else has a reason. `id` undefined = no answer wanted. */
export function checkEvent(bytes: Uint8Array): { id: Id | undefined } | 'not_json' | { reason: 'not_event'; id: Id } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return 'not_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_json';
  const { id, method } = value as { id?: unknown; method?: unknown };
  const known: Id | undefined = typeof id === 'string' || typeof id === 'number' || id === null ? id : undefined;
  if (typeof method !== 'string' || method === '') return { reason: 'not_event', id: known ?? null };
  return { id: known };
}

/** Events over UDP: one object a datagram, no answers. Those of one turn of the event loop share a frame. */
export async function receiveEventsUdp(host: string, port: number, receiveBufferBytes: number, channel: Channel): Promise<Receiver> {
  let waiting: Uint8Array[] = [];
  const send = () => {
    const packets = waiting;
    waiting = [];
    void channel.acceptNow(packets);
  };
  return receiveUdp(host, port, receiveBufferBytes, channel, (packet) => {
    const event = checkEvent(packet);
    if (event === 'not_json') channel.drop('not_json');
    else if ('reason' in event) channel.drop('not_event');
    else {
      if (waiting.length === 0) setImmediate(send);
      waiting.push(packet);
    }
  });
}

/**
 * Events over TCP: objects back to back without a separator. A request with an `id` is answered "ok" once the bus has
 * stored it and only then; one that the bus does not take in about a second, or cannot take now, is refused with an
 * error, so that the sender's other way can be tried. `id` names the answer only: OpenSIPS repeats ids.
 */
export function receiveEventsTcp(options: TcpOptions, channel: Channel): Promise<Receiver> {
  return listenTcp(options, (socket) => {
    const scanner = new JsonScanner(MAX_EVENT_BYTES);
    let unanswered = 0;
    let tellRoom: () => void = () => undefined;
    let closing = false;

    const answers: string[] = [];
    let answering = false;
    const write = () => {
      for (const text of answers.splice(0, ANSWERS_AT_ONCE)) if (!socket.destroyed && socket.writable) socket.write(text);
      answering = answers.length > 0;
      if (answering) setTimeout(write, BETWEEN_ANSWERS_MS);
    };
    const answer = (body: object) => {
      answers.push(JSON.stringify(body));
      if (answering) return;
      answering = true;
      setImmediate(write);
    };
    const refuse = (id: Id, code: number, message: string) => answer({ jsonrpc: '2.0', error: { code, message }, id });
    const refuseStoring = (id: Id, why: string) => refuse(id, NOT_STORED, `the bus cannot store events now: ${why}`);

    const accept = (batch: { bytes: Buffer; id: Id | undefined }[]) => {
      if (batch.length === 0) return;
      const asked = batch.filter((e) => e.id !== undefined);
      unanswered += asked.length;
      let answered = asked.length === 0;
      const answerAll = (say: (id: Id) => void) => {
        if (answered) return;
        answered = true;
        for (const { id } of asked) say(id as Id);
        unanswered -= asked.length;
        tellRoom();
      };
      const bytes = batch.map((e) => e.bytes);
      // kept and tried again also after an error was answered: the event may then come twice, which does no harm
      const stored = channel.acceptNow(bytes, (why) => answerAll((id) => refuseStoring(id, why)));
      void stored.then(() => answerAll((id) => answer({ jsonrpc: '2.0', result: 'ok', id })));
    };

    const onData = async (chunk: Buffer): Promise<void> => {
      if (closing) return;
      let batch: { bytes: Buffer; id: Id | undefined }[] = [];
      for (const scan of scanner.push(chunk)) {
        if (scan.kind !== 'object') {
          accept(batch);
          batch = [];
          closing = true;
          const reason = scan.kind === 'oversize' ? 'event_oversize' : 'not_json';
          channel.drop(reason);
          refuse(
            null,
            PARSE_ERROR,
            scan.kind === 'oversize' ? `an event is at most ${MAX_EVENT_BYTES} bytes` : 'expected JSON-RPC objects, one after the other',
          );
          options.log.warn('events that cannot be read, closing the connection', {
            port: options.port,
            peer: socket.remoteAddress,
            reason,
          });
          for (const text of answers.splice(0)) socket.write(text);
          socket.end();
          return;
        }
        const event = checkEvent(scan.bytes);
        if (event === 'not_json') {
          channel.drop('not_json');
          refuse(null, PARSE_ERROR, 'not JSON');
          continue;
        }
        if ('reason' in event) {
          channel.drop('not_event');
          refuse(event.id, INVALID_REQUEST, 'a request needs a method');
          continue;
        }
        const { full, refusing } = channel.publisher;
        if (event.id !== undefined && (full || refusing !== null)) {
          channel.drop('bus_full');
          refuseStoring(event.id, refusing ?? 'too much is waiting for it');
          continue;
        }
        batch.push({ bytes: scan.bytes, id: event.id });
        if (batch.length >= 100) {
          accept(batch);
          batch = [];
        }
        if (event.id === undefined && channel.publisher.full) {
          accept(batch);
          batch = [];
          await channel.publisher.room();
        }
      }
      accept(batch);
      while (unanswered > MOST_UNANSWERED && !socket.destroyed) {
        await new Promise<void>((done) => {
          tellRoom = done;
          socket.once('close', done);
        });
      }
    };
    return {
      onData,
      isPartial: () => scanner.isPartial,
      onClose: () => {
        if (scanner.isPartial && !closing) channel.drop('tcp_cut');
      },
    };
  });
}
