import type { Random } from './random.ts';
import type { Branch, DialogPlan, Party } from './wire.ts';

/** What the plan alone says that a call must come to, by the contract. Times in seconds on the scenario's clock. */
export interface Expected {
  tenant: string;
  callIds: string[];
  direction: 'in' | 'out' | 'internal';
  result: 'answered' | 'no_answer' | 'busy' | 'rejected' | 'unavailable' | 'cancelled' | 'failed';
  from: string;
  answeredBy: string;
  start: number;
  answer: number | null;
  end: number;
  legs: string[];
}

export interface Scenario {
  kind: string;
  dialogs: DialogPlan[];
  expected: Expected[];
  /** which sources alone say enough */
  sources: ('both' | 'hep' | 'events')[];
}

export interface Company {
  tenant: string;
  domain: string;
  did: string;
  /** its phones' network: 10.(20 + net) */
  net: number;
}

export const COMPANIES: readonly [Company, Company] = [
  { tenant: 't1', domain: 'alfa.test', did: '74951000101', net: 1 },
  { tenant: 't2', domain: 'bravo.test', did: '74952000202', net: 2 },
];
const CARRIER = '10.9.0.1';
const ANY: Scenario['sources'] = ['both', 'hep', 'events'];
/** the events of this edge say nothing of the tie: packets must */
const SEEN: Scenario['sources'] = ['both', 'hep'];
/** only the events say it */
const TOLD: Scenario['sources'] = ['both', 'events'];

/** People of one conversation; extensions are nobody else's while it lasts. */
export class Cast {
  readonly #random: Random;
  readonly company: Company;
  readonly at: number;
  #extensions: number[];
  #calls = 0;
  readonly #name: string;

  constructor(random: Random, company: Company, at: number, extensions: number[], name: string) {
    this.#random = random;
    this.company = company;
    this.at = at;
    this.#extensions = extensions;
    this.#name = name;
  }
  phone(): Party {
    const n = this.#extensions.shift() ?? 0;
    return { user: String(n), host: this.company.domain, ip: `10.${20 + this.company.net}.${Math.floor(n / 250)}.${(n % 250) + 1}` };
  }
  outsider(): Party {
    return { user: `79${this.#random.int(100_000_000, 999_999_999)}`, host: 'carrier.test', ip: CARRIER };
  }
  callId(): string {
    return `${this.#name}-${++this.#calls}-${this.#random.hex(8)}@edge`;
  }
}

/** Somebody outside as the target of a call: reached by the trunk, without a domain. */
const byTrunk = (p: Party): Party => ({ ...p, host: '', ip: CARRIER });
const ring = (to: Party, start: number, more: Partial<Branch> = {}): Branch => ({ to, start, ring: start + 0.5, ...more });
const userOf = (p: Party) => p.user;

type Play = (cast: Cast, random: Random) => Scenario;

const RESULT_OF: Record<number, Expected['result']> = {
  486: 'busy',
  600: 'busy',
  603: 'rejected',
  480: 'unavailable',
  410: 'unavailable',
  408: 'no_answer',
  404: 'failed',
  503: 'failed',
};

interface Shape {
  direction: 'in' | 'out' | 'int';
  caller: Party;
  dialled: string;
  did: string;
  shown?: string;
  target: Party;
  word: Expected['direction'];
}

function shapeOf(direction: 'in' | 'out' | 'int', cast: Cast): Shape {
  const { did } = cast.company;
  if (direction === 'in') return { direction, caller: cast.outsider(), dialled: did, did, target: cast.phone(), word: 'in' };
  const caller = cast.phone();
  if (direction === 'int') {
    const target = cast.phone();
    return { direction, caller, dialled: target.user, did: '', target, word: 'internal' };
  }
  const outside = cast.outsider();
  return { direction, caller, dialled: outside.user, did: '', shown: did, target: byTrunk(outside), word: 'out' };
}

/** One dialog between two people, answered. */
function talk(cast: Cast, s: Shape, start: number, answer: number, end: number, more: Partial<DialogPlan> = {}): DialogPlan {
  return {
    ...{ callId: cast.callId(), tenant: cast.company.tenant, direction: s.direction, caller: s.caller, dialled: s.dialled, did: s.did },
    ...(s.shown === undefined ? {} : { shown: s.shown }),
    ...{ start, answer, by: 0, end, branches: [ring(s.target, start + 0.02, { code: 200, end: answer })] },
    ...more,
  };
}

