/** Conversations of several Call-IDs that the edge makes itself: click-to-call, queues; and calls between two companies. */
import { DIALLER, MEDIA_SERVER, PROXY } from './companies.ts';
import { answeredFor, type Kind } from './one-dialog.ts';
import {
  answerOf,
  at,
  carrierLeg,
  endOf,
  expectedOf,
  firstRing,
  fromCarrier,
  fromPhone,
  fromServer,
  joined,
  legTo,
  lengths,
  phoneLeg,
  type Stage,
  sentOn,
  soon,
} from './parts.ts';
import type { DialogPlan, Mode } from './plan.ts';
import type { Random } from './random.ts';

/** Packets alone do not tell of these ties. */
const NEEDS_EVENTS: Mode[] = ['events', 'both'];
const LAG_US = 15_000;

/** @param n which of several */
const tiedTo = (plan: DialogPlan, role: string, n = 0) => ({
  says: { conversation: plan.callId, role },
  saysTell: [`tie:${plan.callId}/${role}/${n}`],
});

/** The employee is fetched first, then the number is called. */
const clickToCall =
  (answers: boolean): Kind =>
  (s, r) => {
    const employee = s.team[0] as string;
    const first = fromServer(s, DIALLER, s.customer, employee, { startAt: s.startAt });
    const legX = phoneLeg(s.company, employee, sentOn(first), soon(r), r.seconds(1, 6), 200);
    const second = fromServer(s, DIALLER, s.company.numbers[0], s.customer, {
      startAt: legX.end.at + r.seconds(0.01, 0.2),
      ...tiedTo(first, 'destination'),
    });
    const wait = r.seconds(1, 12);
    const code = answers ? 200 : r.pick([486, 480, 487]);
    const legY = carrierLeg(s.customer, sentOn(second), soon(r), wait + (code === 487 ? 2_500 : 0), code);
    let y: DialogPlan = { ...second, legs: [legY] };
    let x: DialogPlan = { ...first, legs: [legX] };
    if (answers) {
      y = answeredFor(y, r);
      // the employee is the caller of the whole: the dialler passes the end from one call to the other
      const by = y.bye?.by === 'caller' ? 'callee' : 'caller';
      x = { ...x, bye: { at: endOf(y) + (by === 'callee' ? -LAG_US : LAG_US), by } };
    } else {
      const givesUp = code === 487;
      y = { ...y, failure: { at: sentOn(second) + wait, code, by: givesUp ? 'caller' : 'callee' } };
      x = { ...x, bye: { at: endOf(y) + (givesUp ? -LAG_US : LAG_US), by: givesUp ? 'callee' : 'caller' } };
    }
    const whole = { ringAt: firstRing(y), answeredAt: answerOf(y), endAt: Math.max(endOf(x), endOf(y)) };
    const expected = expectedOf(y, {
      ...{ callIds: [x.callId, y.callId], from: employee, hangupBy: y.bye ? y.bye.by : null },
      ...{
        ...lengths(s.startAt, whole.ringAt, whole.answeredAt, whole.endAt),
        startAt: s.startAt,
        tolerance: 0.06,
        number: s.company.numbers[0],
      },
    });
    return { dialogs: [x, y], expected: [expected], modes: NEEDS_EVENTS };
  };

/** A queue answers at once and offers the caller to agents, one after the other. */
function queue(s: Stage, r: Random, offers: readonly ('answered' | 'no answer' | 'busy' | 'abandoned')[]) {
  const number = s.company.numbers[2] as string;
  const isSaid = offers.length === 0 || r.chance(0.5);
  const plan = fromCarrier(s, r, s.customer, number, {
    startAt: s.startAt,
    ...(isSaid ? { says: { role: 'queue' }, saysTell: [`queue:${s.startAt}`] } : {}),
  });
  const queueLeg = legTo(at(s.company, '700'), MEDIA_SERVER, sentOn(plan), null, 8_000, 200);
  const first: DialogPlan = { ...plan, legs: [queueLeg] };
  const asked: DialogPlan[] = [];
  let beginsAt = queueLeg.end.at + r.seconds(0.5, 4);
  offers.forEach((how, i) => {
    const agent = s.team[i] as string;
    const offer = fromServer(s, MEDIA_SERVER, s.customer, agent, { startAt: beginsAt, ...tiedTo(first, 'offer', i) });
    const offeredAt = sentOn(offer);
    const wait = how === 'busy' ? r.seconds(0.1, 0.5) : r.seconds(2, 12);
    if (how === 'answered') asked.push(answeredFor({ ...offer, legs: [phoneLeg(s.company, agent, offeredAt, soon(r), wait, 200)] }, r));
    else if (how === 'busy') {
      const leg = phoneLeg(s.company, agent, offeredAt, null, wait, 486);
      asked.push({ ...offer, legs: [leg], failure: { at: leg.end.at, code: 486, by: 'callee' } });
    } else {
      const leg = phoneLeg(s.company, agent, offeredAt, soon(r), wait + 2_500, 487);
      asked.push({ ...offer, legs: [leg], failure: { at: offeredAt + wait, code: 487, by: 'caller' } });
    }
    beginsAt = endOf(asked[i] as DialogPlan) + r.seconds(0.05, 1);
  });
  return { first, asked };
}

