import { type Address, CARRIER_IN_IP, CARRIER_OUT, type Company, PROXY, phoneAddress } from './companies.ts';
import { answeredLeg, type DialogPlan, type ExpectedCall, type LegPlan, type Mode, type Result } from './plan.ts';
import type { Random } from './random.ts';

/** Who is there for one conversation, and when it begins. */
export interface Stage {
  startAt: number;
  company: Company;
  /** six extensions that nobody else uses now */
  team: readonly string[];
  other: Company;
  otherTeam: readonly string[];
  /** an outside number that calls or is called, and another one */
  customer: string;
  outside: string;
  /** for Call-IDs and tags: never the same twice, even where two conversations are planned from one seed */
  ids: Random;
}

/** What a kind gives; the rest of a Conversation follows from it. */
export interface Played {
  dialogs: DialogPlan[];
  expected: ExpectedCall[];
  security?: string[];
  modes?: Mode[];
  /** of the last REFER */
  referAt?: number;
}

const MS = 1_000;
export const at = (company: Company, extension: string) => `${extension}@${company.domain}`;

const NOTHING = {
  ...{
    bye: null,
    failure: null,
    legs: [],
    inDialog: [],
    headers: [],
    headersTell: [],
    says: {},
    saysTell: [],
    events: [],
    shown: null,
    did: '',
  },
  told: 'both',
} as const;

type Course = Pick<DialogPlan, 'startAt'> & Partial<DialogPlan>;

const names = (s: Stage, host: string) => ({ callId: `${s.ids.hex(24)}@${host}`, fromTag: s.ids.hex(10) });

/** The carrier brings a call to a number of the company, or to whom a transfer names. */
export function fromCarrier(s: Stage, r: Random, user: string, dialled: string, course: Course): DialogPlan {
  const isNumber = s.company.numbers.includes(dialled) || dialled.length > 6;
  return {
    ...NOTHING,
    ...names(s, CARRIER_IN_IP),
    ...{ company: s.company, direction: 'in', src: user, dst: dialled, did: isNumber ? dialled : '' },
    caller: { user, host: CARRIER_IN_IP, ip: CARRIER_IN_IP, port: r.int(5062, 5200), isPhone: false },
    uri: { user: dialled, host: isNumber ? PROXY.ip : s.company.domain },
    ...course,
  };
}

/** A phone of the company calls an extension, or an outside number. */
export function fromPhone(s: Stage, extension: string, dialled: string, course: Course, company = s.company): DialogPlan {
  const address = phoneAddress(company, extension);
  const isOut = dialled.length > 6;
  return {
    ...NOTHING,
    ...names(s, address.ip),
    ...{ company, direction: isOut ? 'out' : 'int', src: extension, dst: dialled, shown: isOut ? company.numbers[0] : null },
    caller: { user: extension, host: company.domain, ...address, isPhone: true },
    uri: { user: dialled, host: company.domain },
    ...course,
  };
}

/** A server of the edge calls an extension or an outside number on behalf of somebody. */
export function fromServer(s: Stage, server: Address, user: string, dialled: string, course: Course): DialogPlan {
  const isOut = dialled.length > 6;
  return {
    ...NOTHING,
    ...names(s, server.ip),
    ...{ company: s.company, direction: isOut ? 'out' : 'int', src: user, dst: dialled, shown: isOut ? s.company.numbers[0] : null },
    caller: { user, host: s.company.domain, ...server, isPhone: false },
    uri: { user: dialled, host: s.company.domain },
    ...course,
  };
}

/** When an INVITE that arrives is sent on. */
export const sentOn = (plan: Pick<DialogPlan, 'startAt' | 'caller'>) => plan.startAt + (plan.caller.isPhone ? 3 * MS : 0) + 2 * MS;

/** @param ring µs after the offer, null: it never rang. @param end µs after the offer, and the final answer */
export function legTo(target: string, address: Address, offeredAt: number, ring: number | null, end: number, code: number): LegPlan {
  return { target, address, offeredAt, ringAt: ring === null ? null : offeredAt + ring, end: { at: offeredAt + end, code } };
}

