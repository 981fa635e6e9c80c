import type { DemoCompany, DemoEmployee, DemoNumber } from '../companies/company.ts';
import type { CallPlan } from '../edge/call.ts';
import { type Desk, inboundCall, internalCall, outboundCall } from './calls.ts';
import { Clients } from './clients.ts';
import { Random } from './random.ts';
import { Staff } from './staff.ts';
import { Timeline } from './timeline.ts';
import { daysBetween, midnightOf, weekdayOf } from './zone.ts';

/** What the calls of a company depend on: the same plan, the same calls, on any day and in any run. */
export interface CompanyPlan {
  company: DemoCompany;
  seed: string;
  /** calls of a working day that no earlier call caused, at the end of the history */
  perDay: number;
  /** last day of the history, yyyy-mm-dd: growth is measured towards it */
  grownAt: string;
  /** from here on `company.liveFloor` calls are kept in progress, ms since the epoch */
  floorFrom: number;
}

/** Every call brings on average so many others: calls back, second tries. */
const CAUSED = 1.09;
const GROWTH_PER_WEEK = 0.015;
const DAY_MS = 86_400_000;
/** calls in progress are looked at this often where a floor is kept */
const LOOK_MS = 7_000;

type Cause =
  | { at: number; kind: 'in' | 'out' | 'internal' | 'look' }
  | { at: number; kind: 'again'; caller: string; number: DemoNumber }
  | { at: number; kind: 'back'; caller: string; group: string; attempt: number };

function dayWeight(company: DemoCompany, date: string): number {
  const weekday = weekdayOf(date);
  return weekday === 6 ? company.saturday : weekday === 0 ? company.sunday : 1;
}

const growth = (date: string, grownAt: string) => Math.max(0.75, 1 - (GROWTH_PER_WEEK * daysBetween(date, grownAt)) / 7);

/** Calls of a working day, so that `days` days up to `lastDate` bring a company's share of `calls`. */
export function perDayFor(company: DemoCompany, calls: number, lastDate: string, dates: readonly string[]): number {
  const weight = dates.reduce((sum, date) => sum + dayWeight(company, date) * growth(date, lastDate), 0);
  return (calls * company.share) / CAUSED / Math.max(weight, 0.1);
}

/** Every call that begins on a day of a company, by start. Pure. */
export function planDay({ company, seed, perDay, grownAt, floorFrom }: CompanyPlan, date: string): CallPlan[] {
  const random = new Random(`${seed} ${company.id} ${date}`);
  const midnight = midnightOf(company.zone, date);
  const dayEnds = midnight + DAY_MS;
  const staff = new Staff(company, midnight, weekdayOf(date));
  const desk: Desk = { company, staff, random, dayEnds };
  const clients = new Clients(company, seed);
  const causes = new Timeline<Cause>();

  const expected = perDay * dayWeight(company, date) * growth(date, grownAt) * Math.exp(0.07 * random.normal());
  const whole = company.hours.reduce((a, b) => a + b, 0);
  company.hours.forEach((weight, hour) => {
    const count = random.poisson(((expected * weight) / whole) * Math.exp(0.1 * random.normal()));
    for (let i = 0; i < count; i++) {
      const kind = random.weighted(['in', 'out', 'internal'] as const, (k) => company.mix[k]);
      causes.add({ at: midnight + (hour + random.next()) * 3_600_000, kind });
    }
  });
  if (company.liveFloor > 0 && floorFrom < dayEnds) causes.add({ at: Math.max(midnight, floorFrom) + 500, kind: 'look' });

  const calls: CallPlan[] = [];
  /** ends of calls in progress, for the floor; pruned as they are looked at */
  let ends: number[] = [];
  const add = (plan: CallPlan): CallPlan => {
    calls.push(plan);
    ends.push(plan.endedAt / 1_000);
    return plan;
  };
  const afterInbound = (plan: CallPlan, number: DemoNumber) => {
    const end = plan.endedAt / 1_000;
    if (plan.answeredAt > 0) {
      if (random.chance(0.04)) causes.add({ at: end + random.between(20, 240) * 60_000, kind: 'again', caller: plan.from, number });
    } else if (random.chance(0.34)) {
      causes.add({ at: end + random.logNormal(4, 0.9) * 60_000, kind: 'again', caller: plan.from, number });
    } else if (random.chance(0.68)) {
      causes.add({
        at: workingTime(desk, number.group, end + random.logNormal(16, 0.9) * 60_000),
        kind: 'back',
        caller: plan.from,
        group: number.group,
        attempt: 1,
      });
    }
  };
  const freeOne = (group: string, at: number): DemoEmployee | undefined => {
    const free = staff.free(group, at);
    return free.length === 0 ? undefined : random.pick(free);
  };
  const inbound = (at: number) => {
    const number = random.weighted(company.numbers, (n) => n.weight);
    afterInbound(add(inboundCall(desk, at, clients.caller(random), number, false)), number);
  };
  const outbound = (at: number) => {
    const by = freeOne('', at);
    if (by) add(outboundCall(desk, at, by, clients.caller(random), false));
  };

  for (let cause = causes.take(); cause; cause = causes.take()) {
    const { at } = cause;
    // what would begin in the last minute of the day is left out: it could not end in it
    if (at >= dayEnds - 60_000 || at < midnight) continue;
    switch (cause.kind) {
      case 'in':
        inbound(at);
        break;
      case 'out':
        outbound(at);
        break;
      case 'internal': {
        const by = freeOne('', at);
        if (by) add(internalCall(desk, at, by));
        break;
      }
      case 'again':
        afterInbound(add(inboundCall(desk, at, cause.caller, cause.number, true)), cause.number);
        break;
      case 'back': {
        const by = freeOne(cause.group, at) ?? (company.duty === '' ? undefined : freeOne(company.duty, at));
        if (!by) {
          // everybody speaks: a little later, and not for ever
          if (cause.attempt < 6) causes.add({ ...cause, at: workingTime(desk, cause.group, at + 4 * 60_000), attempt: cause.attempt + 1 });
          break;
        }
        const plan = add(outboundCall(desk, at, by, cause.caller, true));
        if (plan.answeredAt === 0 && cause.attempt < 3 && random.chance(0.5))
          causes.add({ ...cause, at: at + random.between(25, 90) * 60_000, attempt: cause.attempt + 1 });
        break;
      }
      case 'look':
        ends = ends.filter((end) => end > at);
        if (ends.length < company.liveFloor) {
          if (random.chance(0.6)) inbound(at);
          else outbound(at);
        }
        causes.add({ at: at + random.between(0.6, 1.6) * LOOK_MS, kind: 'look' });
    }
  }
  return calls.sort((a, b) => a.startedAt - b.startedAt);
}

/** The first moment from `at` on when somebody of the group works, within ten hours; else `at`. */
function workingTime({ staff, random }: Desk, group: string, at: number): number {
  if (staff.atWork(group, at).length > 0) return at;
  for (let later = at; later < at + 10 * 3_600_000; later += 15 * 60_000)
    if (staff.atWork(group, later).length > 0) return later + random.between(0, 45) * 60_000;
  return at;
}
