import { crc32 } from 'node:zlib';

/**
 * A call as it is planned: what becomes of it and when, in the proxy's own time (µs since the epoch, 0 = does not
 * happen). `sip.ts` and `events.ts` turn it into what the edge would send; Callscope has to find the same call in that.
 */
export interface CallPlan {
  /** 24 hex digits, @, address of the caller's side */
  callId: string;
  tenant: string;
  domain: string;
  /** first three octets of the company's phones */
  net: string;
  direction: 'in' | 'out' | 'internal';
  /** extension, or outside number as the trunk spells it */
  from: string;
  dialled: string;
  /** in: the number called; out: the number shown; internal: '' */
  ownNumber: string;
  startedAt: number;
  /** first 180 */
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
  /** final code to the caller */
  code: number;
  /** who hung up, gave up or refused; proxy: it refused the call itself or ran out of time */
  endedBy: 'caller' | 'callee' | 'proxy';
  /** the edge's rule for this call: it is recorded once answered */
  recorded: boolean;
  /** branches of the proxy's transaction, in order */
  legs: PlannedLeg[];
}

export interface PlannedLeg {
  /** extension, or outside number as the trunk spells it */
  target: string;
  outside: boolean;
  offeredAt: number;
  /** 180 of this leg */
  ringingAt: number;
  /** its final code, 487 for one that was cancelled */
  code: number;
  endedAt: number;
}

/** Addresses kept for documentation (RFC 5737): nothing that exists is named. */
export const PROXY = { ip: '192.0.2.10', port: 5060 } as const;
export const RELAY = '192.0.2.20';
export const TRUNK_IN = '198.51.100.30';
export const TRUNK_OUT = { ip: '198.51.100.31', port: 5060 } as const;

/** The line to a carrier, as the edge names it: none where a call stays in the company, or was refused before it went anywhere. */
export function trunkOf({ direction, legs }: Pick<CallPlan, 'direction' | 'legs'>): { trunk?: string } {
  if (direction === 'in') return { trunk: 'carrier-in' };
  return legs.some((leg) => leg.outside) ? { trunk: 'carrier-out' } : {};
}

export interface Address {
  ip: string;
  port: number;
}

export function phoneAddress(net: string, extension: string): Address {
  return { ip: `${net}.${Number(extension) % 256}`, port: 5060 };
}

/** @returns address that stands behind the @ of a Call-ID */
export function callerHost(direction: CallPlan['direction'], net: string, from: string): string {
  return direction === 'in' ? TRUNK_IN : phoneAddress(net, from).ip;
}

/** Repeatable digits for tags, branches and ports of a call: the same plan is the same packets, byte for byte. */
export function digits(plan: CallPlan, what: string, length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) text += crc32(`${plan.callId} ${what} ${i}`).toString(16).padStart(8, '0');
  return text.slice(0, length);
}

export function numberFrom(plan: CallPlan, what: string, below: number): number {
  return crc32(`${plan.callId} ${what}`) % below;
}

export function callerAddress(plan: CallPlan): Address {
  if (plan.direction === 'in') return { ip: TRUNK_IN, port: 5060 + 2 * numberFrom(plan, 'port', 100) };
  return phoneAddress(plan.net, plan.from);
}

export function legAddress(plan: CallPlan, leg: PlannedLeg): Address {
  return leg.outside ? TRUNK_OUT : phoneAddress(plan.net, leg.target);
}

/** How the routing script names a leg: a phone by its address of record, the trunk by the number. */
export function legName(plan: CallPlan, leg: PlannedLeg): string {
  return leg.outside ? leg.target : `${leg.target}@${plan.domain}`;
}

/** The leg that answered. */
export function answeringLeg(plan: CallPlan): PlannedLeg | undefined {
  return plan.answeredAt > 0 ? plan.legs.find((l) => l.code === 200) : undefined;
}

export function callerTag(plan: CallPlan): string {
  return digits(plan, 'caller', 10);
}

/** Tag of a leg's phone. */
export function legTag(plan: CallPlan, leg: PlannedLeg): string {
  return digits(plan, `callee ${plan.legs.indexOf(leg)}`, 10);
}

/** Where a party sends its media from; the relay's port that it sends to. Party 0 is the caller, 1 who answered. */
export function mediaPorts(plan: CallPlan, party: 0 | 1): { own: number; relay: number } {
  return { own: 12_000 + 2 * numberFrom(plan, `media ${party}`, 2_000), relay: 30_000 + 4 * numberFrom(plan, 'relay', 2_500) + 2 * party };
}

export function reasonOf(code: number): string {
  return REASONS[code] ?? 'Error';
}

const REASONS: Record<number, string> = {
  180: 'Ringing',
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  603: 'Decline',
};
