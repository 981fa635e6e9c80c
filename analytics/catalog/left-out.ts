import { DIRECTIONS, type Direction } from '@callscope/core/domain/call.ts';
import { type CallResult, MISSED_KINDS, type MissedKind, RESULTS } from '@callscope/core/domain/result.ts';
import type { Counted } from './measure.ts';
import type { Words } from './words.ts';

/** Calls that a figure does not count, and why. */
export interface LeftOut {
  why: Words;
  calls: Counted;
}

const DIRECTION: Record<Direction, Words> = {
  in: { ru: 'Входящие', en: 'Incoming' },
  out: { ru: 'Исходящие', en: 'Outgoing' },
  internal: { ru: 'Внутренние', en: 'Internal' },
};
const RESULT: Record<CallResult, Words> = {
  answered: { ru: 'Успешные', en: 'Answered' },
  no_answer: { ru: 'Нет ответа', en: 'No answer' },
  busy: { ru: 'Занят', en: 'Busy' },
  rejected: { ru: 'Отклонённые', en: 'Rejected' },
  unavailable: { ru: 'Недоступен', en: 'Unavailable' },
  cancelled: { ru: 'Отменённые', en: 'Cancelled' },
  failed: { ru: 'Ошибки', en: 'Failed' },
};
const KIND: Record<MissedKind, Words> = {
  busy_hit: { ru: 'Попали в занятость', en: 'Hit busy' },
  out_of_hours: { ru: 'Вне часов', en: 'Out of hours' },
  short_abandon: { ru: 'Короткие пропущенные', en: 'Short abandons' },
  not_taken: { ru: 'Не взяли трубку', en: 'Not taken' },
};
const ANSWERED: Record<'true' | 'false', Words> = {
  true: { ru: 'На них ответили', en: 'They were answered' },
  false: { ru: 'Никто не ответил', en: 'Nobody answered' },
};
const UNTAKEN: Record<'true' | 'false', Words> = {
  true: { ru: 'Есть не взятое предложение', en: 'An offer was not taken' },
  false: { ru: 'Все предложения взяты, или их не было', en: 'Every offer was taken, or there was none' },
};

const HIDDEN: Record<'true' | 'false', Words> = {
  true: { ru: 'Номер скрыт', en: 'Hidden numbers' },
  false: { ru: 'Номер известен', en: 'The number is known' },
};
const FIRST: Record<'true' | 'false', Words> = {
  true: { ru: 'Номер звонит впервые', en: 'First calls of their numbers' },
  false: { ru: 'Номер звонил и раньше, или он скрыт', en: 'The number had called before, or is hidden' },
};
const REPEAT: Record<'true' | 'false', Words> = {
  true: { ru: 'Номер звонил незадолго до этого', en: 'The number had called shortly before' },
  false: { ru: 'Номер незадолго до этого не звонил, или он скрыт', en: 'The number had not called shortly before, or is hidden' },
};
/** Durations are whole milliseconds. */
const LEAST = 0.001;
const TARGET: Record<'true' | 'false', Words> = {
  true: { ru: 'Целевые', en: 'Target calls' },
  false: { ru: 'Не подходят под правило целевого звонка', en: 'They do not fit the rule of target calls' },
};

const MEASURED: Record<'true' | 'false', Words> = {
  true: { ru: 'Связь измерена', en: 'The sound was measured' },
  false: {
    ru: 'Связь не измерена: нет ни RTCP, ни пакетов записи',
    en: 'The sound was not measured: neither RTCP nor packets of a recording',
  },
};
/** Scores are hundredths. */
const LEAST_MOS = 0.01;
const SILENT: Record<'true' | 'false', Words> = {
  true: { ru: 'В записи не слышно стороны', en: 'A side of the recording is silent' },
  false: { ru: 'Слышно обе стороны, или записи нет', en: 'Both sides are heard, or there is no recording' },
};

/** What a field does not let through, a part each. */
const OTHERS: { [K in keyof Required<Counted>]: (chosen: Required<Counted>[K]) => LeftOut[] } = {
  direction: (chosen) => words(DIRECTIONS, chosen).map((one) => ({ why: DIRECTION[one], calls: { direction: [one] } })),
  result: (chosen) => words(RESULTS, chosen).map((one) => ({ why: RESULT[one], calls: { result: [one] } })),
  shortAbandons: () => [{ why: KIND.short_abandon, calls: { missedKind: ['short_abandon'] } }],
  outOfHours: () => [{ why: KIND.out_of_hours, calls: { missedKind: ['out_of_hours'] } }],
  answered: (chosen) => [{ why: ANSWERED[`${!chosen}`], calls: { answered: !chosen } }],
  missedKind: (chosen) => words(MISSED_KINDS, chosen).map((one) => ({ why: KIND[one], calls: { missedKind: [one] } })),
  untakenOffer: (chosen) => [{ why: UNTAKEN[`${!chosen}`], calls: { untakenOffer: !chosen } }],
  hiddenNumber: (chosen) => [{ why: HIDDEN[`${!chosen}`], calls: { hiddenNumber: !chosen } }],
  firstCall: (chosen) => [{ why: FIRST[`${!chosen}`], calls: { firstCall: !chosen } }],
  repeatCall: (chosen) => [{ why: REPEAT[`${!chosen}`], calls: { repeatCall: !chosen } }],
  waitMax: (most) => [{ why: { ru: `Ждали дольше ${most} с`, en: `They waited longer than ${most} s` }, calls: { waitMin: most + LEAST } }],
  waitMin: (least) => [
    {
      why: { ru: `Ждали меньше ${least} с`, en: `They waited less than ${least} s` },
      calls: { waitMax: Number((least - LEAST).toFixed(3)) },
    },
  ],
  measured: (chosen) => [{ why: MEASURED[`${!chosen}`], calls: { measured: !chosen } }],
  mosMax: (most) => [{ why: { ru: `MOS выше ${most}`, en: `MOS over ${most}` }, calls: { mosMin: Number((most + LEAST_MOS).toFixed(2)) } }],
  mosMin: (least) => [
    { why: { ru: `MOS ниже ${least}`, en: `MOS under ${least}` }, calls: { mosMax: Number((least - LEAST_MOS).toFixed(2)) } },
  ],
  oneWay: (chosen) => [{ why: SILENT[`${!chosen}`], calls: { oneWay: !chosen } }],
  target: (chosen) => [{ why: TARGET[`${!chosen}`], calls: { target: !chosen } }],
};
const FIELDS = Object.keys(OTHERS) as (keyof Counted)[];

/**
 * The calls that a figure does not count, field by field: no call is in two parts, and together with those counted they are
 * all calls there are. A kind of missed calls must stand beside MISSED, as every missed call has one.
 */
export function leftOutBy(counted: Counted): LeftOut[] {
  const parts: LeftOut[] = [];
  let met: Counted = {};
  for (const field of FIELDS) {
    if (counted[field] === undefined) continue;
    for (const { why, calls } of others(field, counted)) parts.push({ why, calls: { ...met, ...calls } });
    met = { ...met, [field]: counted[field] };
  }
  return parts;
}

/** Why a filter's `shortAbandons` leaves calls out. */
export const BY_FILTER: Words = { ru: 'Короткие пропущенные: исключены условием', en: 'Short abandons: left out by the filter' };

function others<K extends keyof Counted>(field: K, counted: Counted): LeftOut[] {
  return OTHERS[field](counted[field] as Required<Counted>[K]);
}

function words<W extends string>(all: readonly W[], chosen: readonly W[]): W[] {
  return all.filter((word) => !chosen.includes(word));
}