const expect = (cast: Cast, s: Shape, dialogs: DialogPlan[], more: Partial<Expected>): Expected => ({
  ...{ tenant: cast.company.tenant, callIds: dialogs.map((d) => d.callId), direction: s.word, result: 'answered', from: s.caller.user },
  ...{
    answeredBy: s.target.user,
    start: dialogs[0]?.start ?? 0,
    answer: dialogs[0]?.answer ?? null,
    end: Math.max(...dialogs.map((d) => d.end)),
  },
  legs: dialogs.flatMap((d) => d.branches.map((b) => b.to.user)),
  ...more,
});

const answered: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'out', 'int'] as const), cast);
  const answer = cast.at + random.between(1, 8);
  const d = talk(cast, s, cast.at, answer, answer + random.between(0.5, 60), { hangup: random.pick(['caller', 'callee'] as const) });
  return { kind: `answered ${s.direction}`, dialogs: [d], expected: [expect(cast, s, [d], {})], sources: ANY };
};

const refused: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'out', 'int'] as const), cast);
  const code = random.pick([486, 600, 603, 480, 410, 408, 404, 503]);
  const end = cast.at + random.between(0.8, 20);
  const d: DialogPlan = { ...talk(cast, s, cast.at, 0, end), code, branches: [ring(s.target, cast.at + 0.02, { code, end: end - 0.01 })] };
  delete d.answer;
  return {
    kind: `refused ${code} ${s.direction}`,
    dialogs: [d],
    expected: [expect(cast, s, [d], { result: RESULT_OF[code] ?? 'failed', answeredBy: '' })],
    sources: ANY,
  };
};

const givenUp: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'out', 'int'] as const), cast);
  const rang = random.chance(0.8);
  const end = cast.at + random.between(1, 25);
  const branch: Branch = rang ? ring(s.target, cast.at + 0.02, { end }) : { to: s.target, start: cast.at + 0.02, end };
  const d: DialogPlan = { ...talk(cast, s, cast.at, 0, end + 0.01), code: 487, gaveUp: true, branches: [branch] };
  delete d.answer;
  return {
    kind: `given up, ${rang ? 'rang' : 'silent'}`,
    dialogs: [d],
    expected: [expect(cast, s, [d], { result: rang ? 'no_answer' : 'cancelled', answeredBy: '' })],
    sources: ANY,
  };
};

const huntGroup: Play = (cast, random) => {
  const s = shapeOf('in', cast);
  const phones = [s.target, cast.phone(), cast.phone()];
  const by = random.int(0, 2);
  const answer = cast.at + random.between(2, 12);
  const branches = phones.map((p, i) => ring(p, cast.at + 0.02, i === by ? { code: 200, end: answer } : {}));
  const d = { ...talk(cast, s, cast.at, answer, answer + random.between(1, 40)), branches, by };
  return { kind: 'hunt group', dialogs: [d], expected: [expect(cast, s, [d], { answeredBy: (phones[by] as Party).user })], sources: ANY };
};

const forwardOnBusy: Play = (cast, random) => {
  const s = shapeOf('in', cast);
  const second = cast.phone();
  const busyAt = cast.at + 1;
  const answer = busyAt + random.between(1, 6);
  const branches = [ring(s.target, cast.at + 0.02, { code: 486, end: busyAt }), ring(second, busyAt + 0.02, { code: 200, end: answer })];
  const d = { ...talk(cast, s, cast.at, answer, answer + 10), branches, by: 1 };
  return { kind: 'forward on busy', dialogs: [d], expected: [expect(cast, s, [d], { answeredBy: second.user })], sources: ANY };
};

