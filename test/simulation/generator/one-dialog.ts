/** Kinds of calls that are one dialog each. */
import { CARRIER_IN_IP } from './companies.ts';
import {
  answerOf,
  carrierLeg,
  endOf,
  expectedOf,
  fromCarrier,
  fromPhone,
  type Played,
  phoneLeg,
  type Stage,
  sentOn,
  soon,
} from './parts.ts';
import type { DialogPlan, LegPlan } from './plan.ts';
import type { Random } from './random.ts';

export type Kind = (s: Stage, r: Random) => Played;

const alone = (plan: DialogPlan): Played => ({ dialogs: [plan], expected: [expectedOf(plan)] });
const CANCEL_US = 2_500;

/** A call to one of the company's numbers that rings one phone. */
function toPhone(s: Stage, r: Random, leg: (offeredAt: number, extension: string) => LegPlan): DialogPlan {
  const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
  return { ...plan, legs: [leg(sentOn(plan), s.team[0] as string)] };
}

export const eitherSide = (r: Random) => (r.chance(0.5) ? 'caller' : 'callee');

export function answeredFor(plan: DialogPlan, r: Random, talk = r.seconds(2, 40)): DialogPlan {
  return { ...plan, bye: { at: (answerOf(plan) ?? plan.startAt) + talk, by: eitherSide(r) } };
}

/** The last leg's answer is the call's. */
const failedAs = (plan: DialogPlan): DialogPlan => {
  const last = plan.legs.at(-1) as LegPlan;
  return { ...plan, failure: { at: last.end.at, code: last.end.code, by: 'callee' } };
};

/** @param wait µs after the offer */
const givenUp = (plan: DialogPlan, wait: number): DialogPlan => ({
  ...plan,
  failure: { at: (plan.legs[0]?.offeredAt ?? plan.startAt) + wait, code: 487, by: 'caller' },
});

const answered: Kind = (s, r) =>
  alone(
    answeredFor(
      toPhone(s, r, (o, x) => phoneLeg(s.company, x, o, soon(r), r.seconds(1, 12), 200)),
      r,
    ),
  );

const gaveUpAfter =
  (from: number, to: number, rings: boolean): Kind =>
  (s, r) => {
    const wait = r.seconds(from, to);
    return alone(
      givenUp(
        toPhone(s, r, (o, x) => phoneLeg(s.company, x, o, rings ? soon(r) : null, wait + CANCEL_US, 487)),
        wait,
      ),
    );
  };

const refused =
  (codes: readonly number[], rings: boolean): Kind =>
  (s, r) =>
    alone(
      failedAs(
        toPhone(s, r, (o, x) => phoneLeg(s.company, x, o, rings ? soon(r) : null, rings ? r.seconds(0.5, 9) : soon(r), r.pick(codes))),
      ),
    );

/** The proxy gives up after 25 s: it answers 408 and cancels whoever rings. */
const TIMEOUT_US = 25_000_000;
const timedOut = (plan: DialogPlan): DialogPlan => ({
  ...plan,
  failure: { at: (plan.legs[0]?.offeredAt ?? 0) + TIMEOUT_US, code: 408, by: 'callee' },
});

/** Up to five phones at once; whoever does not answer is cancelled. */
function hunt(s: Stage, r: Random, end: number, code: number): DialogPlan {
  const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
  const offeredAt = sentOn(plan);
  const members = r.shuffled(s.team).slice(0, r.int(2, 5));
  return {
    ...plan,
    legs: members.map((x, i) => {
      const rings = i === 0 || r.chance(0.85) ? soon(r) : null;
      // one of those that ring may say no while the others go on
      const isBusy = i > 1 && r.chance(0.3);
      if (i === 0) return phoneLeg(s.company, x, offeredAt + i * 40, rings, end, code);
      return isBusy
        ? phoneLeg(s.company, x, offeredAt + i * 40, null, soon(r), 486)
        : phoneLeg(s.company, x, offeredAt + i * 40, rings, end + 4_000 + i * 200, 487);
    }),
  };
}

