import type { DemoCompany, DemoEmployee, DemoNumber } from '../companies/company.ts';
import { type CallPlan, callerHost, type PlannedLeg } from '../edge/call.ts';
import type { Random } from './random.ts';
import type { Staff } from './staff.ts';

/** Where one call is planned: who is free, what chance says, and when the day ends (all talk ends with it, ms). */
export interface Desk {
  company: DemoCompany;
  staff: Staff;
  random: Random;
  dayEnds: number;
}

/** A hunt group is offered this long (edge: fr_inv_timeout). */
const OFFER_SECONDS = 25.4;
const LONGEST_TALK_S = 2_700;

/** ms with whole microseconds -> µs */
const us = (ms: number) => Math.round(ms * 1_000);

function draft(desk: Desk, direction: CallPlan['direction'], from: string, dialled: string, ownNumber: string, at: number): CallPlan {
  const { company, random } = desk;
  return {
    callId: `${random.hex(24)}@${callerHost(direction, company.net, from)}`,
    tenant: company.id,
    domain: company.domain,
    net: company.net,
    direction,
    from,
    dialled,
    ownNumber,
    startedAt: us(at) + random.below(1_000),
    ringingAt: 0,
    answeredAt: 0,
    endedAt: 0,
    code: 0,
    endedBy: 'proxy',
    recorded: false,
    legs: [],
  };
}

/** Adds a branch; `afterUs` from the start of the call. */
function offer(plan: CallPlan, desk: Desk, target: string, outside: boolean, afterUs: number, rings: boolean): PlannedLeg {
  const { random } = desk;
  const offeredAt = plan.startedAt + afterUs + 1_100 + 60 * plan.legs.length;
  const delay = outside ? 400_000 + random.below(2_600_000) : 2_000 + random.below(60_000);
  const ringingAt = rings ? offeredAt + delay : 0;
  const leg: PlannedLeg = { target, outside, offeredAt, ringingAt, code: 0, endedAt: 0 };
  plan.legs.push(leg);
  if (rings) plan.ringingAt = plan.ringingAt === 0 ? ringingAt + 90 : Math.min(plan.ringingAt, ringingAt + 90);
  return leg;
}

function answer(plan: CallPlan, desk: Desk, leg: PlannedLeg, ringSeconds: number, talkMedian: number): void {
  const { random, dayEnds } = desk;
  leg.code = 200;
  leg.endedAt = Math.max(leg.ringingAt, leg.offeredAt) + us(Math.max(0.6, ringSeconds) * 1_000);
  plan.answeredAt = leg.endedAt + 700;
  const talk = Math.min(LONGEST_TALK_S, Math.max(3, random.logNormal(talkMedian, 0.82)));
  // nobody speaks past midnight: the next day is planned without knowing of this one
  plan.endedAt = Math.max(plan.answeredAt + 1_500_000, Math.min(plan.answeredAt + us(talk * 1_000), us(dayEnds) - 2_000_000));
  plan.code = 200;
  plan.endedBy = random.chance(0.56) ? 'caller' : 'callee';
  plan.legs.forEach((other, i) => {
    if (other.code !== 0) return;
    other.code = 487;
    other.endedAt = plan.answeredAt + 2_900 + 130 * i;
  });
}

/** The caller gives up so long after the start. */
function giveUp(plan: CallPlan, seconds: number): void {
  plan.endedAt = plan.startedAt + Math.max(us(seconds * 1_000), 200_000);
  plan.code = 487;
  plan.endedBy = 'caller';
  cancelOpen(plan, -1_000);
}

function cancelOpen(plan: CallPlan, afterUs: number): void {
  plan.legs.forEach((leg, i) => {
    if (leg.code !== 0) return;
    leg.code = 487;
    leg.endedAt = plan.endedAt + afterUs + 100 * i;
  });
}

/** One far end refuses; with several branches the last refusal is what the caller gets. */
function refuse(plan: CallPlan, leg: PlannedLeg, code: number, afterUs: number): void {
  leg.code = code;
  leg.endedAt = Math.max(leg.ringingAt, leg.offeredAt) + afterUs;
  plan.code = code;
  plan.endedAt = Math.max(plan.endedAt, leg.endedAt + 450);
  plan.endedBy = 'callee';
}

/** The proxy refuses by itself, before anything is offered. */
function refuseAtOnce(plan: CallPlan, code: number): void {
  plan.code = code;
  plan.endedAt = plan.startedAt + 620;
  plan.endedBy = 'proxy';
}