const queueAnswered =
  (before: readonly ('no answer' | 'busy')[]): Kind =>
  (s, r) => {
    const { first, asked } = queue(s, r, [...before, 'answered']);
    const talk = asked.at(-1) as DialogPlan;
    const by = talk.bye?.by ?? 'caller';
    const x: DialogPlan = { ...first, bye: { at: endOf(talk) + (by === 'caller' ? -LAG_US : LAG_US), by } };
    const rings = asked.map(firstRing).filter((t) => t !== null);
    const times = { ringAt: Math.min(...rings), answeredAt: answerOf(talk), endAt: Math.max(endOf(x), endOf(talk)) };
    const expected = joined([x, ...asked], times, { answeredBy: talk.dst, hangupBy: by, legs: joined(asked, times, {}).legs });
    return { dialogs: [x, ...asked], expected: [expected], modes: NEEDS_EVENTS };
  };

/** The caller gives up while the last agent's phone rings. */
const queueAbandoned: Kind = (s, r) => {
  const { first, asked } = queue(s, r, r.chance(0.5) ? ['abandoned'] : ['no answer', 'abandoned']);
  const last = asked.at(-1) as DialogPlan;
  const waited = Math.max(endOf(last), s.startAt + 6_000_000);
  const moved: DialogPlan = {
    ...last,
    legs: last.legs.map((l) => ({ ...l, end: { ...l.end, at: waited + 2_500 } })),
    failure: { at: waited, code: 487, by: 'caller' },
  };
  const all = [...asked.slice(0, -1), moved];
  const x: DialogPlan = { ...first, bye: { at: waited - LAG_US, by: 'caller' } };
  const times = { ringAt: Math.min(...all.map((p) => firstRing(p) ?? Number.POSITIVE_INFINITY)), answeredAt: null, endAt: waited };
  const expected = joined([x, ...all], times, {
    ...{ result: 'no_answer', missedKind: 'not_taken', answeredBy: '', hangupBy: 'caller', legs: joined(all, times, {}).legs },
  });
  return { dialogs: [x, ...all], expected: [expected], modes: NEEDS_EVENTS };
};

/** The edge rings the other company's phone itself: one Call-ID, one call for each of the two. */
const betweenCompanies: Kind = (s, r) => {
  const [caller = ''] = s.team;
  const [called = ''] = s.otherTeam.slice(-1);
  const number = r.pick(s.other.numbers);
  const outer = fromPhone(s, caller, number, { startAt: s.startAt });
  const offeredAt = sentOn(outer) + 2_000;
  const wait = r.seconds(1, 10);
  const phone = phoneLeg(s.other, called, offeredAt, soon(r), wait, 200);
  const by = { at: phone.end.at + r.seconds(2, 30), by: r.pick(['caller', 'callee'] as const) };
  const packets: DialogPlan = { ...outer, told: 'packets', legs: [phone], bye: by };
  const out: DialogPlan = { ...packets, told: 'events', legs: [{ ...phone, target: number, address: PROXY }] };
  const shown = s.company.numbers[0];
  const inner: DialogPlan = { ...packets, told: 'events', company: s.other, direction: 'in', src: shown, did: number, shown: null };
  const callIds = [outer.callId];
  return {
    dialogs: [packets, out, inner],
    expected: [
      expectedOf(out, { callIds, number: shown }),
      expectedOf(inner, { callIds, from: shown, number, answeredBy: called, tenant: s.other.id }),
    ],
  };
};

/** It goes out to the carrier and comes in again under a Call-ID of the carrier's. */
const byCarrier: Kind = (s, r) => {
  const [caller = ''] = s.team;
  const [called = ''] = s.otherTeam.slice(-1);
  const number = r.pick(s.other.numbers);
  const outer = fromPhone(s, caller, number, { startAt: s.startAt });
  const there = { ...s, company: s.other };
  const inner = fromCarrier(there, r, s.company.numbers[0], number, { startAt: sentOn(outer) + r.int(5, 60) * 1_000 });
  const legIn = phoneLeg(s.other, called, sentOn(inner), soon(r), r.seconds(1, 10), 200);
  const y = answeredFor({ ...inner, legs: [legIn] }, r);
  const offeredAt = sentOn(outer);
  const rings = (legIn.ringAt ?? 0) + 5_000 - offeredAt;
  const x: DialogPlan = {
    ...outer,
    legs: [carrierLeg(number, offeredAt, rings, legIn.end.at + 6_000 - offeredAt, 200)],
    bye: { at: endOf(y) + (y.bye?.by === 'caller' ? -5_000 : 5_000), by: y.bye?.by ?? 'caller' },
  };
  return { dialogs: [x, y], expected: [expectedOf(x), expectedOf(y)] };
};

export const SERVICES: Record<string, Kind> = {
  'click-to-call': clickToCall(true),
  'click-to-call, the number does not answer': clickToCall(false),
  'queue, the first agent answers': queueAnswered([]),
  'queue, the second agent answers': queueAnswered(['no answer']),
  'queue, busy agents before one answers': queueAnswered(['busy', 'no answer']),
  'queue, the caller gives up': queueAbandoned,
  'between two companies on the edge': betweenCompanies,
  'between two companies by the carrier': byCarrier,
};
