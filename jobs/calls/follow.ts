import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type CallNews, readCallNews } from '@callscope/core/bus/calls.ts';
import { CALLS, KV } from '@callscope/core/bus/streams.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import type { Health, Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import type { gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';

/** Messages worked on together: more wait for the next time, fewer wait no longer than WAIT_MS. */
const MOST_AT_ONCE = 100;
const WAIT_MS = 100;
const LOOK_MS = 60_000;
const AGAIN_MS = [100, 500, 2_000, 5_000] as const;

/** Whoever works on finished calls. Everything may be asked of it again: what it has done must stand. */
export interface Follower {
  /** in logs and in /healthz */
  name: string;
  lag: ReturnType<typeof gauge>;
  /** up to where it has worked; null: never */
  progress(): Promise<{ stream: string; seq: number } | null>;
  saveProgress(stream: string, seq: number): Promise<void>;
  /** messages are gone, or it begins: what they said is to be found in the store */
  rebuild(): Promise<void>;
  work(news: readonly CallNews[]): Promise<void>;
  /** there is nothing else to be done */
  idle?(): Promise<void>;
}

export interface Following {
  health(): Health;
  /** it has found what it missed, and takes what comes */
  begun: Promise<void>;
}

/**
 * CALLS -> work. Begins where the last life stopped; what it had not noted as done is done again. Where messages are gone, and at the
 * very first start, the follower finds what it missed in the store.
 */
export function followCalls(service: Service, bus: Bus, follower: Follower): Following {
  const { log } = service;
  const { name } = follower;
  let health: Health = { failing: name, detail: 'beginning' };
  /** Until it is done: a store that is away is waited for. Stops trying when the service does. */
  const untilDone = async (what: string, task: () => Promise<void>) => {
    for (let tries = 0; !service.stopping.aborted; tries++) {
      try {
        await task();
        health = { failing: null, lagSeconds: 0 };
        return true;
      } catch (error) {
        if (tries > 0) health = { failing: name, detail: errorText(error).slice(0, 200) };
        log.warn(`${what} failed, trying again`, { error });
        const wait = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
        await pause(wait, undefined, { signal: service.stopping }).catch(() => undefined);
      }
    }
    return false;
  };

  const follow = async () => {
    let next = 1;
    const stream = await streamName(bus);
    const begin = async () => {
      const [{ state }, done] = await Promise.all([bus.jsm.streams.info(CALLS.name), follower.progress()]);
      const isWhole = done?.stream === stream && done.seq <= state.last_seq && state.first_seq <= done.seq + 1;
      if (isWhole) {
        next = done.seq + 1;
        return;
      }
      log.info(`${name}: calls are gone through again`, { why: done === null ? 'first start' : 'messages are gone' });
      await follower.rebuild();
      await follower.saveProgress(stream, state.last_seq);
      next = state.last_seq + 1;
    };
    if (!(await untilDone(`the beginning of ${name}`, begin))) return;
    log.info(`${name}: active`, { fromSequence: next });

    const consumer = await bus.js.consumers.get(CALLS.name, { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next });
    const messages = await consumer.consume({ max_messages: MOST_AT_ONCE });
    const waiting: JsMsg[] = [];
    let wake: () => void = () => undefined;
    const take = async () => {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      const last = batch.at(-1) as JsMsg;
      const news = batch.flatMap((message) => readCallNews(message.string()));
      // one that the stream forgot before it was read here
      const isGap = batch.some((message, i) => message.seq !== (batch[i - 1]?.seq ?? next - 1) + 1);
      const done = await untilDone(`work on calls of ${name}`, async () => {
        if (isGap) await follower.rebuild();
        await follower.work(news);
        await follower.saveProgress(stream, last.seq);
      });
      if (done) next = last.seq + 1;
    };
    const reading = (async () => {
      for await (const message of messages) {
        waiting.push(message);
        wake();
        while (waiting.length >= 2 * MOST_AT_ONCE) await pause(WAIT_MS);
      }
      if (!service.stopping.aborted) throw new Error('the stream of calls cannot be read any more');
    })();
    const working = (async () => {
      while (!service.stopping.aborted) {
        if (waiting.length === 0) {
          await follower.idle?.().catch((error) => log.warn(`${name}: looking through calls failed, later again`, { error }));
          await new Promise<void>((done) => {
            const timer = setTimeout(done, LOOK_MS);
            wake = () => {
              clearTimeout(timer);
              done();
            };
          });
        }
        // what ends together is worked on together
        if (waiting.length > 0 && waiting.length < MOST_AT_ONCE) await pause(WAIT_MS);
        const [oldest] = waiting;
        follower.lag.set(oldest ? Math.max(0, systemClock.now() - Number(oldest.timestampNanos / 1_000_000n)) / 1_000 : 0);
        if (oldest && !service.stopping.aborted) await take();
        if (waiting.length === 0) follower.lag.set(0);
      }
    })();
    for (const part of [reading, working])
      part.catch((error) => {
        if (service.stopping.aborted) return;
        log.error(`${name} failed`, { error: errorText(error) });
        process.exit(1);
      });
    service.onStop(name, async () => {
      await messages.close();
      wake();
      await working.catch(() => undefined);
    });
  };
  return { health: () => health, begun: follow() };
}

/** A name for the CALLS stream as it is, kept beside it: sequences begin again when the bus is made anew. */
async function streamName(bus: Bus): Promise<string> {
  const kv = await bus.kv(KV.jobs);
  const known = async () => {
    const entry = await kv.get('calls');
    return entry?.operation === 'PUT' ? entry.string() : null;
  };
  const before = await known();
  if (before !== null) return before;
  // two followers begin together: the first name stays
  await kv.create('calls', randomBytes(6).toString('hex')).catch(() => undefined);
  const made = await known();
  if (made === null) throw new Error('the stream of calls could not be given a name');
  return made;
}
