import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { MISSED } from '../query/filter.ts';
import { CALLERS } from './callers.ts';
import { LINES } from './lines.ts';
import type { Counted, Derived, Mark, MeasureOf } from './measure.ts';
import { levelRule, SERVICE } from './service.ts';
import { SOUND, SOUND_MADE } from './sound.ts';
import type { Words } from './words.ts';

const muted: Mark = { symbol: 'circle', colour: 'muted' };
const calls = { unit: 'calls', format: 'count', kind: 'count' } as const;
const time = { unit: 'seconds', format: 'duration', mark: muted, better: null } as const;
const missed = { ...calls, better: 'less', mark: { symbol: 'triangle-down', colour: 'missed' } } as const;
const offers = { kind: 'offers', unit: 'offers', format: 'count', mark: muted } as const;

const ANSWERED = { answered: true } as const;
const IN_ANSWERED = { direction: ['in'], answered: true } as const;

const ADDITIVE = {
  ...CALLERS,
  ...LINES,
  ...SERVICE,
  ...SOUND,
  calls: {
    ...calls,
    label: { ru: 'Звонки', en: 'Calls' },
    definition: { ru: 'Все звонки, начавшиеся в этот промежуток.', en: 'All calls that started in the interval.' },
    where: {},
    better: null,
    mark: muted,
  },
  out: {
    ...calls,
    label: { ru: 'Исходящие', en: 'Outgoing' },
    definition: { ru: 'Все исходящие звонки, с ответом и без.', en: 'All outgoing calls, answered or not.' },
    where: { direction: ['out'] },
    better: null,
    mark: { symbol: 'square', colour: 'outgoing' },
  },
  outFailed: {
    ...calls,
    label: { ru: 'Неуспешные исходящие', en: 'Failed outgoing' },
    short: { ru: 'Неуспешные', en: 'Failed' },
    definition: {
      ru: 'Исходящие, на которые никто не ответил, какой бы ни была причина; часть исходящих.',
      en: 'Outgoing calls that nobody answered, for whatever reason; a part of outgoing.',
    },
    where: { direction: ['out'], answered: false },
    better: 'less',
    mark: { symbol: 'hatched', colour: 'failed' },
  },
  outAnswered: {
    ...calls,
    label: { ru: 'Успешные исходящие', en: 'Answered outgoing' },
    short: { ru: 'Дозвонились', en: 'Answered' },
    definition: { ru: 'Исходящие, на которые ответили; часть исходящих.', en: 'Outgoing calls that were answered; a part of outgoing.' },
    where: { direction: ['out'], answered: true },
    better: 'more',
    mark: { symbol: 'square', colour: 'outgoing' },
  },
  in: {
    ...calls,
    label: { ru: 'Входящие', en: 'Incoming' },
    definition: { ru: 'Все входящие звонки, с ответом и без.', en: 'All incoming calls, answered or not.' },
    where: { direction: ['in'] },
    better: 'more',
    mark: { symbol: 'circle', colour: 'answered' },
  },
  inAnswered: {
    ...calls,
    label: { ru: 'Принятые входящие', en: 'Answered incoming' },
    short: { ru: 'Принятые', en: 'Answered' },
    definition: { ru: 'Входящие, на которые ответили; часть входящих.', en: 'Incoming calls that were answered; a part of incoming.' },
    where: IN_ANSWERED,
    better: 'more',
    mark: { symbol: 'circle', colour: 'answered' },
  },
  inMissed: {
    ...missed,
    label: { ru: 'Неотвеченные входящие', en: 'Missed incoming' },
    short: { ru: 'Пропущенные', en: 'Missed' },
    definition: {
      ru: 'Входящие, на которые никто не ответил, чем бы они ни кончились; часть входящих.',
      en: 'Incoming calls that nobody answered, however they ended; a part of incoming.',
    },
    where: MISSED,
  },
  busyHit: {
    ...missed,
    label: { ru: 'Попал в занятость', en: 'Hit busy' },
    short: { ru: 'Занято', en: 'Busy' },
    definition: {
      ru: 'Неотвеченные входящие, которые кончились сигналом «занято»; часть неотвеченных.',
      en: 'Missed calls that ended with busy; a part of missed.',
    },
    where: { ...MISSED, missedKind: ['busy_hit'] },
  },
  missedButBusy: {
    ...missed,
    label: { ru: 'Пропущенные', en: 'Missed' },
    definition: {
      ru: 'Неотвеченные входящие, кроме попавших в занятость: те стоят рядом.',
      en: 'Missed incoming calls except those that hit busy, which stand beside them.',
    },
    where: { ...MISSED, missedKind: ['out_of_hours', 'short_abandon', 'not_taken'] },
  },
  outOfHours: {
    ...missed,
    label: { ru: 'Вне часов', en: 'Out of hours' },
    definition: {
      ru: 'Неотвеченные входящие в нерабочее время; часть неотвеченных.',
      en: 'Missed calls outside working hours; a part of missed.',
    },
    where: { ...MISSED, missedKind: ['out_of_hours'] },
  },
  shortAbandon: {
    ...missed,
    label: { ru: 'Короткие пропущенные', en: 'Short abandons' },
    definition: {
      ru: 'Неотвеченные входящие, в которых звонивший положил трубку почти сразу; часть неотвеченных.',
      en: 'Missed calls whose caller hung up almost at once; a part of missed.',
    },
    where: { ...MISSED, missedKind: ['short_abandon'] },
  },
  notTaken: {
    ...missed,
    label: { ru: 'Не взяли трубку', en: 'Not taken' },
    definition: {
      ru: 'Неотвеченные входящие в рабочее время, не занятые и не короткие; часть неотвеченных.',
      en: 'Missed calls within working hours that were neither busy nor short; a part of missed.',
    },
    where: { ...MISSED, missedKind: ['not_taken'] },
  },
  target: {
    ...calls,
    label: { ru: 'Целевые звонки', en: 'Target calls' },
    short: { ru: 'Целевые', en: 'Target' },
    definition: {
      ru: 'Принятые входящие, которые подходят под правило компании: разговор дольше заданного, а если так решено – первый за период от этого номера и в рабочее время.',
      en: "Answered incoming calls that fit the company's rule: a talk longer than it says, and if it says so the first of its caller in the period, in working hours.",
    },
    where: { ...IN_ANSWERED, target: true },
    better: 'more',
    mark: { symbol: 'circle', colour: 'answered' },
  },
  internal: {
    ...calls,
    label: { ru: 'Внутренние', en: 'Internal' },
    definition: { ru: 'Звонки между сотрудниками.', en: 'Calls between employees.' },
    where: { direction: ['internal'] },
    better: null,
    mark: muted,
  },
  answered: {
    ...calls,
    label: { ru: 'Разговоры', en: 'Answered calls' },
    definition: { ru: 'Звонки, на которые ответили, в любом направлении.', en: 'Calls that were answered, in any direction.' },
    where: ANSWERED,
    better: 'more',
    mark: muted,
  },
  talkSeconds: {
    ...time,
    kind: 'sum',
    of: 'talk',
    label: { ru: 'Время разговоров', en: 'Talk time' },
    definition: { ru: 'Сумма разговоров, от ответа до конца, с удержанием.', en: 'Sum of talks, from answer to end, hold included.' },
    where: ANSWERED,
  },
  waitSeconds: {
    ...time,
    kind: 'sum',
    of: 'ring',
    label: { ru: 'Время ожидания', en: 'Wait time' },
    definition: {
      ru: 'Сумма ожидания принятых входящих, от первого гудка до ответа.',
      en: 'Sum of waiting of answered incoming calls, from first ringing to answer.',
    },
    where: IN_ANSWERED,
  },
  offers: {
    ...offers,
    which: 'all',
    label: { ru: 'Предложения сотрудникам', en: 'Offers to employees' },
    short: { ru: 'Предложения', en: 'Offers' },
    definition: {
      ru: 'Сколько раз звонок предложили сотруднику: каждый вызов его аппарата – одно предложение, в одном звонке их может быть несколько.',
      en: 'How often a call was offered to an employee: each time a phone of theirs was called is an offer; one call can have several.',
    },
    where: {},
    better: null,
  },
  offersNotTaken: {
    ...offers,
    which: 'untaken',
    label: { ru: 'Не взятые предложения', en: 'Offers not taken' },
    short: { ru: 'Не взяты', en: 'Not taken' },
    definition: {
      ru: 'Предложения, на которые сотрудник не ответил, хотя бы звонок потом принял другой. Это не пропущенные компании: складывать их нельзя.',
      en: 'Offers that the employee did not answer, even if somebody else took the call. These are not the missed calls of the company: the two are never added.',
    },
    where: { untakenOffer: true },
    better: 'less',
  },
} as const satisfies Record<string, Exclude<MeasureOf<never>, Derived<never>>>;
/** What the store answers; the others are made of these. */
export type AdditiveId = keyof typeof ADDITIVE;
export type Measure = MeasureOf<AdditiveId>;

