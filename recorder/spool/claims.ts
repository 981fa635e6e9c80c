import { setTimeout as pause } from 'node:timers/promises';
import { ACK_WAIT_MS, RECORDERS, subjects } from '@callscope/core/bus/streams.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { AckPolicy, type Consumer, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

const HEARTBEAT_MS = 2_000;
/** One request to the bus stands so long, and so long a stop may take that finds nothing in hand. */
const ASK_MS = 1_000;
const RETRY_MS = 500;

/** What became of a file: done for good, or to be tried again after so many ms. */
export type Outcome = 'done' | { againMs: number };

/**
 * Works on the files of a spool, so many at a time, until it is told to stop. A file is this process' own as long as it says
 * so every 2 s; 5 s after its death another has it. Resolves when the last one in hand is done.
 * @param work does not throw for what it can name; what it throws is tried again
 */
export async function workOnFiles(
  spool: string,
  bus: Bus,
  log: Log,
  stopping: AbortSignal,
  atOnce: number,
  work: (name: string, tries: number) => Promise<Outcome>,
): Promise<void> {
  const durable = RECORDERS.durable(spool);
  await bus.jsm.consumers.add(RECORDERS.stream, {
    durable_name: durable,
    filter_subject: subjects.spoolFiles(spool),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: RECORDERS.maxAckPending,
    max_deliver: -1,
  });
  const consumer = await bus.js.consumers.get(RECORDERS.stream, durable);
  await Promise.all(Array.from({ length: atOnce }, () => workInTurn(consumer, log, stopping, work)));
}

async function workInTurn(
  consumer: Consumer,
  log: Log,
  stopping: AbortSignal,
  work: (name: string, tries: number) => Promise<Outcome>,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      const message = await consumer.next({ expires: ASK_MS });
      // what comes after we have stopped goes back
      if (stopping.aborted) message?.nak();
      else if (message !== null) await workOn(message, log, work);
    } catch (error) {
      if (stopping.aborted) return;
      log.warn('the bus gives no work, asking again', { error });
      await pause(RETRY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}

const AGAIN_MS = [250, 500, 1_000, 2_000, 5_000, 10_000] as const;
/** How long to wait after so many tries. */
export const againAfter = (tries: number): { againMs: number } => ({ againMs: AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] as number });

async function workOn(message: JsMsg, log: Log, work: (name: string, tries: number) => Promise<Outcome>): Promise<void> {
  const beat = setInterval(() => message.working(), HEARTBEAT_MS);
  const tries = message.info.deliveryCount - 1;
  try {
    const outcome = await work(message.json<{ name: string }>().name, tries);
    if (outcome === 'done') await message.ackAck();
    else message.nak(outcome.againMs);
  } catch (error) {
    log.error('a recording could not be worked on, it is tried again', { error });
    message.nak(againAfter(tries).againMs);
  } finally {
    clearInterval(beat);
  }
}
