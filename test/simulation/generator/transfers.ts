/** Conversations of several Call-IDs that people make: transfers, pickups, phones that send a call on. */
import { phoneAddress } from './companies.ts';
import { answeredFor, eitherSide, type Kind } from './one-dialog.ts';
import {
  answerOf,
  at,
  carrierLeg,
  endOf,
  expectedOf,
  firstRing,
  fromCarrier,
  fromPhone,
  joined,
  legsOf,
  legTo,
  phoneLeg,
  type Stage,
  sentOn,
  soon,
} from './parts.ts';
import { type DialogPlan, type InDialogPlan, type LegPlan, type Mode, toTagOf } from './plan.ts';
import type { Random } from './random.ts';

/** Events alone do not tell of these ties. */
const NEEDS_PACKETS: Mode[] = ['packets', 'both'];

/** `customer` is the other party of the employee who transfers: the caller, or who was called. */
interface Talk {
  plan: DialogPlan;
  employee: string;
  /** who is transferred: an outside number, or an extension */
  party: string;
  isCaller: boolean;
  answeredAt: number;
}

/** Somebody talks with an employee who will hand them on. The end comes later. */
function talking(s: Stage, r: Random, who: 'inbound' | 'outbound' | 'internal'): Talk {
  const [employee = '', party = ''] = [s.team[0], who === 'internal' ? s.team[1] : s.customer];
  const isCaller = who !== 'outbound';
  const plan = isCaller
    ? who === 'inbound'
      ? fromCarrier(s, r, party, r.pick(s.company.numbers), { startAt: s.startAt })
      : fromPhone(s, party, employee, { startAt: s.startAt })
    : fromPhone(s, employee, party, { startAt: s.startAt });
  const offeredAt = sentOn(plan);
  const wait = r.seconds(1, 8);
  const leg = isCaller ? phoneLeg(s.company, employee, offeredAt, soon(r), wait, 200) : carrierLeg(party, offeredAt, soon(r), wait, 200);
  return { plan: { ...plan, legs: [leg] }, employee, party, isCaller, answeredAt: leg.end.at };
}

/** The referred party calls the new target. */
function referredCall(s: Stage, r: Random, talk: Talk, target: string, startAt: number, replaces: string): DialogPlan {
  const tie = `tie:${talk.plan.callId}`;
  const headers = [`Referred-By: <sip:${at(s.company, talk.employee)}>`, ...(replaces === '' ? [] : [`Replaces: ${replaces}`])];
  const course = { startAt, headers, headersTell: [tie] };
  return talk.party.length > 6 ? fromCarrier(s, r, talk.party, target, course) : fromPhone(s, talk.party, target, course);
}

/** @param replaces Call-ID with its tags; '' for a blind transfer */
function refer(s: Stage, talk: Talk, when: number, target: string, replaces: string): InDialogPlan {
  const query = replaces === '' ? '' : `?Replaces=${encodeURIComponent(replaces)}`;
  return {
    at: when,
    from: talk.isCaller ? 'callee' : 'caller',
    method: 'REFER',
    headers: [`Refer-To: <sip:${at(s.company, target)}${query}>`, `Referred-By: <sip:${at(s.company, talk.employee)}>`],
    tells: [`tie:${talk.plan.callId}`],
  };
}

const notify = (talk: Talk, when: number): InDialogPlan => ({
  at: when,
  from: talk.isCaller ? 'caller' : 'callee',
  method: 'NOTIFY',
  headers: ['Event: refer', 'Subscription-State: active;expires=60'],
  tells: [],
});

const sideOf = (talk: Talk) => (talk.isCaller ? 'callee' : 'caller');

/** Who ended the whole call, when it is the referred party that sits in `second` as its caller. */
const wholeHangup = (talk: Talk, by: 'caller' | 'callee') => (talk.isCaller ? by : by === 'caller' ? 'callee' : 'caller');

