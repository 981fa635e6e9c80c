import {
  type CompiledTariff,
  type FreeReason,
  type RatableCall,
  rate,
  type Service,
  type UnratedReason,
  type WallMoment,
} from './rules-rating.ts';

/** What of a call is to be booked, by what it costs now and what it was charged before. Pure, but for the packages that it takes from. */

/** Who pays for a call, by what. */
export interface Place {
  service: Service;
  contract: string;
  tariff: CompiledTariff | null;
  /** when talk began, by the company's clock */
  at: WallMoment;
}
/** The last that a call was charged. */
export interface ChargedBefore {
  revision: number;
  contract: string;
  service: Service;
  outcome: 'charged' | 'free' | 'gone';
  amount: bigint;
  vat: bigint;
  /** µs */
  startedAt: number;
  package: string;
  packageMonth: string;
  packageSeconds: number;
}
/** What is written of a call, and by how much it moves the account. */
export interface Moved {
  tenant: string;
  callId: string;
  revision: number;
  part: 0 | 1;
  contract: string;
  service: Service;
  outcome: ChargedBefore['outcome'];
  why: FreeReason | '';
  line: string | null;
  startedAt: number;
  talkSeconds: number;
  billedSeconds: number;
  package: string;
  packageMonth: string;
  packageSeconds: number;
  amount: bigint;
  vat: bigint;
  amountMoved: bigint;
  vatMoved: bigint;
}
export interface Unrated {
  tenant: string;
  callId: string;
  startedAt: number;
  why: UnratedReason;
  number: string;
}
/** How many seconds packages have given, and that they give more or get some back. */
export interface PackageBook {
  of(tenant: string, contract: string, name: string, month: string): number;
  add(tenant: string, contract: string, name: string, month: string, seconds: number): void;
}

/**
 * @param call as it stands; null: the company has no such call any more
 * @param place null: no contract pays for it, or it is of a kind that costs nothing
 * @returns null: it is charged as it stands
 */
export function chargeOf(asked: {
  tenant: string;
  id: string;
  call: RatableCall | null;
  place: Place | null;
  last: ChargedBefore | null;
  use: PackageBook;
  isOnNet: (number: string) => boolean;
}): { moved: Moved[] } | { unrated: Unrated } | null {
  const { tenant, id, call, place, last, use, isOnNet } = asked;
  const isGone = last === null || last.outcome === 'gone';
  if (call === null || place === null) return isGone ? null : { moved: [goneOf(tenant, id, call, last, use)] };
  // what was charged stands until the call changes; a call that nobody answered is charged only to take back what was
  if (isGone ? call.answeredAt === 0 : call.revision <= last.revision) return null;
  if (place.tariff === null) return { unrated: { tenant, callId: id, startedAt: call.startedAt, why: 'noTariff', number: '' } };
  const { tariff, contract, service, at } = place;
  const month = at.day.slice(0, 7);
  const left = (name: string) => {
    const given = use.of(tenant, contract, name, month);
    const own =
      last !== null && last.contract === contract && last.package === name && last.packageMonth === month ? last.packageSeconds : 0;
    const minutes = tariff.packages.find((p) => p.name === name)?.minutes ?? 0;
    return minutes * 60 - (given - own);
  };
  const rating = rate(call, service, tariff, at, isOnNet, left);
  if (rating.outcome === 'unrated')
    return { unrated: { tenant, callId: id, startedAt: call.startedAt, why: rating.why, number: rating.number } };
  if (last !== null) use.add(tenant, last.contract, last.package, last.packageMonth, -last.packageSeconds);
  const isCharged = rating.outcome === 'charged';
  const packageSeconds = isCharged ? rating.packageSeconds : 0;
  const packageName = isCharged && packageSeconds > 0 ? rating.line.package : '';
  if (packageName !== '') use.add(tenant, contract, packageName, month, packageSeconds);
  const [amount, vat] = isCharged ? [rating.amount, rating.vat] : [0n, 0n];
  const revision = last === null ? call.revision : Math.max(call.revision, last.revision + 1);
  const common = { tenant, callId: id, revision, startedAt: call.startedAt };
  const isMoved = last !== null && (last.contract !== contract || last.service !== service);
  const charged: Moved = {
    ...{ ...common, part: 0, contract, service, outcome: rating.outcome, why: isCharged ? '' : rating.why, line: rating.line?.id ?? null },
    ...{ talkSeconds: rating.talkSeconds, billedSeconds: isCharged ? rating.billedSeconds : 0 },
    ...{ package: packageName, packageMonth: packageName === '' ? '' : month, packageSeconds, amount, vat },
    ...{ amountMoved: amount - (last === null || isMoved ? 0n : last.amount), vatMoved: vat - (last === null || isMoved ? 0n : last.vat) },
  };
  return { moved: isMoved ? [charged, takenBack({ ...common, part: 1 }, last)] : [charged] };
}

/** A call that is none any more, or none that costs: what it was charged is given back. */
function goneOf(tenant: string, id: string, call: RatableCall | null, last: ChargedBefore, use: PackageBook): Moved {
  use.add(tenant, last.contract, last.package, last.packageMonth, -last.packageSeconds);
  const revision = Math.max(call?.revision ?? 0, last.revision + 1);
  return takenBack({ tenant, callId: id, revision, part: 0, startedAt: call?.startedAt ?? last.startedAt }, last);
}

function takenBack(of: Pick<Moved, 'tenant' | 'callId' | 'revision' | 'part' | 'startedAt'>, last: ChargedBefore): Moved {
  return {
    ...{ ...of, contract: last.contract, service: last.service, outcome: 'gone', why: '', line: null, talkSeconds: 0, billedSeconds: 0 },
    ...{ package: '', packageMonth: '', packageSeconds: 0, amount: 0n, vat: 0n, amountMoved: -last.amount, vatMoved: -last.vat },
  };
}