export function inboundCall(desk: Desk, at: number, from: string, number: DemoNumber, isPatient: boolean): CallPlan {
  const { company, staff, random } = desk;
  const plan = draft(desk, 'in', from, number.number, number.number, at);
  let members = staff.atWork(number.group, at);
  if (members.length === 0 && company.duty !== '') members = staff.atWork(company.duty, at);
  if (members.length === 0) return outOfHours(plan, desk, number);
  const asked = shuffled(members, random).slice(0, number.legs);
  const free = asked.filter((e) => staff.isFree(e, at));
  for (const e of asked) {
    const isFree = free.includes(e);
    const leg = offer(plan, desk, e.extension, false, 0, isFree);
    if (!isFree) refuse(plan, leg, 486, 40_000 + random.below(40_000));
  }
  if (free.length === 0) {
    const next = staff.free(number.group, at)[0];
    // a single phone that is busy hands on to a colleague (forward on busy)
    if (next && asked.length === 1 && random.chance(0.6)) {
      const leg = offer(plan, desk, next.extension, false, (plan.legs[0]?.endedAt ?? 0) - plan.startedAt, true);
      plan.code = 0;
      answer(plan, desk, leg, random.logNormal(6, 0.5), number.talk);
      return taken(plan, desk, next);
    }
    return plan;
  }
  const patience = isPatient ? random.logNormal(40, 0.4) : random.logNormal(27, 0.55);
  if (random.chance(0.035)) {
    giveUp(plan, random.between(0.8, 4.6));
    return plan;
  }
  const ring = random.logNormal(6.5, 0.6);
  if (random.chance(0.045) || ring > Math.min(patience, OFFER_SECONDS - 1)) {
    if (patience < OFFER_SECONDS) giveUp(plan, Math.max(5.2, patience));
    else {
      plan.endedAt = plan.startedAt + us(OFFER_SECONDS * 1_000);
      plan.code = 408;
      plan.endedBy = 'proxy';
      cancelOpen(plan, 800);
    }
    return plan;
  }
  const taker = random.pick(free);
  const leg = plan.legs.find((l) => l.target === taker.extension) as PlannedLeg;
  if (random.chance(0.012)) {
    plan.legs = [leg];
    refuse(plan, leg, 603, us(ring * 400));
    return plan;
  }
  answer(plan, desk, leg, ring, number.talk);
  return taken(plan, desk, taker);
}

/** Phones ring in an empty office, or the caller hears that nobody is there. */
function outOfHours(plan: CallPlan, desk: Desk, number: DemoNumber): CallPlan {
  const { company, random } = desk;
  if (random.chance(0.2)) {
    refuseAtOnce(plan, 480);
    return plan;
  }
  for (const e of company.employees.filter((x) => x.group === number.group).slice(0, number.legs))
    offer(plan, desk, e.extension, false, 0, true);
  giveUp(plan, random.chance(0.3) ? random.between(1.2, 4.8) : Math.min(OFFER_SECONDS - 1, Math.max(5.2, random.logNormal(15, 0.4))));
  return plan;
}

function taken(plan: CallPlan, desk: Desk, by: DemoEmployee): CallPlan {
  plan.recorded = by.record;
  desk.staff.occupy(by, plan.endedAt / 1_000 + desk.random.between(4_000, 25_000));
  return plan;
}

export function outboundCall(desk: Desk, at: number, by: DemoEmployee, to: string, isCallback: boolean): CallPlan {
  const { company, staff, random } = desk;
  const shown = random.weighted(company.numbers, (n) => (n.group === by.group ? n.weight : 0.01));
  const plan = draft(desk, 'out', by.extension, to, shown.number, at);
  plan.recorded = by.record;
  const outcome = random.next();
  if (outcome < 0.008) refuseAtOnce(plan, 403);
  else {
    const answers = isCallback ? 0.76 : 0.64;
    const leg = offer(plan, desk, to, true, 0, outcome < 0.96);
    if (outcome < answers) answer(plan, desk, leg, random.logNormal(9, 0.5), isCallback ? company.talk * 1.2 : company.talk);
    else if (outcome < 0.86) giveUp(plan, random.between(16, 42));
    else if (outcome < 0.94) refuse(plan, leg, 486, 500_000 + random.below(2_500_000));
    else if (outcome < 0.96) refuse(plan, leg, 603, 2_000_000 + random.below(6_000_000));
    else if (outcome < 0.975) giveUp(plan, random.between(0.4, 2.5));
    else refuse(plan, leg, random.chance(0.6) ? 480 : random.chance(0.5) ? 404 : 503, 300_000 + random.below(1_500_000));
  }
  staff.occupy(by, plan.endedAt / 1_000 + random.between(3_000, 15_000));
  return plan;
}

export function internalCall(desk: Desk, at: number, by: DemoEmployee): CallPlan {
  const { company, staff, random } = desk;
  const colleagues = company.employees.filter((e) => e !== by);
  const present = staff.atWork('', at).filter((e) => e !== by);
  const idle = present.filter((e) => staff.isFree(e, at));
  const seen = random.chance(0.7) && idle.length > 0 ? idle : present;
  const to = seen.length > 0 && random.chance(0.96) ? random.pick(seen) : random.pick(colleagues);
  const plan = draft(desk, 'internal', by.extension, to.extension, '', at);
  const isThere = present.includes(to);
  if (random.chance(0.008)) {
    plan.dialled = '199';
    refuseAtOnce(plan, 404);
  } else if (!isThere && random.chance(0.4)) refuseAtOnce(plan, 480);
  else {
    const isFree = isThere && staff.isFree(to, at);
    const leg = offer(plan, desk, to.extension, false, 0, isFree || !isThere);
    if (!isThere) giveUp(plan, random.between(9, 28));
    else if (!isFree) refuse(plan, leg, 486, 30_000 + random.below(30_000));
    else if (random.chance(0.025)) refuse(plan, leg, 603, 900_000 + random.below(3_000_000));
    else if (random.chance(0.1)) giveUp(plan, random.between(9, 28));
    else {
      answer(plan, desk, leg, random.logNormal(4.5, 0.5), 48);
      staff.occupy(to, plan.endedAt / 1_000);
    }
  }
  staff.occupy(by, plan.endedAt / 1_000 + random.between(1_000, 5_000));
  return plan;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
