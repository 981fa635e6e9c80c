import type { Address, Company } from './companies.ts';

/** Times are whole µs since the epoch. */
export interface LegPlan {
  /** as the edge names it: `101@alfa.pbx.test`, or an outside number */
  target: string;
  address: Address;
  offeredAt: number;
  ringAt: number | null;
  /** its final answer; 487: it was cancelled */
  end: { at: number; code: number };
}

export interface InDialogPlan {
  at: number;
  /** `proxy`: the edge itself sends it to the caller */
  from: 'caller' | 'callee' | 'proxy';
  method: 'REFER' | 'INVITE' | 'NOTIFY';
  headers: readonly string[];
  /** what only this says (see Message.tells) */
  tells: readonly string[];
}

/** One dialog, as the people, their phones and the proxy go through it. */
export interface DialogPlan {
  callId: string;
  fromTag: string;
  company: Company;
  direction: 'in' | 'out' | 'int';
  /** as the routing script says it */
  src: string;
  dst: string;
  did: string;
  caller: Address & { user: string; host: string /** a phone of the company must authenticate */; isPhone: boolean };
  /** user and host of the Request-URI that arrives */
  uri: { user: string; host: string };
  /** number that replaces the caller towards the carrier */
  shown: string | null;
  startAt: number;
  legs: readonly LegPlan[];
  /** what the caller gets when nobody answers, and who brought it about */
  failure: { at: number; code: number; by: 'caller' | 'callee' | 'pbx' } | null;
  bye: { at: number; by: 'caller' | 'callee' } | null;
  inDialog: readonly InDialogPlan[];
  /** headers of the INVITE, and what only they say */
  headers: readonly string[];
  headersTell: readonly string[];
  /** further parameters of the script's E_PBX_CALL, and what only they say */
  says: Readonly<Record<string, string>>;
  saysTell: readonly string[];
  /** events of modules, whole */
  events: readonly { at: number; method: string; params: Record<string, unknown>; tells: readonly string[] }[];
  /** which side of the edge tells of this dialog; `packets`, `events`: only that one */
  told: 'both' | 'packets' | 'events';
}

export const answeredLeg = (plan: DialogPlan): LegPlan | undefined => plan.legs.find((l) => l.end.code === 200);

/** Tag that a target puts into To. */
export const toTagOf = (plan: DialogPlan, leg: LegPlan): string => `${plan.fromTag.slice(0, 6)}${plan.legs.indexOf(leg)}b`;

/**
 * What the edge sends of one thing that happened.
 * `tells` names the facts that it carries: a fact stays known while one of its carriers arrives. `needs`: messages without
 * which it cannot be understood (an answer is known by the Via of its request).
 */
export interface Message {
  name: string;
  /** µs, by the edge's clock */
  at: number;
  callId: string;
  tells: readonly string[];
  needs: readonly string[];
  /** start line, or method and state: for whoever reads a failure */
  title: string;
  body: { kind: 'sip'; payload: string; src: Address; dst: Address; correlation: string } | { kind: 'event'; text: string };
}

export type Result = 'answered' | 'no_answer' | 'busy' | 'rejected' | 'unavailable' | 'cancelled' | 'failed';

/** The answer by the contract, from the plan alone. */
export interface ExpectedCall {
  tenant: string;
  callIds: readonly string[];
  direction: 'in' | 'out' | 'internal';
  result: Result;
  missedKind: '' | 'busy_hit' | 'short_abandon' | 'not_taken';
  from: string;
  dialled: string;
  /** own number; on outbound calls only packets show it */
  number: string;
  answeredBy: string;
  /** null: the contract does not say who ended it */
  hangupBy: '' | 'caller' | 'callee' | null;
  /** `target result`, sorted */
  legs: readonly string[];
  /** the contract does not say whether there are more */
  otherLegs: boolean;
  /** µs */
  startAt: number;
  /** seconds; null: nothing rang */
  ring: number | null;
  talk: number;
  duration: number;
  /** seconds that those four may be off */
  tolerance: number;
}

export type Mode = 'packets' | 'events' | 'both';

export interface Conversation {
  kind: string;
  seed: number;
  dialogs: readonly DialogPlan[];
  expected: readonly ExpectedCall[];
  /** failed attempts to authenticate that must be known, by Call-ID */
  security: readonly string[];
  /** what must come for the answer to follow at all */
  modes: readonly Mode[];
  startAt: number;
  endAt: number;
  /** until then a new call of the same people would belong to this one by the contract (10 s after a REFER) */
  boundUntil: number;
}
