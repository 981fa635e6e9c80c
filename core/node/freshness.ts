import type { Freshness } from '../bus/freshness.ts';
import { type Pulse, readPulse } from '../bus/live.ts';
import { subjects } from '../bus/streams.ts';
import type { Bus } from './nats.ts';
import type { Status } from './status.ts';

/** Services report every 2 s, the assembler's pulse comes every second: as much again for one that is late. */
const STATUS_LATE_MS = 3_500;
const PULSE_LATE_MS = 2_500;
/** An instance that is silent for longer was taken away; another of its kind counts. */
const FORGET_MS = 60_000;

type Part = 'edge' | 'decoder';
const PARTS: readonly Part[] = ['decoder', 'edge'];

interface Heard {
  at: number;
  /** last time it said that nothing fails */
  goodAt: number;
  lagSeconds: number;
}

/**
 * How fresh the data is, in one definition: the age of the oldest thing that is not yet processed, or the time since a
 * part that could hold something back was last heard to be well, whichever is more. One instance of a kind that is well
 * is enough; the slowest of those that work counts. Pure: times are given, ms of one steady clock.
 */
export class FreshnessBook {
  #services = new Map<Part, Map<string, Heard>>();
  #pulse: (Pulse & { heardAt: number }) | undefined;
  #lastEventAt = 0;
  readonly #group: string;
  readonly #began: number;

  /** @param group the edge group whose assembler counts */
  constructor(group: string, now: number) {
    this.#group = group;
    this.#began = now;
    for (const part of PARTS) this.#services.set(part, new Map());
  }

  status(status: Status, now: number): void {
    const instances = this.#services.get(status.service as Part);
    if (!instances) return;
    const goodAt = status.failing === null ? now : (instances.get(status.instance)?.goodAt ?? this.#began);
    instances.set(status.instance, { at: now, goodAt, lagSeconds: status.lagSeconds ?? 0 });
    for (const [instance, heard] of instances) if (now - heard.at > FORGET_MS && instances.size > 1) instances.delete(instance);
  }

  pulse(pulse: Pulse, now: number): void {
    if (pulse.group !== this.#group) return;
    this.#pulse = { ...pulse, heardAt: now };
    this.#lastEventAt = Math.max(this.#lastEventAt, pulse.lastFactsAt);
  }

  /** @param hearing false: the portal's own connection to the bus is away */
  at(now: number, hearing = true): Freshness {
    const said: { seconds: number; part: Freshness['part']; why: Freshness['why'] }[] = [];
    const pulseAge = now - (this.#pulse?.heardAt ?? this.#began);
    if (pulseAge > PULSE_LATE_MS) said.push({ seconds: pulseAge / 1_000, part: hearing ? 'assembler' : 'bus', why: 'silent' });
    // what waited when it was last heard waits for longer now
    else if (this.#pulse && this.#pulse.lagSeconds > 0)
      said.push({ seconds: this.#pulse.lagSeconds + pulseAge / 1_000, part: 'assembler', why: 'behind' });
    for (const part of PARTS) {
      const instances = [...(this.#services.get(part)?.values() ?? [])];
      const heard = now - Math.max(this.#began, ...instances.map((i) => i.at));
      const good = now - Math.max(this.#began, ...instances.map((i) => i.goodAt));
      if (good > STATUS_LATE_MS) {
        const why = heard > STATUS_LATE_MS ? 'silent' : 'failing';
        said.push({ seconds: good / 1_000, part: hearing ? part : 'bus', why });
      } else {
        const behind = instances.filter((i) => now - i.at <= STATUS_LATE_MS && i.lagSeconds > 0);
        const lag = Math.max(0, ...behind.map((i) => i.lagSeconds + (now - i.at) / 1_000));
        if (lag > 0) said.push({ seconds: lag, part, why: 'behind' });
      }
    }
    let worst: (typeof said)[number] | undefined;
    // the earlier part of the way names the cause when two are equally late
    for (const s of said) if (!worst || s.seconds >= worst.seconds) worst = s;
    if (!worst || worst.seconds <= 1) return { seconds: round(worst?.seconds ?? 0), part: null, why: null, lastEventAt: this.#lastEventAt };
    return { ...worst, seconds: round(worst.seconds), lastEventAt: this.#lastEventAt };
  }
}

const round = (seconds: number) => Math.round(seconds * 10) / 10;

export interface FreshnessWatch {
  now(): Freshness;
  stop(): void;
}

/** Listens to the services and to the assembler's pulse. One a process; `now` is cheap. */
export function watchFreshness(bus: Bus, group: string): FreshnessWatch {
  const book = new FreshnessBook(group, performance.now());
  const statuses = bus.nc.subscribe(subjects.allStatus, {
    callback: (error, message) => {
      if (error) return;
      try {
        book.status(message.json<Status>(), performance.now());
      } catch {
        // not a status of ours
      }
    },
  });
  const pulses = bus.nc.subscribe(subjects.pulse(group), {
    callback: (error, message) => {
      const pulse = error ? null : readPulse(message.string());
      if (pulse) book.pulse(pulse, performance.now());
    },
  });
  return {
    now: () => book.at(performance.now(), bus.connected()),
    stop: () => {
      statuses.unsubscribe();
      pulses.unsubscribe();
    },
  };
}