const blindTransfer =
  (who: 'inbound' | 'outbound' | 'internal', answers: boolean): Kind =>
  (s, r) => {
    const talk = talking(s, r, who);
    const target = s.team[2] as string;
    const referAt = talk.answeredAt + r.seconds(1, 12);
    const second = referredCall(s, r, talk, target, referAt + r.seconds(0.15, 2.5), '');
    const offeredAt = sentOn(second);
    let y: DialogPlan;
    if (answers) y = answeredFor({ ...second, legs: [phoneLeg(s.company, target, offeredAt, soon(r), r.seconds(1, 10), 200)] }, r);
    else {
      const how = r.pick(['refused', 'given up'] as const);
      const wait = how === 'refused' ? r.seconds(0.5, 15) : r.seconds(6, 20);
      const code = how === 'refused' ? r.pick([486, 480, 603]) : 487;
      const legs = [phoneLeg(s.company, target, offeredAt, soon(r), wait + (code === 487 ? 2_500 : 0), code)];
      y = { ...second, legs, failure: { at: offeredAt + wait, code, by: code === 487 ? 'caller' : 'callee' } };
    }
    // the employee lets go when the party says that it calls, or once the target has answered
    const letsGoAt = Math.min(second.startAt + r.seconds(0.2, 3), endOf(y) - 300_000);
    const x: DialogPlan = {
      ...talk.plan,
      inDialog: [refer(s, talk, referAt, target, ''), notify(talk, referAt + 100_000)],
      bye: { at: Math.max(letsGoAt, second.startAt + 50_000), by: sideOf(talk) },
    };
    const endAt = Math.max(endOf(x), endOf(y));
    const expected = joined(
      [x, y],
      { ringAt: firstRing(x), answeredAt: talk.answeredAt, endAt },
      {
        answeredBy: !talk.isCaller ? talk.party : answers ? target : talk.employee,
        hangupBy: y.bye ? wholeHangup(talk, y.bye.by) : null,
      },
    );
    return { dialogs: [x, y], expected: [expected], modes: NEEDS_PACKETS, referAt };
  };

/** The edge itself sends REFER, on a command, and its events tie the two. */
const transferByEdge: Kind = (s, r) => {
  const talk = talking(s, r, 'inbound');
  const target = s.team[2] as string;
  const referAt = talk.answeredAt + r.seconds(1, 12);
  const bare = referredCall(s, r, talk, target, referAt + r.seconds(0.1, 0.8), '');
  const second: DialogPlan = { ...bare, headers: [], headersTell: [] };
  const y = answeredFor({ ...second, legs: [phoneLeg(s.company, target, sentOn(second), soon(r), r.seconds(1, 8), 200)] }, r);
  const tie = `tie:${talk.plan.callId}`;
  const moved = (when: number, leg: string, state: string, tells: string[]) => ({
    at: when,
    method: 'E_CALL_TRANSFER',
    params: {
      callid: talk.plan.callId,
      leg,
      transfer_callid: y.callId,
      destination: `sip:${at(s.company, target)}`,
      state,
      ...(state === 'start' ? {} : { status: '200 OK' }),
    },
    tells,
  });
  const x: DialogPlan = {
    ...talk.plan,
    inDialog: [
      { ...refer(s, talk, referAt, target, ''), from: 'proxy', headers: [`Refer-To: <sip:${at(s.company, target)};osid=${r.hex(8)}>`] },
    ],
    events: [moved(second.startAt + 1_000, y.callId, 'start', [tie]), moved((answerOf(y) ?? 0) + 2_000, 'caller', 'ok', [tie])],
    bye: { at: (answerOf(y) ?? 0) + 100_000, by: 'callee' },
  };
  const times = { ringAt: firstRing(x), answeredAt: talk.answeredAt, endAt: endOf(y) };
  return { dialogs: [x, y], expected: [joined([x, y], times, { answeredBy: target, hangupBy: y.bye?.by ?? null })], referAt };
};

