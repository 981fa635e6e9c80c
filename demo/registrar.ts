import { phoneAddress } from './edge/call.ts';
import { type EdgeEvent, type RegisteredPhone, registration } from './edge/events.ts';
import type { CompanyPlan } from './plan/day.ts';
import { type PlannedPhone, type Presence, phonesOf, presences } from './plan/phones.ts';

/** So far back phones are told of at the start: within what an event may be late. */
const PAST_MS = 6 * 86_400_000;
const PLANNED_MS = 36 * 3_600_000;
/** Between two words on one phone of the past: decoders work side by side, and a later word would make an earlier one void. */
const APART_MS = 400;

interface Out {
  /** @param at µs */
  later(at: number, run: () => void): void;
  send(events: readonly EdgeEvent[]): void;
}

/** The registrar of the simulated edge: phones come, refresh, leave, and are not heard of again. */
export class Registrar {
  readonly #out: Out;

  constructor(out: Out) {
    this.#out = out;
  }

  /** The last days within seconds, then what happens as it happens. @param now ms */
  start(plans: readonly CompanyPlan[], now: number): void {
    const phones = plans.flatMap((plan) =>
      phonesOf(plan.company).map((planned): Phone => ({ plan, planned, known: knownOf(plan, planned) })),
    );
    let turns = 0;
    for (const phone of phones) {
      const words = presencesOf(phone, now - PAST_MS, now).flatMap((presence) => this.#told(phone, presence, now));
      for (const [turn, events] of words.entries()) this.#at(now + turn * APART_MS, () => this.#out.send(events));
      turns = Math.max(turns, words.length);
    }
    const since = now + (turns + 5) * APART_MS;
    this.#at(since, () => {
      for (const phone of phones) this.#follow(phone, since);
    });
  }

  /** The words of a presence of the past; of one that goes on, its beginning. */
  #told({ planned, known }: Phone, { from, to }: Presence, now: number): EdgeEvent[][] {
    if (to >= now) return [registration(known, 'INSERT', from * 1_000, now + planned.expires * 1_000, true)];
    if (planned.kind === 'shaky') return [registration(known, 'INSERT', from * 1_000, to, true)];
    return [
      registration(known, 'INSERT', from * 1_000, to + planned.expires * 1_000, true),
      registration(known, 'DELETE', to * 1_000, to + planned.expires * 1_000, true),
    ];
  }

  /** What a phone does from a moment on. */
  #follow(phone: Phone, since: number): void {
    const until = since + PLANNED_MS;
    for (const { from, to } of presencesOf(phone, since, until)) {
      // whoever is there at the start is told of, and refreshes; that also brings back what expired while the demo stood
      this.#at(from, () => this.#say(phone, from > since ? 'INSERT' : 'UPDATE', to));
      if (to < until && phone.planned.kind !== 'shaky') this.#at(to, () => this.#say(phone, 'DELETE', to));
    }
    this.#at(until, () => this.#follow(phone, until));
  }

  #say(phone: Phone, word: 'INSERT' | 'UPDATE' | 'DELETE', until: number): void {
    const now = Date.now();
    const { expires } = phone.planned;
    this.#out.send(registration(phone.known, word, now * 1_000, now + expires * 1_000));
    const next = now + expires * 500;
    if (word !== 'DELETE' && next < until) this.#at(next, () => this.#say(phone, 'UPDATE', until));
  }

  #at(ms: number, run: () => void): void {
    this.#out.later(ms * 1_000, run);
  }
}

interface Phone {
  plan: CompanyPlan;
  planned: PlannedPhone;
  known: RegisteredPhone;
}

function knownOf({ company: { domain, net } }: CompanyPlan, { extension, userAgent }: PlannedPhone): RegisteredPhone {
  return { domain, extension, ip: phoneAddress(net, extension).ip, userAgent };
}

function presencesOf({ plan, planned }: Phone, from: number, to: number): Presence[] {
  return presences(plan.seed, plan.company, planned, from, to);
}