export function phoneLeg(company: Company, extension: string, offeredAt: number, ring: number | null, end: number, code: number): LegPlan {
  return legTo(at(company, extension), phoneAddress(company, extension), offeredAt, ring, end, code);
}

export function carrierLeg(number: string, offeredAt: number, ring: number | null, end: number, code: number): LegPlan {
  return legTo(number, CARRIER_OUT, offeredAt, ring, end, code);
}

/** A phone answers within some ms that it rings. */
export const soon = (r: Random) => r.int(15, 400) * MS;

/** The contract's words: Call.result. */
export function wordOf(code: number, rang: boolean): Result {
  if (code === 200) return 'answered';
  if (code === 486 || code === 600) return 'busy';
  if (code === 603) return 'rejected';
  if (code === 480 || code === 410) return 'unavailable';
  if (code === 408) return 'no_answer';
  if (code === 487) return rang ? 'no_answer' : 'cancelled';
  return 'failed';
}

export const userOf = (target: string) => target.split('@')[0] ?? '';

export const legsOf = (plans: readonly DialogPlan[]) =>
  plans.flatMap((p) => p.legs.map((l) => `${userOf(l.target)} ${wordOf(l.end.code, l.ringAt !== null)}`)).sort();

export const firstRing = (plan: DialogPlan): number | null => {
  const rings = plan.legs.flatMap((l) => (l.ringAt === null ? [] : [l.ringAt]));
  return rings.length === 0 ? null : Math.min(...rings);
};

export const answerOf = (plan: DialogPlan): number | null => answeredLeg(plan)?.end.at ?? null;
export const endOf = (plan: DialogPlan): number => plan.bye?.at ?? plan.failure?.at ?? plan.startAt;

/** A second short of or past the threshold, so that no clock can decide it. */
const SHORT_ABANDON_US = 5_000_000;

/** What a call that is one dialog comes to. */
export function expectedOf(plan: DialogPlan, more: Partial<ExpectedCall> = {}): ExpectedCall {
  const { company, direction, failure } = plan;
  const answeredAt = answerOf(plan);
  const ringAt = firstRing(plan);
  const endAt = endOf(plan);
  const result = wordOf(answeredAt !== null ? 200 : (failure?.code ?? 0), ringAt !== null);
  const hangupBy = plan.bye?.by ?? (failure?.by === 'caller' ? 'caller' : '');
  const isMissed = direction === 'in' && answeredAt === null;
  const isShort = hangupBy === 'caller' && endAt - plan.startAt < SHORT_ABANDON_US;
  return {
    ...{ tenant: company.id, callIds: [plan.callId], direction: direction === 'int' ? 'internal' : direction, result },
    missedKind: !isMissed ? '' : result === 'busy' ? 'busy_hit' : isShort ? 'short_abandon' : 'not_taken',
    ...{ from: plan.src, dialled: plan.dst, number: direction === 'in' ? plan.did : (plan.shown ?? '') },
    answeredBy: userOf(answeredLeg(plan)?.target ?? ''),
    hangupBy,
    legs: legsOf([plan]),
    otherLegs: false,
    startAt: plan.startAt,
    ...lengths(plan.startAt, ringAt, answeredAt, endAt),
    tolerance: 0.03,
    ...more,
  };
}

/** seconds */
export function lengths(startAt: number, ringAt: number | null, answeredAt: number | null, endAt: number) {
  const seconds = (us: number) => Math.round(us / 1e3) / 1e3;
  return {
    ring: ringAt === null ? null : seconds((answeredAt ?? endAt) - ringAt),
    talk: answeredAt === null ? 0 : seconds(endAt - answeredAt),
    duration: seconds(endAt - startAt),
  };
}

/** A conversation of several dialogs, whose first one says who called whom. */
export function joined(
  plans: readonly DialogPlan[],
  times: { ringAt: number | null; answeredAt: number | null; endAt: number },
  more: Partial<ExpectedCall>,
): ExpectedCall {
  const [first] = plans;
  if (!first) throw new RangeError('no dialog');
  return expectedOf(first, {
    callIds: plans.map((p) => p.callId),
    legs: legsOf(plans),
    ...lengths(first.startAt, times.ringAt, times.answeredAt, times.endAt),
    tolerance: 0.06,
    ...more,
  });
}
