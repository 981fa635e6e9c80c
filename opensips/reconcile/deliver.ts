import { connect } from 'node:net';

/** Consumers of events did not answer: the rows stay as they are and are tried again. */
export class NotDelivered extends Error {}

/**
 * Sends events as JSON-RPC requests over one connection and waits until each is answered.
 * @param consumer host:port of ingest's EVENTS_PORT
 * @returns which of them the bus has; an answer with an error counts as no. @throws NotDelivered
 */
export async function deliver(
  consumer: string,
  events: readonly { method: string; params: unknown }[],
  limitMs: number,
): Promise<boolean[]> {
  const [host = '', port = ''] = consumer.split(':');
  const accepted = events.map(() => false);
  let open = events.length;
  await new Promise<void>((done, failed) => {
    const socket = connect({ host, port: Number(port) });
    const limit = setTimeout(() => socket.destroy(new Error('no answer in time')), limitMs);
    let text = '';
    socket.on('connect', () => {
      for (const [id, { method, params }] of events.entries()) socket.write(JSON.stringify({ jsonrpc: '2.0', method, params, id }));
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      // answers are flat objects, back to back; an error's is one deeper
      for (let answer = ANSWER.exec(text); answer; answer = ANSWER.exec(text)) {
        text = text.slice(answer.index + answer[0].length);
        const { id, result } = JSON.parse(answer[0]) as { id: number; result?: string };
        accepted[id] = result === 'ok';
        open--;
      }
      if (open === 0) socket.end();
    });
    socket.on('error', (cause) => failed(new NotDelivered(`${consumer} does not take events`, { cause })));
    socket.on('close', () => {
      clearTimeout(limit);
      if (open === 0) done();
      else failed(new NotDelivered(`${consumer} closed before it had answered`));
    });
  });
  return accepted;
}

const ANSWER = /\{(?:[^{}]|\{[^{}]*\})*\}/;
