import type { Locale, Words } from '#words/words.ts';
import { addDays, cityOf, clock, dayInFigures, dayOf, dayParts, offsetName } from './moment.ts';
import { currencySign, money, NONE, number, signed, withPercent } from './number.ts';
import { hourMinute, hoursWords, type Period, type PeriodStyle, periodWords } from './period.ts';
import { phone } from './phone.ts';
import { ageWords, clockSpan, clockSpanDifference, spanWords } from './span.ts';

export type { Period, PeriodStyle } from './period.ts';

export interface FormatOptions {
  locale: Locale;
  words: Words['format'];
  /** of the company: IANA zone and ISO 3166 country */
  zone: string;
  country: string;
  /** ms since the epoch; for what depends on today */
  now?: () => number;
}

/**
 * Numbers, phones, times and spans the way one company and one language write them (docs/design.md, "Formats").
 * Instants are ms since the epoch, days 2026-11-23 of the company's calendar, spans seconds, shares 0 to 1. Where a value
 * does not exist (null), "–".
 */
export function createFormat({ locale, words, zone, country, now = Date.now }: FormatOptions) {
  const today = () => dayOf(zone, now());
  const year = (day: string) => dayParts(day).year;
  return {
    locale,
    zone,
    none: NONE,
    noData: words.noData,
    number: (value: number | null, digits = 0) => number(locale, value, digits),
    /** 0.84 -> 84,0 % */
    percent: (share: number | null, digits = 1) => withPercent(locale, number(locale, share === null ? null : share * 100, digits)),
    /** @param currency ISO 4217; roubles by default */
    money: (value: number | null, digits = 0, currency = 'RUB') => money(locale, value, digits, currency),
    currencySign,
    /** +5, −3, 0 */
    difference: (value: number | null, digits = 0) => signed(locale, value, digits),
    /** share by which a figure changed: 0.08 -> +8,0 % */
    percentDifference: (share: number | null, digits = 1) =>
      withPercent(locale, signed(locale, share === null ? null : share * 100, digits)),
    /** difference of two shares: 0.021 -> +2,1 п. п. */
    pointsDifference: (share: number | null, digits = 1) =>
      share === null ? NONE : `${signed(locale, share * 100, digits)}\u00a0${words.points}`,
    /** 12 мс */
    milliseconds: (value: number | null) => (value === null ? NONE : words.milliseconds(number(locale, value))),
    phone: (value: string) => phone(value, country),
    /** 14:02:11 */
    time: (at: number) => clock(zone, at, true),
    /** 14:02 */
    timeShort: (at: number) => clock(zone, at, false),
    /** 23.11, the year when it is not the current one. @param withYear forces it on or off */
    date: (at: number, withYear?: boolean) => {
      const day = dayOf(zone, at);
      return dayInFigures(locale, words, day, withYear ?? year(day) !== year(today()));
    },
    /** of a calendar day, as `date` */
    day: (day: string, withYear?: boolean) => dayInFigures(locale, words, day, withYear ?? year(day) !== year(today())),
    dayOf: (at: number) => dayOf(zone, at),
    today,
    yesterday: () => addDays(today(), -1),
    /** Сегодня, понедельник 23 ноября; 1–23 ноября 2026, 8:00–20:00 */
    period: (period: Period, style?: PeriodStyle) => periodWords(locale, words, period, today(), style),
    /** 8:00–20:00, '' for whole days */
    hours: hoursWords,
    /** 08:00 -> 8:00 */
    hourMinute,
    /** 3:48, 1:02:05 */
    duration: clockSpan,
    /** +0:06 */
    durationDifference: clockSpanDifference,
    /** 3 мин 48 с */
    durationWords: (seconds: number | null) => spanWords(words, seconds),
    /** 42 с, 3 мин, 3 дня */
    ageWords: (seconds: number) => ageWords(words, seconds),
    /** 1 с назад */
    ago: (seconds: number) => words.ago(ageWords(words, seconds)),
    /** Красноярск, UTC+7 */
    zoneName: () => `${cityOf(words, zone)}, ${offsetName(zone, now())}`,
    monthYear: (day: string) => `${words.months[dayParts(day).month]} ${year(day)}`,
  };
}

export type Format = ReturnType<typeof createFormat>;