/** The answering side refers the caller to a colleague. */
const blindTransfer: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'int'] as const), cast);
  const colleague = cast.phone();
  const answer = cast.at + 3;
  const refer = answer + random.between(2, 30);
  const start = refer + random.between(0.1, 4);
  const toRefer = [
    `Refer-To: <sip:${colleague.user}@${cast.company.domain}>`,
    `Referred-By: <sip:${s.target.user}@${cast.company.domain}>`,
  ];
  const x = talk(cast, s, cast.at, answer, start + random.between(0.3, 2), {
    requests: [{ at: refer, by: 'callee', method: 'REFER', headers: toRefer }],
  });
  const isTaken = random.chance(0.7);
  const taken = start + random.between(1, 8);
  const again: Shape = { ...s, dialled: colleague.user, target: colleague };
  // the carrier's INVITE for the new target comes from outside: inbound by the edge's own words too
  const headers = [`Referred-By: <sip:${s.target.user}@${cast.company.domain}>`];
  let y = talk(cast, again, start, taken, taken + random.between(1, 30), { headers, hangup: 'caller' });
  if (!isTaken) {
    y = { ...y, code: 480, end: taken, branches: [ring(colleague, start + 0.02, { code: 480, end: taken - 0.01 })] };
    delete y.answer;
  }
  return {
    kind: `blind transfer ${s.direction}, ${isTaken ? 'taken' : 'not taken'}`,
    dialogs: [x, y],
    expected: [expect(cast, s, [x, y], { answeredBy: isTaken ? colleague.user : s.target.user })],
    sources: SEEN,
  };
};

/** The caller hands the one it called to a colleague. */
const transferByCaller: Play = (cast, random) => {
  const s = shapeOf('int', cast);
  const colleague = cast.phone();
  const answer = cast.at + 2;
  const refer = answer + random.between(2, 20);
  const start = refer + 0.3;
  const domain = cast.company.domain;
  const toRefer = [`Refer-To: <sip:${colleague.user}@${domain}>`, `Referred-By: <sip:${s.caller.user}@${domain}>`];
  const x = talk(cast, s, cast.at, answer, start + 1, {
    hangup: 'caller',
    requests: [{ at: refer, by: 'caller', method: 'REFER', headers: toRefer }],
  });
  const again: Shape = { ...s, caller: s.target, dialled: colleague.user, target: colleague };
  const y = talk(cast, again, start, start + 3, start + random.between(5, 30), {
    headers: [`Referred-By: <sip:${s.caller.user}@${domain}>`],
  });
  return { kind: 'transfer by the caller', dialogs: [x, y], expected: [expect(cast, s, [x, y], {})], sources: SEEN };
};

const attendedTransfer: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'int'] as const), cast);
  const colleague = cast.phone();
  const domain = cast.company.domain;
  const answer = cast.at + 2;
  const consult = answer + random.between(2, 10);
  const refer = consult + random.between(4, 12);
  const isTaken = random.chance(0.75);
  const y = talk(
    cast,
    { ...s, direction: 'int', caller: s.target, dialled: colleague.user, did: '', target: colleague },
    consult,
    consult + 2,
    refer + (isTaken ? 0.6 : 3),
  );
  const replaces = `${y.callId};to-tag=a;from-tag=b`;
  const toRefer = [
    `Refer-To: <sip:${colleague.user}@${domain}?Replaces=${encodeURIComponent(replaces)}>`,
    `Referred-By: <sip:${s.target.user}@${domain}>`,
  ];
  const back = refer + random.between(10, 30);
  const x = talk(cast, s, cast.at, answer, isTaken ? refer + 0.9 : back, {
    requests: [{ at: refer, by: 'callee', method: 'REFER', headers: toRefer }],
  });
  const headers = [`Replaces: ${replaces}`, `Referred-By: <sip:${s.target.user}@${domain}>`];
  const again: Shape = { ...s, dialled: colleague.user, target: colleague };
  let z = talk(cast, again, refer + 0.2, refer + 0.4, refer + random.between(5, 40), { headers, hangup: 'caller' });
  z = { ...z, branches: [{ to: colleague, start: refer + 0.22, code: 200, end: refer + 0.4 }] };
  if (!isTaken) {
    z = { ...z, code: 481, end: refer + 0.4, branches: [{ to: colleague, start: refer + 0.22, code: 481, end: refer + 0.39 }] };
    delete z.answer;
  }
  return {
    kind: `attended transfer ${s.direction}, ${isTaken ? 'taken' : 'refused'}`,
    dialogs: [x, y, z],
    expected: [expect(cast, s, [x, y, z], { answeredBy: isTaken ? colleague.user : s.target.user })],
    sources: SEEN,
  };
};