/** 486 from the first, then the second is rung under the same Call-ID. */
function onwards(s: Stage, r: Random, end: (offeredAt: number) => LegPlan): DialogPlan {
  const plan = toPhone(s, r, (o, x) =>
    phoneLeg(s.company, x, o, r.chance(0.5) ? soon(r) : null, r.seconds(0.5, 2), r.pick([486, 486, 480, 603])),
  );
  const busy = plan.legs[0] as LegPlan;
  return { ...plan, legs: [busy, end(busy.end.at + 1_300)] };
}

const outbound = (s: Stage, leg: (offeredAt: number) => LegPlan): DialogPlan => {
  const plan = fromPhone(s, s.team[0] as string, s.customer, { startAt: s.startAt });
  return { ...plan, legs: [leg(sentOn(plan))] };
};
const internal = (s: Stage, leg: (offeredAt: number) => LegPlan): DialogPlan => {
  const plan = fromPhone(s, s.team[0] as string, s.team[1] as string, { startAt: s.startAt });
  return { ...plan, legs: [leg(sentOn(plan))] };
};
const colleague = (s: Stage) => s.team[1] as string;

export const ONE_DIALOG: Record<string, Kind> = {
  'inbound, answered': answered,
  'inbound, no answer': gaveUpAfter(6, 25, true),
  'inbound, short abandon': gaveUpAfter(0.6, 4.4, true),
  'inbound, given up before it rang': gaveUpAfter(0.3, 4.2, false),
  'inbound, given up late and nothing rang': gaveUpAfter(6, 9, false),
  'inbound, busy': refused([486, 600], false),
  'inbound, busy after it rang': refused([486], true),
  'inbound, declined': refused([603], true),
  'inbound, unavailable': refused([480, 410], false),
  'inbound, no phone is registered': (s, r) => {
    const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
    return alone({ ...plan, failure: { at: s.startAt + 1_500, code: 480, by: 'pbx' } });
  },
  'inbound, 408 from the proxy': (s, r) =>
    alone(timedOut(toPhone(s, r, (o, x) => phoneLeg(s.company, x, o, soon(r), TIMEOUT_US + 3_000, 487)))),
  'hunt group, one answers': (s, r) => alone(answeredFor(hunt(s, r, r.seconds(1, 12), 200), r)),
  'hunt group, nobody answers': (s, r) => alone(timedOut(hunt(s, r, TIMEOUT_US + 3_000, 487))),
  'hunt group, the caller gives up': (s, r) => {
    const wait = r.chance(0.3) ? r.seconds(1, 4.4) : r.seconds(6, 20);
    return alone(givenUp(hunt(s, r, wait + CANCEL_US, 487), wait));
  },
  'forward on busy, answered': (s, r) =>
    alone(
      answeredFor(
        onwards(s, r, (o) => phoneLeg(s.company, colleague(s), o, soon(r), r.seconds(1, 10), 200)),
        r,
      ),
    ),
  'forward on busy, given up': (s, r) => {
    const wait = r.seconds(6, 12);
    const plan = onwards(s, r, (o) => phoneLeg(s.company, colleague(s), o, soon(r), wait + CANCEL_US, 487));
    return alone({ ...plan, failure: { at: (plan.legs[1]?.offeredAt ?? 0) + wait, code: 487, by: 'caller' } });
  },
  'forward to an outside number, same Call-ID': (s, r) => {
    const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
    return alone(answeredFor({ ...plan, legs: [carrierLeg(s.outside, sentOn(plan), soon(r), r.seconds(1, 10), 200)] }, r));
  },
  'outbound, answered': (s, r) =>
    alone(
      answeredFor(
        outbound(s, (o) => carrierLeg(s.customer, o, soon(r), r.seconds(1, 15), 200)),
        r,
      ),
    ),
  'outbound, busy': (s, r) =>
    alone(failedAs(outbound(s, (o) => carrierLeg(s.customer, o, r.chance(0.3) ? soon(r) : null, r.seconds(0.5, 3), 486)))),
  'outbound, failed': (s, r) =>
    alone(failedAs(outbound(s, (o) => carrierLeg(s.customer, o, null, r.seconds(0.1, 3), r.pick([404, 503, 403]))))),
  'outbound, barred by the proxy': (s) => {
    const plan = fromPhone(s, s.team[0] as string, s.customer, { startAt: s.startAt });
    // nothing leaves the proxy: no number was shown to anybody
    const barred: DialogPlan = { ...plan, failure: { at: s.startAt + 4_000, code: 403, by: 'pbx' } };
    return { dialogs: [barred], expected: [expectedOf(barred, { number: '' })] };
  },
  'outbound, given up': (s, r) => {
    const wait = r.seconds(0.5, 20);
    return alone(
      givenUp(
        outbound(s, (o) => carrierLeg(s.customer, o, r.chance(0.8) ? 200_000 : null, wait + CANCEL_US, 487)),
        wait,
      ),
    );
  },
  'internal, answered': (s, r) =>
    alone(
      answeredFor(
        internal(s, (o) => phoneLeg(s.company, colleague(s), o, soon(r), r.seconds(1, 10), 200)),
        r,
      ),
    ),
  'internal, refused': (s, r) =>
    alone(failedAs(internal(s, (o) => phoneLeg(s.company, colleague(s), o, soon(r), r.seconds(0.5, 5), r.pick([486, 603, 480]))))),
  'internal, given up': (s, r) => {
    const wait = r.seconds(1, 15);
    return alone(
      givenUp(
        internal(s, (o) => phoneLeg(s.company, colleague(s), o, soon(r), wait + CANCEL_US, 487)),
        wait,
      ),
    );
  },
  'hold and resume': (s, r) => {
    const [plan] = answered(s, r).dialogs as [DialogPlan];
    const holdAt = (answerOf(plan) ?? 0) + r.seconds(0.5, 1.2);
    const from = eitherSide(r);
    const hold = { from, method: 'INVITE', headers: [], tells: [] } as const;
    const event = (at: number, action: string) => ({
      at,
      method: 'E_CALL_HOLD',
      params: { callid: plan.callId, leg: from, action, state: 'ok' },
      tells: [],
    });
    const endAt = endOf(plan);
    const resumeAt = holdAt + (endAt - holdAt) * 0.6;
    return alone({
      ...plan,
      inDialog: [
        { ...hold, at: holdAt },
        { ...hold, at: Math.round(resumeAt) },
      ],
      events: [event(holdAt + 900, 'hold'), event(Math.round(resumeAt) + 900, 'unhold')],
    });
  },
  'wrong password': (s) => {
    const plan = fromPhone(s, s.team[0] as string, colleague(s), {
      startAt: s.startAt,
      failure: { at: s.startAt + 3_300, code: 407, by: 'pbx' },
    });
    return { dialogs: [plan], expected: [], security: [plan.callId] };
  },
  'unknown number': (s, r) => {
    const plan = fromCarrier(s, r, s.customer, '74959999999', {
      startAt: s.startAt,
      told: 'packets',
      failure: { at: s.startAt + 300, code: 404, by: 'pbx' },
    });
    const expected = expectedOf(plan, { tenant: 'unassigned', number: '' });
    return { dialogs: [plan], expected: [expected], modes: ['packets', 'both'] };
  },
  'a Call-ID used again after its end': (s, r) => {
    const [first] = answered(s, r).dialogs as [DialogPlan];
    const again = { ...s, startAt: endOf(first) + r.seconds(1.5, 8) };
    const [second] = r.pick([answered, gaveUpAfter(6, 9, true), refused([486], false)])(again, r).dialogs as [DialogPlan];
    const plans = [first, { ...second, callId: first.callId, caller: { ...second.caller, host: CARRIER_IN_IP } }];
    return { dialogs: plans, expected: plans.map((p) => expectedOf(p)) };
  },
};
