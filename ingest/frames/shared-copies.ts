import { KV, subjects } from '@callscope/core/bus/streams.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { KV as KvBucket } from '@nats-io/kv';
import type { Subscription } from '@nats-io/transport-node';
import type { CopyCheck } from '../decode/copies.ts';

const LEASE_KEY = 'copies';
const RENEW_MS = 1_000;
const ANSWER_MS = 2_000;
const RETRY_MS = 100;

/** A question: key, time and id of each packet, as doubles. The answer: one byte a packet, 1 = a copy. */
const NUMBERS = 3;

/**
 * One memory of packets for all decoders, so that copies are recognised whichever decoder takes them. The decoder that
 * holds the lease keeps it and is asked by the others, once for many frames; alone, a decoder keeps it itself and asks
 * nobody. An answer does not depend on how often it is asked for: a packet is no copy of itself. When the keeper dies,
 * its memory of the last seconds is gone; two keepers for a moment do no harm but to miss copies.
 */
export class SharedCopies {
  readonly #bus: Bus;
  readonly #memory: CopyCheck;
  readonly #log: Log;
  readonly #stopping: AbortSignal;
  readonly #name: string;
  readonly #value: Uint8Array;
  #leases: KvBucket | undefined;
  #revision = 0;
  /** set while this decoder is the keeper */
  #answering: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  #electing: Promise<void> | undefined;

  /** @param name of this decoder, the same in its next life */
  constructor(bus: Bus, memory: CopyCheck, name: string, log: Log, stopping: AbortSignal) {
    this.#bus = bus;
    this.#memory = memory;
    this.#name = `${name} `;
    this.#value = new TextEncoder().encode(`${name} ${Date.now()}`);
    this.#log = log;
    this.#stopping = stopping;
  }

  async start(): Promise<void> {
    this.#leases = await this.#bus.kv(KV.leases);
    await this.#elect(true);
    this.#timer = setInterval(() => void this.#elect(), RENEW_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#electing;
    if (!this.#answering) return;
    this.#stepDown();
    await this.#leases?.delete(LEASE_KEY, { previousSeq: this.#revision }).catch(() => undefined);
  }

  /**
   * @param look runs the steps with a check that only notes what they ask, and calls everything a copy
   * @returns a check that knows the answers, for the same steps in the same order
   * @throws when stopping
   */
  async checkFor(look: (notes: CopyCheck) => void): Promise<CopyCheck> {
    const asked: number[] = [];
    for (;;) {
      if (this.#answering) return this.#memory;
      if (asked.length === 0) {
        look({
          seen: (...packet) => {
            asked.push(...packet);
            return true;
          },
        });
        if (asked.length === 0) return this.#memory;
      }
      try {
        const question = new Uint8Array(Float64Array.from(asked).buffer);
        const { data } = await this.#bus.nc.request(subjects.askCopies, question, { timeout: ANSWER_MS });
        return this.#checkOf(asked, data);
      } catch (error) {
        if (this.#stopping.aborted) throw error;
        this.#log.debug('nobody says which packets are copies, asking again', { error: errorText(error) });
        await this.#elect();
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  #checkOf(asked: readonly number[], copies: Uint8Array): CopyCheck {
    let i = 0;
    return {
      seen: (key, at, id) => {
        const n = i++;
        if (asked[n * NUMBERS + 2] !== id) throw new Error(`packet ${id} was not asked for in this order`);
        if (copies[n] === 1) return true;
        // should this decoder be the next keeper, it begins with what it stored itself
        this.#memory.seen(key, at, id);
        return false;
      },
    };
  }

  #answer(question: Uint8Array): Uint8Array {
    // a copy: the message need not stand where doubles may
    const bytes = new Uint8Array(question);
    const asked = new Float64Array(bytes.buffer, 0, Math.floor(bytes.length / 8));
    const copies = new Uint8Array(Math.floor(asked.length / NUMBERS));
    for (let n = 0; n < copies.length; n++) {
      const [key = 0, at = 0, id = 0] = asked.subarray(n * NUMBERS, (n + 1) * NUMBERS);
      copies[n] = this.#memory.seen(key, at, id) ? 1 : 0;
    }
    return copies;
  }

  /** Takes the lease where nobody holds it, or renews it. @param first a former life of this decoder is followed at once */
  #elect(first = false): Promise<void> {
    this.#electing ??= this.#tryElect(first).finally(() => {
      this.#electing = undefined;
    });
    return this.#electing;
  }

  async #tryElect(first: boolean): Promise<void> {
    const leases = this.#leases;
    if (!leases) return;
    try {
      const held = await leases.get(LEASE_KEY);
      const holder = held?.operation === 'PUT' ? held.string() : '';
      const isMine = holder === new TextDecoder().decode(this.#value) || (first && holder.startsWith(this.#name));
      if (holder !== '' && !isMine) {
        this.#stepDown();
        return;
      }
      this.#revision = isMine
        ? await leases.update(LEASE_KEY, this.#value, held?.revision ?? 0)
        : await leases.create(LEASE_KEY, this.#value);
      if (this.#answering) return;
      this.#answering = this.#bus.nc.subscribe(subjects.askCopies, {
        callback: (error, message) => {
          if (!error) message.respond(this.#answer(message.data));
        },
      });
      this.#log.info('this decoder recognises copies for all');
    } catch (error) {
      // another was faster, which the next look tells; or the bus is away, and then nobody can take the lease
      this.#log.debug('the lease on copies was not taken', { error: errorText(error) });
    }
  }

  #stepDown(): void {
    this.#answering?.unsubscribe();
    this.#answering = undefined;
  }
}
