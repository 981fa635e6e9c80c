import { DLQ, DLQ_HEADERS, subjects } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { DeliverPolicy } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';

/** Something that no step could handle, kept with what an operator needs to judge and to send it again. */
export interface DeadLetter {
  /** name of the step that failed */
  step: string;
  reason: string;
  /** where the bytes were on their way to */
  subject: string;
  bytes: Uint8Array;
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
  await bus.js.publish(subjects.dlq(letter.step), letter.bytes, { headers: h });
}

/** Dead letters, oldest first. */
export async function* deadLetters(bus: Bus, step?: string): AsyncGenerator<StoredDeadLetter> {
  const filter = step ? subjects.dlq(step) : subjects.allDlq;
  const count = (await bus.jsm.streams.info(DLQ.name)).state.messages;
  if (count === 0) return;
  const consumer = await bus.js.consumers.get(DLQ.name, { filter_subjects: filter, deliver_policy: DeliverPolicy.All });
  if ((await consumer.info()).num_pending === 0) return;
  const messages = await consumer.consume();
  try {
    for await (const m of messages) {
      const value = (name: string) => m.headers?.get(name) ?? '';
      yield {
        seq: m.seq,
        step: value(DLQ_HEADERS.step),
        reason: value(DLQ_HEADERS.reason),
        subject: value(DLQ_HEADERS.subject),
        at: value(DLQ_HEADERS.at),
        bytes: m.data,
      };
      if (m.info.pending === 0) return;
    }
  } finally {
    await messages.close();
  }
}

/** Sends a dead letter where it was going and takes it out once the bus has stored it there. Twice is stored once. */
export async function replayDeadLetter(bus: Bus, letter: StoredDeadLetter): Promise<void> {
  await bus.js.publish(letter.subject, letter.bytes, { msgID: `dlq-${letter.seq}-${letter.at}` });
  await bus.jsm.streams.deleteMessage(DLQ.name, letter.seq);
}
