import type { CallRow } from '@callscope/core/domain/call.ts';
import { roundHalfUp } from './money.ts';

/** What a call costs. Pure: the same call by the same tariff with as much left of its packages costs the same. */

export const SERVICES = ['outgoing', 'tollFree'] as const;
export type Service = (typeof SERVICES)[number];

/** A call as far as its price follows from it; times in µs since the epoch, 0 = did not happen. */
export type RatableCall = Pick<
  CallRow,
  'id' | 'revision' | 'direction' | 'from' | 'dialled' | 'number' | 'startedAt' | 'answeredAt' | 'endedAt'
>;

export interface PriceLine {
  id: string;
  direction: 'out' | 'in';
  /** international digits of who is called, of an incoming call of who calls; '' = any */
  prefix: string;
  name: string;
  /** a minute and a call, millionths of a rouble */
  price: bigint;
  connection: bigint;
  /** at least so many seconds are billed, then whole steps */
  minSeconds: number;
  stepSeconds: number;
  /** a call that lasts no longer costs nothing at all */
  freeSeconds: number;
  /** 1 = Monday; none = every day */
  weekdays: readonly number[];
  /** minutes of the day; the same = the whole day; the second smaller = past midnight, which belongs to the weekday it is */
  fromMinute: number;
  toMinute: number;
  /** first and last day, yyyy-mm-dd */
  validFrom: string | null;
  validUntil: string | null;
  /** whose included minutes it takes first; '' = none */
  package: string;
}
export interface Package {
  name: string;
  minutes: number;
}
export interface Tariff {
  id: string;
  version: number;
  /** hundredths of a percent */
  vat: number;
  vatIncluded: boolean;
  onNetFree: boolean;
  packages: readonly Package[];
  lines: readonly PriceLine[];
}

/** A tariff to look prefixes up in. */
export interface CompiledTariff extends Tariff {
  byPrefix: Record<PriceLine['direction'], { lengths: readonly number[]; lines: ReadonlyMap<string, readonly PriceLine[]> }>;
}

export type FreeReason = 'onNet' | 'notAnswered' | 'short';
export type UnratedReason = 'noTariff' | 'noLine';
export type Rating =
  | {
      outcome: 'charged';
      service: Service;
      line: PriceLine;
      talkSeconds: number;
      billedSeconds: number;
      /** of the billed ones, taken from the line's package */
      packageSeconds: number;
      /** kopecks, with VAT; and what of it is VAT */
      amount: bigint;
      vat: bigint;
    }
  | { outcome: 'free'; service: Service; why: FreeReason; line: PriceLine | null; talkSeconds: number }
  | { outcome: 'unrated'; service: Service; why: UnratedReason; number: string };

/** Numbers of Russia whose owner pays for who calls (8-800; +7 800 in ITU-T E.164). */
export const TOLL_FREE = '7800';

/** What is charged for a call; null: nothing ever is, whatever a tariff says. */
export function serviceOf({ direction, number, dialled }: Pick<RatableCall, 'direction' | 'number' | 'dialled'>): Service | null {
  if (direction === 'out') return 'outgoing';
  return direction === 'in' && (number || dialled).startsWith(TOLL_FREE) ? 'tollFree' : null;
}