const attendedTransfer =
  (who: 'inbound' | 'outbound', works: boolean): Kind =>
  (s, r) => {
    const talk = talking(s, r, who);
    const target = s.team[2] as string;
    const holdAt = talk.answeredAt + r.seconds(1, 8);
    const consult = fromPhone(s, talk.employee, target, { startAt: holdAt + r.seconds(0.3, 1) });
    const legY = phoneLeg(s.company, target, sentOn(consult), soon(r), r.seconds(1, 6), 200);
    const referAt = legY.end.at + r.seconds(1, 8);
    const asked: DialogPlan = { ...consult, legs: [legY] };
    const replaces = `${asked.callId};to-tag=${toTagOf(asked, legY)};from-tag=${asked.fromTag}`;
    const third = referredCall(s, r, talk, target, referAt + r.seconds(0.1, 0.6), replaces);
    const legZ = phoneLeg(s.company, target, sentOn(third), null, soon(r), works ? 200 : r.pick([481, 486]));
    const z: DialogPlan = works
      ? answeredFor({ ...third, legs: [legZ] }, r)
      : { ...third, legs: [legZ], failure: { at: legZ.end.at, code: legZ.end.code, by: 'callee' } };
    const y: DialogPlan = works
      ? { ...asked, bye: { at: legZ.end.at + r.seconds(0.01, 0.2), by: 'callee' } }
      : { ...asked, bye: { at: legZ.end.at + r.seconds(0.2, 2), by: eitherSide(r) } };
    const hold: InDialogPlan = { at: holdAt, from: sideOf(talk), method: 'INVITE', headers: [], tells: [] };
    const open = { ...talk.plan, inDialog: [hold, refer(s, talk, referAt, target, replaces), notify(talk, legZ.end.at + 100_000)] };
    const x: DialogPlan = works
      ? { ...open, bye: { at: legZ.end.at + r.seconds(0.15, 0.5), by: sideOf(talk) } }
      : { ...open, bye: { at: endOf(y) + r.seconds(2, 20), by: eitherSide(r) } };
    const times = { ringAt: firstRing(x), answeredAt: talk.answeredAt, endAt: works ? endOf(z) : endOf(x) };
    const expected = joined([x, y, z], times, {
      answeredBy: !talk.isCaller ? talk.party : works ? target : talk.employee,
      hangupBy: works ? wholeHangup(talk, z.bye?.by ?? 'callee') : (x.bye?.by ?? null),
    });
    return { dialogs: [x, y, z], expected: [expected], modes: NEEDS_PACKETS, referAt };
  };

/** A colleague takes a call that rings elsewhere: INVITE with Replaces of the early dialog. */
const pickup: Kind = (s, r) => {
  const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
  const [rung = '', helper = ''] = s.team;
  const pickAt = s.startAt + r.seconds(1, 12);
  const x: DialogPlan = {
    ...plan,
    legs: [phoneLeg(s.company, rung, sentOn(plan), soon(r), pickAt + 60_000 - sentOn(plan), 487)],
    failure: { at: pickAt + 55_000, code: 487, by: 'caller' },
  };
  const replaces = `Replaces: ${x.callId};to-tag=${toTagOf(x, x.legs[0] as LegPlan)};from-tag=${x.fromTag};early-only`;
  const taking = fromPhone(s, helper, s.customer, { startAt: pickAt, headers: [replaces], headersTell: [`tie:${x.callId}`] });
  const callers = { ip: plan.caller.ip, port: plan.caller.port };
  const z = answeredFor({ ...taking, shown: null, legs: [legTo(s.customer, callers, sentOn(taking), null, 20_000, 200)] }, r);
  const times = { ringAt: firstRing(x), answeredAt: answerOf(z), endAt: endOf(z) };
  const expected = joined([x, z], times, {
    ...{ result: 'answered', missedKind: '', answeredBy: helper, legs: legsOf([x]), otherLegs: true },
    hangupBy: z.bye?.by === 'caller' ? 'callee' : 'caller',
  });
  return { dialogs: [x, z], expected: [expected], modes: NEEDS_PACKETS };
};

