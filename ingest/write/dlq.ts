import { DLQ, DLQ_HEADERS, subjects } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';

/** A packet of RAW: sequence of its frame and index in it, the identity of its rows. */
export interface Origin {
  streamSeq: number;
  idx: number;
}

/** Something that no step could handle, kept with what an operator needs to judge and to send it again. */
export interface DeadLetter {
  /** name of the step that failed */
  step: string;
  reason: string;
  /** where the bytes were on their way to; '' = there is no way back */
  subject: string;
  bytes: Uint8Array;
  /** a packet that was counted as dead with its frame: sent again, it is that packet and no other */
  origin?: Origin;
  /** the same for the same failure: said twice, it is kept once (within the bus' window) */
  id?: string;
}

export interface StoredDeadLetter extends DeadLetter {
  seq: number;
  /** RFC 3339 */
  at: string;
}

/** Resolves when the bus has stored it. */
export async function publishDeadLetter(bus: Bus, letter: DeadLetter): Promise<void> {
  const h = headers();
  h.set(DLQ_HEADERS.step, letter.step);
  h.set(DLQ_HEADERS.reason, letter.reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 500));
  h.set(DLQ_HEADERS.subject, letter.subject);
  h.set(DLQ_HEADERS.at, new Date().toISOString());
  if (letter.origin) h.set(DLQ_HEADERS.origin, `${letter.origin.streamSeq}.${letter.origin.idx}`);
  await bus.js.publish(subjects.dlq(letter.step), letter.bytes, { headers: h, ...(letter.id === undefined ? {} : { msgID: letter.id }) });
}

/** The packet that a dead letter brought back; undefined for what comes for the first time. */
export function originOf(message: Pick<JsMsg, 'headers'>): Origin | undefined {
  const [, seq, idx] = /^(\d+)\.(\d+)$/.exec(message.headers?.get(DLQ_HEADERS.origin) ?? '') ?? [];
  return seq === undefined ? undefined : { streamSeq: Number(seq), idx: Number(idx) };
}

/** Dead letters, oldest first; those that come meanwhile (one that is sent again and still bad) are not among them. */
export async function* deadLetters(bus: Bus, step?: string): AsyncGenerator<StoredDeadLetter> {
  const filter = step ? subjects.dlq(step) : subjects.allDlq;
  const { messages: count, last_seq: last } = (await bus.jsm.streams.info(DLQ.name)).state;
  if (count === 0) return;
  const consumer = await bus.js.consumers.get(DLQ.name, { filter_subjects: filter, deliver_policy: DeliverPolicy.All });
  if ((await consumer.info()).num_pending === 0) return;
  const messages = await consumer.consume();
  try {
    for await (const m of messages) {
      if (m.seq > last) return;
      const value = (name: string) => m.headers?.get(name) ?? '';
      const origin = originOf(m);
      yield {
        seq: m.seq,
        step: value(DLQ_HEADERS.step),
        reason: value(DLQ_HEADERS.reason),
        subject: value(DLQ_HEADERS.subject),
        at: value(DLQ_HEADERS.at),
        bytes: m.data,
        ...(origin ? { origin } : {}),
      };
      if (m.info.pending === 0) return;
    }
  } finally {
    await messages.close();
  }
}

/**
 * Sends a dead letter where it was going and takes it out once the bus has stored it there. Still bad, it comes back as
 * a letter of its own.
 * @returns false, and the letter stays, when there is no way back
 */
export async function replayDeadLetter(bus: Bus, letter: StoredDeadLetter): Promise<boolean> {
  if (letter.subject === '') return false;
  const h = headers();
  if (letter.origin) h.set(DLQ_HEADERS.origin, `${letter.origin.streamSeq}.${letter.origin.idx}`);
  await bus.js.publish(letter.subject, letter.bytes, { headers: h, msgID: `dlq-${letter.seq}-${letter.at}` });
  await bus.jsm.streams.deleteMessage(DLQ.name, letter.seq);
  return true;
}