const DERIVED = {
  ...SOUND_MADE,
  averageTalk: {
    ...time,
    kind: 'mean',
    sum: 'talkSeconds',
    count: 'answered',
    label: { ru: 'Средний разговор', en: 'Average talk' },
    short: { ru: 'Разговор', en: 'Talk' },
    definition: {
      ru: 'Время разговоров, делённое на число звонков с ответом. Без таких звонков – нет данных.',
      en: 'Talk time divided by the number of answered calls. Without such calls: no data.',
    },
    where: ANSWERED,
  },
  handleTime: {
    ...time,
    kind: 'mean',
    sum: 'talkSeconds',
    count: 'answered',
    label: { ru: 'Среднее обслуживание (AHT)', en: 'Average handle time (AHT)' },
    short: { ru: 'Обработка (AHT)', en: 'Handling (AHT)' },
    definition: {
      ru: 'Разговор с удержанием, делённый на число звонков с ответом. Работы после звонка в нём нет: её ещё никто не отмечает. Без таких звонков – нет данных.',
      en: 'Talk, hold included, divided by the number of answered calls. Work after the call is not in it: nobody marks it yet. Without such calls: no data.',
    },
    where: ANSWERED,
  },
  serviceLevel: {
    ...{ kind: 'share', part: 'answeredInTime', whole: 'offered' },
    ...{ unit: 'share', format: 'share', mark: muted, better: 'more' },
    label: { ru: 'Уровень сервиса', en: 'Service level' },
    definition: {
      ru: 'Принятые в срок, делённые на все поступившие входящие. Без поступивших – нет данных.',
      en: 'Incoming calls answered in time divided by all that were offered. Without any offered: no data.',
    },
    rule: levelRule,
    where: SERVICE.answeredInTime.where,
  },
  averageWait: {
    ...time,
    better: 'less',
    kind: 'mean',
    sum: 'waitSeconds',
    count: 'inAnswered',
    label: { ru: 'Среднее ожидание', en: 'Average wait' },
    short: { ru: 'Ожидание', en: 'Wait' },
    definition: {
      ru: 'Сколько принятые входящие ждали ответа, в среднем (ASA): от первого гудка; принятые без гудка не ждали. Пропущенные не входят.',
      en: 'How long answered incoming calls waited, on average (average speed of answer, ASA): from first ringing; those answered without ringing did not wait. Missed calls are left out.',
    },
    where: IN_ANSWERED,
  },
  missedShare: {
    ...{ kind: 'share', part: 'inMissed', whole: 'in' },
    ...{ unit: 'share', format: 'share', mark: muted, better: 'less' },
    label: { ru: 'Доля пропущенных', en: 'Missed share' },
    short: { ru: 'Пропущено', en: 'Missed' },
    definition: {
      ru: 'Неотвеченные входящие, делённые на все входящие. Без входящих – нет данных.',
      en: 'Missed incoming calls divided by all incoming calls. Without incoming calls: no data.',
    },
    where: MISSED,
  },
  targetShare: {
    ...{ kind: 'share', part: 'target', whole: 'in' },
    ...{ unit: 'share', format: 'share', mark: muted, better: 'more' },
    label: { ru: 'Доля целевых', en: 'Target share' },
    definition: {
      ru: 'Целевые звонки, делённые на все входящие. Без входящих – нет данных.',
      en: 'Target calls divided by all incoming calls. Without incoming calls: no data.',
    },
    where: { ...IN_ANSWERED, target: true },
  },
  answeredRate: {
    ...{ kind: 'share', part: 'inAnswered', whole: 'in', less: 'outOfHours' },
    ...{ unit: 'share', format: 'share', mark: muted, better: 'more' },
    label: { ru: 'Доля принятых', en: 'Answered rate' },
    definition: {
      ru: 'Принятые входящие, делённые на все входящие без неотвеченных вне рабочих часов. Без таких звонков – нет данных.',
      en: 'Answered incoming calls divided by all incoming calls except those missed out of hours. Without such calls: no data.',
    },
    where: IN_ANSWERED,
  },
} as const satisfies Record<string, Derived<AdditiveId>>;