const pickup: Play = (cast, random) => {
  const s = shapeOf('int', cast);
  const taker = cast.phone();
  const taken = cast.at + random.between(2, 10);
  const x: DialogPlan = {
    ...talk(cast, s, cast.at, 0, taken + 0.05),
    code: 487,
    gaveUp: true,
    branches: [ring(s.target, cast.at + 0.02, { end: taken + 0.04 })],
  };
  delete x.answer;
  const z = talk(
    cast,
    { ...s, caller: taker, dialled: s.caller.user, target: s.caller },
    taken - 0.2,
    taken,
    taken + random.between(3, 30),
    {
      headers: [`Replaces: ${x.callId};to-tag=a;from-tag=b;early-only`],
      hangup: 'caller',
    },
  );
  return {
    kind: 'pickup',
    dialogs: [x, z],
    expected: [expect(cast, s, [x, z], { answeredBy: taker.user, answer: taken, legs: [s.target.user, taker.user] })],
    sources: SEEN,
  };
};

/** A phone sends the call on by a call of its own. */
const forwardByPhone: Play = (cast, random) => {
  const s = shapeOf('in', cast);
  const mobile = byTrunk(cast.outsider());
  const start = cast.at + 1;
  const taken = start + random.between(2, 8);
  const end = taken + random.between(2, 30);
  const x = talk(cast, s, cast.at, taken + 0.1, end, { hangup: 'caller' });
  const header = random.chance(0.5)
    ? `Diversion: <sip:${s.target.user}@${cast.company.domain}>;reason=unconditional`
    : `History-Info: <sip:${s.target.user}@${cast.company.domain}>;index=1,<sip:${mobile.user}@${cast.company.domain}>;index=1.1`;
  const y = talk(
    cast,
    { direction: 'out', caller: { ...s.target, user: s.caller.user }, dialled: mobile.user, did: '', target: mobile, word: 'out' },
    start,
    taken,
    end + 0.05,
    { headers: [header], hangup: 'caller' },
  );
  return {
    kind: 'forward by a phone',
    dialogs: [x, y],
    expected: [expect(cast, s, [x, y], { answeredBy: mobile.user, answer: taken })],
    sources: SEEN,
  };
};

const callback: Play = (cast, random) => {
  const agent = cast.phone();
  const customer = byTrunk(cast.outsider());
  const own: Shape = {
    direction: 'int',
    caller: { ...customer, host: cast.company.domain },
    dialled: agent.user,
    did: '',
    target: agent,
    word: 'out',
  };
  const fetched = cast.at + random.between(1, 6);
  const taken = fetched + random.between(2, 10);
  const end = taken + random.between(2, 40);
  const x = talk(cast, own, cast.at, fetched, end + 0.1);
  const isTaken = random.chance(0.7);
  const to: Shape = {
    direction: 'out',
    caller: { ...agent, user: cast.company.did },
    dialled: customer.user,
    did: '',
    target: customer,
    word: 'out',
  };
  let y = talk(cast, to, fetched + 0.1, taken, end, { params: { conversation: x.callId, role: 'destination' } });
  if (!isTaken) {
    y = { ...y, code: 486, end: taken, branches: [ring(customer, fetched + 0.12, { code: 486, end: taken - 0.01 })] };
    delete y.answer;
    x.end = taken + 0.2;
  }
  const result = isTaken ? ('answered' as const) : ('busy' as const);
  return {
    kind: `callback, ${result}`,
    dialogs: [x, y],
    expected: [
      expect(cast, to, [x, y], {
        ...{ from: agent.user, result, answeredBy: isTaken ? customer.user : '', start: x.start, answer: isTaken ? taken : null },
        legs: [customer.user],
      }),
    ],
    sources: TOLD,
  };
};