/** Of lines with the same prefix the one that says more of when comes first, then the one that is valid from a later day. */
export function compileTariff(tariff: Tariff): CompiledTariff {
  const particular = (l: PriceLine) => Number(l.weekdays.length > 0) + Number(l.fromMinute !== l.toMinute);
  const bounded = (l: PriceLine) => l.validFrom ?? '';
  const of = (direction: PriceLine['direction']) => {
    const lines = new Map<string, PriceLine[]>();
    for (const line of tariff.lines)
      if (line.direction === direction) {
        const same = lines.get(line.prefix);
        if (same === undefined) lines.set(line.prefix, [line]);
        else same.push(line);
      }
    for (const same of lines.values())
      same.sort((a, b) => particular(b) - particular(a) || (bounded(a) < bounded(b) ? 1 : bounded(a) > bounded(b) ? -1 : 0));
    return { lines, lengths: [...new Set([...lines.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a) };
  };
  return { ...tariff, byPrefix: { out: of('out'), in: of('in') } };
}

/** A moment by the company's clock, as a price asks for it. */
export interface WallMoment {
  /** yyyy-mm-dd */
  day: string;
  minute: number;
  /** 1 = Monday */
  weekday: number;
}
const DAY_MS = 86_400_000;
/** @param wall ms, as `wallClock` gives it */
export function momentOf(wall: number): WallMoment {
  const days = Math.floor(wall / DAY_MS);
  // 1 January 1970 was a Thursday
  return { day: dayText(days), minute: Math.floor((wall - days * DAY_MS) / 60_000), weekday: ((((days + 3) % 7) + 7) % 7) + 1 };
}
let lastDays = Number.NaN;
let lastText = '';
/** Calls come day by day, and a Date for each is most of what rating would cost. */
function dayText(days: number): string {
  if (days !== lastDays) {
    lastText = new Date(days * DAY_MS).toISOString().slice(0, 10);
    lastDays = days;
  }
  return lastText;
}

function isInForce(line: PriceLine, { day, minute, weekday }: WallMoment): boolean {
  if (line.validFrom !== null && day < line.validFrom) return false;
  if (line.validUntil !== null && day > line.validUntil) return false;
  if (line.weekdays.length > 0 && !line.weekdays.includes(weekday)) return false;
  const { fromMinute, toMinute } = line;
  if (fromMinute === toMinute) return true;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** The line with the longest prefix of a number among those in force at a moment. */
export function lineFor(tariff: CompiledTariff, direction: PriceLine['direction'], number: string, at: WallMoment): PriceLine | null {
  const { lengths, lines } = tariff.byPrefix[direction];
  for (const length of lengths) {
    if (length > number.length) continue;
    const found = lines.get(number.slice(0, length))?.find((line) => isInForce(line, at));
    if (found !== undefined) return found;
  }
  return null;
}

/** Talk in whole seconds, half a second up. */
export function talkSecondsOf({ answeredAt, endedAt }: Pick<RatableCall, 'answeredAt' | 'endedAt'>): number {
  return answeredAt === 0 ? 0 : Math.max(0, Math.round((endedAt - answeredAt) / 1_000_000));
}

/** Seconds that are billed of so many of talk. */
export function billedSecondsOf({ minSeconds, stepSeconds }: Pick<PriceLine, 'minSeconds' | 'stepSeconds'>, talk: number): number {
  return Math.ceil(Math.max(minSeconds, talk) / stepSeconds) * stepSeconds;
}

const SECONDS = 60n;
/** Millionths of a rouble in a kopeck. */
const KOPECK = 10_000n;
/** Hundredths of a percent in the whole. */
const WHOLE = 10_000n;

/**
 * Price of seconds with VAT, kopecks: (connection + price × seconds / 60) and, where it is not included, VAT on top, rounded half up once.
 * What of it is VAT is rounded from the result, so that net and VAT are the whole.
 */
export function amountOf(
  { price, connection }: Pick<PriceLine, 'price' | 'connection'>,
  { vat, vatIncluded }: Pick<Tariff, 'vat' | 'vatIncluded'>,
  seconds: number,
): { amount: bigint; vat: bigint } {
  const rate = BigInt(vat);
  const net = connection * SECONDS + price * BigInt(seconds);
  const amount = vatIncluded ? roundHalfUp(net, SECONDS * KOPECK) : roundHalfUp(net * (WHOLE + rate), SECONDS * KOPECK * WHOLE);
  return { amount, vat: roundHalfUp(amount * rate, WHOLE + rate) };
}

/**
 * What a call costs by a tariff, and why. Prices are those of the moment at which talk began; a call is never cut in two.
 * @param at that moment by the company's clock
 * @param isOnNet whether a number is one of the operator's companies'
 * @param left seconds that a package has left in the call's month
 */
export function rate(
  call: RatableCall,
  service: Service,
  tariff: CompiledTariff,
  at: WallMoment,
  isOnNet: (number: string) => boolean,
  left: (packageName: string) => number,
): Rating {
  const talkSeconds = talkSecondsOf(call);
  if (call.answeredAt === 0) return { outcome: 'free', service, why: 'notAnswered', line: null, talkSeconds };
  const direction = service === 'outgoing' ? 'out' : 'in';
  const number = direction === 'out' ? call.dialled : call.from;
  if (tariff.onNetFree && isOnNet(number)) return { outcome: 'free', service, why: 'onNet', line: null, talkSeconds };
  const line = lineFor(tariff, direction, number, at);
  if (line === null) return { outcome: 'unrated', service, why: 'noLine', number };
  if (talkSeconds <= line.freeSeconds) return { outcome: 'free', service, why: 'short', line, talkSeconds };
  const billedSeconds = billedSecondsOf(line, talkSeconds);
  const packageSeconds = line.package === '' ? 0 : Math.min(Math.max(0, left(line.package)), billedSeconds);
  const paid = billedSeconds - packageSeconds;
  // what a package pays for whole has no fee either
  const price = paid === 0 && billedSeconds > 0 ? { amount: 0n, vat: 0n } : amountOf(line, tariff, paid);
  return { outcome: 'charged', service, line, talkSeconds, billedSeconds, packageSeconds, ...price };
}