export type MeasureId = AdditiveId | keyof typeof DERIVED;

/** Every figure, once. */
export const MEASURES: Readonly<Record<MeasureId, Measure>> = { ...ADDITIVE, ...DERIVED };

/** The calls that a figure counts in a company. */
export function countedIn(id: MeasureId, rules: FigureRules): Counted {
  const { where } = MEASURES[id];
  return typeof where === 'function' ? where(rules) : where;
}

/** What a figure means in a company, its rule said with it. */
export function definitionIn(id: MeasureId, rules: FigureRules): Words {
  const { definition, rule } = MEASURES[id];
  if (rule === undefined) return definition;
  const { ru, en } = rule(rules);
  return { ru: `${definition.ru} ${ru}`, en: `${definition.en} ${en}` };
}

/** The rule that these figures are counted by, the one that says most; null: they have none. */
export function ruleOf(ids: readonly MeasureId[], rules: FigureRules): Words | null {
  const said = ids.flatMap((id) => MEASURES[id].rule?.(rules) ?? []);
  return said.sort((a, b) => b.en.length - a.en.length)[0] ?? null;
}

/** What a mean or a share divides by what, in figures that the store adds up; null: the figure is added up itself. */
export function divisionOf(id: MeasureId): { over: AdditiveId; by: AdditiveId; less: AdditiveId | undefined } | null {
  const measure = MEASURES[id];
  if (measure.kind === 'mean') return { over: measure.sum, by: measure.count, less: undefined };
  return measure.kind === 'share' ? { over: measure.part, by: measure.whole, less: measure.less } : null;
}

/** What the store must add up for these figures, each once. */
export function additiveOf(ids: readonly MeasureId[]): AdditiveId[] {
  return [
    ...new Set(
      ids.flatMap((id) => {
        // when a peak was is said by the row of the peak
        if (MEASURES[id].kind === 'peakAt') return ['peakLines' as const, 'peakAt' as const];
        const division = divisionOf(id);
        if (division === null) return [id as AdditiveId];
        const { over, by, less } = division;
        return [over, by, ...(less === undefined ? [] : [less])];
      }),
    ),
  ];
}