const queue: Play = (cast, random) => {
  const s = shapeOf('in', cast);
  const first = s.target;
  const second = cast.phone();
  const media: Party = { user: '700', host: '', ip: '10.0.0.20' };
  const offered = cast.at + random.between(1, 4);
  const isTaken = random.chance(0.7);
  const next = offered + random.between(5, 10);
  const taken = next + random.between(1, 6);
  const end = taken + random.between(1, 30);
  const x = talk(cast, { ...s, target: media }, cast.at, cast.at + 0.1, end, { hangup: 'caller', params: { role: 'queue' } });
  const params = { conversation: x.callId, role: 'offer' };
  const offer = (to: Party, start: number, over: number, code: number): DialogPlan => {
    const d: DialogPlan = {
      ...talk(cast, { ...s, dialled: to.user, target: to }, start, 0, over, { params }),
      code,
      branches: [ring(to, start + 0.02, { code, end: over - 0.01 })],
    };
    delete d.answer;
    return d;
  };
  const a = offer(first, offered, next - 0.1, 408);
  const b = isTaken
    ? talk(cast, { ...s, dialled: second.user, target: second }, next, taken, end - 0.05, { params })
    : offer(second, next, end - 0.3, 480);
  return {
    kind: `queue, ${isTaken ? 'taken' : 'nobody'}`,
    dialogs: [x, a, b],
    expected: [
      expect(cast, s, [x, a, b], {
        ...{ result: isTaken ? 'answered' : 'no_answer', answeredBy: isTaken ? second.user : '', answer: isTaken ? taken : null },
        legs: [first, second].map(userOf),
      }),
    ],
    sources: TOLD,
  };
};

/** Two calls of the same people, one after the other, are two. */
const twice: Play = (cast, random) => {
  const s = shapeOf('in', cast);
  const first = talk(cast, s, cast.at, cast.at + 2, cast.at + 6, { hangup: 'caller' });
  const start = first.end + random.between(1, 5);
  const second = talk(cast, s, start, start + 2, start + 10);
  return {
    kind: 'two calls of the same two',
    dialogs: [first, second],
    expected: [expect(cast, s, [first], {}), expect(cast, s, [second], {})],
    sources: ANY,
  };
};

/** A Call-ID that is used again after its call is over, as some phones do. */
const usedAgain: Play = (cast, random) => {
  const s = shapeOf(random.pick(['in', 'int'] as const), cast);
  const first = talk(cast, s, cast.at, cast.at + 2, cast.at + 6);
  const start = first.end + random.between(1, 20);
  const second = { ...talk(cast, s, start, start + 2, start + 10), callId: first.callId };
  return {
    kind: 'a Call-ID used again',
    dialogs: [first, second],
    expected: [expect(cast, s, [first], {}), expect(cast, s, [second], {})],
    sources: ANY,
  };
};

/** One company calls a number of the other, whose phones the same edge rings: a call of each. */
const betweenCompanies: Play = (cast, random) => {
  const other = COMPANIES.find((c) => c !== cast.company) ?? COMPANIES[0];
  const caller = cast.phone();
  // their extension, which may be anybody's number here
  const theirs = new Cast(random, other, cast.at, [Number(cast.phone().user)], '');
  const target = theirs.phone();
  const out: Shape = { direction: 'out', caller, dialled: other.did, did: '', shown: cast.company.did, target, word: 'out' };
  const answer = cast.at + 3;
  const end = answer + random.between(1, 30);
  const x = talk(cast, out, cast.at, answer, end, { hangup: 'caller' });
  const told: DialogPlan = {
    ...x,
    ...{ tenant: other.tenant, direction: 'in', caller: { ...caller, user: cast.company.did }, did: other.did, eventsOnly: true },
  };
  const asked: Expected = { ...expect(cast, out, [x], {}), answeredBy: other.did, legs: [other.did] };
  return {
    kind: 'between two companies',
    dialogs: [x, told],
    expected: [
      asked,
      { ...asked, tenant: other.tenant, direction: 'in', from: cast.company.did, answeredBy: target.user, legs: [target.user] },
    ],
    sources: ANY,
  };
};

export const PLAYS: readonly Play[] = [
  ...[answered, answered, refused, givenUp, huntGroup, forwardOnBusy, twice, usedAgain, betweenCompanies],
  ...[blindTransfer, transferByCaller, attendedTransfer, pickup, forwardByPhone, callback, queue],
];
