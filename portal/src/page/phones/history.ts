import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';

/** How a stretch ended: not yet, by expiry without a refresh, by the phone's or the exchange's own word before that. */
export type StretchEnd = 'stands' | 'expired' | 'left';

export interface Span {
  from: number;
  to: number;
}

/** One day of an account, whichever of its phones was registered. */
export interface PhoneDay extends Span {
  /** 2026-11-23 of the company's calendar is what `from` is in; today ends later than now */
  spans: Span[];
  /** ms in which at least one phone was registered */
  online: number;
  /** ms of the day that have passed */
  passed: number;
  /** how often the last registered phone went */
  drops: number;
}

/** Days that the page looks back, today among them. */
export const HISTORY_DAYS = 7;

export function historyStart(zone: string, now: number): number {
  return startOfDay(zone, now, 1 - HISTORY_DAYS);
}

/** Until when it lasted; one that stands lasts until now. */
export function endOf({ endedAt, expiresAt }: Pick<PhoneBinding, 'endedAt' | 'expiresAt'>, now: number): number {
  return Math.min(endedAt > 0 ? endedAt : expiresAt, now);
}

export function howEnded({ endedAt, expiresAt }: Pick<PhoneBinding, 'endedAt' | 'expiresAt'>, now: number): StretchEnd {
  if (endedAt === 0) return expiresAt > now ? 'stands' : 'expired';
  return endedAt >= expiresAt ? 'expired' : 'left';
}

/** The last days of an account, the newest first. Pure. @param stretches in any order @param zone IANA */
export function phoneDays(stretches: readonly PhoneBinding[], zone: string, now: number): PhoneDay[] {
  const whole = union(stretches.map((s) => ({ from: s.registeredAt, to: endOf(s, now) })));
  return Array.from({ length: HISTORY_DAYS }, (_, back) => {
    const from = startOfDay(zone, now, -back);
    const to = startOfDay(zone, now, 1 - back);
    const spans = whole
      .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
      .filter((span) => span.to > span.from);
    return {
      ...{ from, to, spans },
      online: spans.reduce((sum, span) => sum + span.to - span.from, 0),
      passed: Math.min(to, now) - from,
      drops: whole.filter((span) => span.to >= from && span.to < to && span.to < now).length,
    };
  });
}

/** The same time as spans that neither overlap nor touch, in order. */
function union(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (to > from) out.push({ from, to });
  }
  return out;
}