/** A phone is a back-to-back user agent: it sends the call on under a Call-ID of its own. */
const sentOnByPhone =
  (header: 'Diversion' | 'History-Info', where: 'outside' | 'colleague', answers: boolean): Kind =>
  (s, r) => {
    const plan = fromCarrier(s, r, s.customer, r.pick(s.company.numbers), { startAt: s.startAt });
    const [phone = '', next = ''] = s.team;
    const target = where === 'outside' ? s.outside : next;
    const own = at(s.company, phone);
    const line =
      header === 'Diversion'
        ? `Diversion: <sip:${own}>;reason=no-answer;counter=1`
        : `History-Info: <sip:${own}>;index=1, <sip:${target}@${s.company.domain}?Reason=SIP%3Bcause%3D408>;index=1.1`;
    const beginsAt = sentOn(plan) + r.seconds(0.1, 6);
    const second: DialogPlan = {
      ...fromPhone(s, phone, target, { startAt: beginsAt, headers: [line], headersTell: [`tie:${plan.callId}`] }),
      src: s.customer,
    };
    second.caller = { ...second.caller, ...phoneAddress(s.company, phone), user: s.customer };
    const offeredAt = sentOn(second);
    const wait = r.seconds(1, 8);
    const code = answers ? 200 : r.pick([486, 480, 603]);
    const legY =
      where === 'outside'
        ? carrierLeg(target, offeredAt, soon(r), wait, code)
        : phoneLeg(s.company, target, offeredAt, soon(r), wait, code);
    const passed = legY.end.at + 4_000;
    const legX = phoneLeg(s.company, phone, sentOn(plan), soon(r), passed - sentOn(plan), code);
    let x: DialogPlan = { ...plan, legs: [legX] };
    let y: DialogPlan = { ...second, legs: [legY] };
    if (answers) {
      x = answeredFor(x, r);
      // the phone passes the end on
      const lag = x.bye?.by === 'caller' ? 5_000 : -5_000;
      y = { ...y, bye: { at: endOf(x) + lag, by: x.bye?.by ?? 'caller' } };
    } else {
      x = { ...x, failure: { at: legX.end.at, code, by: 'callee' } };
      y = { ...y, failure: { at: legY.end.at, code, by: 'callee' } };
    }
    // the first phone that rings, be it the target's (contract: ringSeconds)
    const ringAt = Math.min(firstRing(x) ?? endOf(x), firstRing(y) ?? endOf(x));
    const times = { ringAt, answeredAt: answerOf(x), endAt: endOf(x) };
    const expected = joined([x, y], times, { answeredBy: answers ? target : '' });
    return { dialogs: [x, y], expected: [expected], modes: NEEDS_PACKETS };
  };

/** Two calls of the same two people, one right after the other; only the second is handed on. */
const againThenTransfer =
  (who: 'inbound' | 'internal'): Kind =>
  (s, r) => {
    const talk = talking(s, r, who);
    const before = { ...talk.plan, bye: { at: talk.answeredAt + r.seconds(1, 20), by: eitherSide(r) } } as DialogPlan;
    const next = blindTransfer(who, true)({ ...s, startAt: endOf(before) + r.seconds(0.4, 4) }, r);
    return { ...next, dialogs: [before, ...next.dialogs], expected: [expectedOf(before), ...next.expected] };
  };

/** The employee asks a colleague while the caller waits, and comes back: two calls, nothing ties them. */
const askedInBetween: Kind = (s, r) => {
  const talk = talking(s, r, 'inbound');
  const holdAt = talk.answeredAt + r.seconds(1, 6);
  const asked = fromPhone(s, talk.employee, s.team[2] as string, { startAt: holdAt + r.seconds(0.3, 1) });
  const y = answeredFor(
    { ...asked, legs: [phoneLeg(s.company, s.team[2] as string, sentOn(asked), soon(r), r.seconds(1, 5), 200)] },
    r,
    r.seconds(1, 8),
  );
  const hold = (when: number): InDialogPlan => ({ at: when, from: 'callee', method: 'INVITE', headers: [], tells: [] });
  const backAt = endOf(y) + r.seconds(0.2, 1);
  const x: DialogPlan = { ...talk.plan, inDialog: [hold(holdAt), hold(backAt)], bye: { at: backAt + r.seconds(1, 15), by: eitherSide(r) } };
  return { dialogs: [x, y], expected: [expectedOf(x), expectedOf(y)] };
};

export const TRANSFERS: Record<string, Kind> = {
  'blind transfer of an inbound call': blindTransfer('inbound', true),
  'blind transfer of an internal call': blindTransfer('internal', true),
  'blind transfer by the caller': blindTransfer('outbound', true),
  'blind transfer, the target does not answer': blindTransfer('inbound', false),
  'blind transfer by the caller, the target does not answer': blindTransfer('outbound', false),
  'transfer by the edge': transferByEdge,
  'attended transfer of an inbound call': attendedTransfer('inbound', true),
  'attended transfer by the caller': attendedTransfer('outbound', true),
  'attended transfer that fails': attendedTransfer('inbound', false),
  pickup,
  'forward with Diversion to an outside number': sentOnByPhone('Diversion', 'outside', true),
  'forward with Diversion to a colleague': sentOnByPhone('Diversion', 'colleague', true),
  'forward with History-Info': sentOnByPhone('History-Info', 'outside', true),
  'forward with Diversion, nobody answers': sentOnByPhone('Diversion', 'outside', false),
  'two calls of the same people, the second handed on': againThenTransfer('inbound'),
  'two internal calls of the same people, the second handed on': againThenTransfer('internal'),
  'a question to a colleague in between': askedInBetween,
};
