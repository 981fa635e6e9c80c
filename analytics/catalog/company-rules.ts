import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { TargetCall } from '@callscope/core/domain/target-call.ts';
import type { Counted } from './measure.ts';
import { countedIn, divisionOf, type MeasureId } from './measures.ts';
import type { Words } from './words.ts';

/** What a company decides about its figures, as far as figures are counted by it. */
export interface Ruled {
  rules: FigureRules;
  target: TargetCall;
  shortAbandonSeconds: number;
  /** false: always open */
  hasHours: boolean;
}
/** A rule that a figure is counted by, with the value that it has now. */
export interface RuleValue {
  id: string;
  value: number | boolean;
  said: Words;
}

/**
 * The rules of a company that a figure depends on. They follow from the conditions that it is counted with, so that no rule
 * can be forgotten and none said that does not matter.
 */
export function rulesBehind(measure: MeasureId, company: Ruled): RuleValue[] {
  const { rules, target } = company;
  const { over, by, less } = divisionOf(measure) ?? {};
  const figures = [measure, over, by, less].filter((id) => id !== undefined);
  const conditions = figures.map((id) => countedIn(id, rules));
  const has = (...fields: (keyof Counted)[]) => conditions.some((counted) => fields.some((field) => counted[field] !== undefined));
  return [
    ...(has('waitMax', 'waitMin') ? [seconds('answerWithinSeconds', rules.answerWithinSeconds, 'Срок ответа', 'Answer within')] : []),
    ...(measure === 'serviceLevel'
      ? [
          {
            id: 'serviceLevelPercent',
            value: rules.serviceLevelPercent,
            said: { ru: `Цель: ${rules.serviceLevelPercent} %`, en: `Goal: ${rules.serviceLevelPercent}%` },
          },
        ]
      : []),
    ...(figures.some((id) => OFFERED.has(id)) ? [leftOut(rules)] : []),
    ...(has('missedKind', 'shortAbandons')
      ? [seconds('shortAbandonSeconds', company.shortAbandonSeconds, 'Короткий пропущенный: короче', 'Short abandon: shorter than')]
      : []),
    ...(has('missedKind', 'outOfHours') ? [hours(company.hasHours)] : []),
    ...(has('repeatCall')
      ? [
          {
            id: 'repeatCallDays',
            value: rules.repeatCallDays,
            said: { ru: `Повторный: в пределах, дней: ${rules.repeatCallDays}`, en: `Repeat: within days: ${rules.repeatCallDays}` },
          },
        ]
      : []),
    ...(has('target') ? targetRules(target) : []),
  ];
}

/** They are counted among the calls that the service level is about. */
const OFFERED: ReadonlySet<MeasureId> = new Set<MeasureId>(['offered', 'notAnswered', 'answeredInTime', 'answeredLate']);

function seconds(id: string, value: number, ru: string, en: string): RuleValue {
  return { id, value, said: { ru: `${ru} ${value} с`, en: `${en} ${value} s` } };
}

function leftOut({ serviceWithoutShortAbandons, serviceWithoutOutOfHours }: FigureRules): RuleValue {
  const ru = [serviceWithoutShortAbandons ? 'короткие' : '', serviceWithoutOutOfHours ? 'вне часов' : ''].filter(Boolean);
  const en = [serviceWithoutShortAbandons ? 'short ones' : '', serviceWithoutOutOfHours ? 'out of hours' : ''].filter(Boolean);
  return {
    id: 'serviceWithout',
    value: ru.length > 0,
    said: {
      ru: `Пропущенные, не входящие в поступившие: ${ru.join(', ') || 'нет таких'}`,
      en: `Missed calls not among the offered: ${en.join(', ') || 'none'}`,
    },
  };
}

function hours(isSet: boolean): RuleValue {
  return {
    id: 'workingHours',
    value: isSet,
    said: isSet
      ? { ru: 'Рабочие часы: заданы компанией', en: 'Working hours: as the company set them' }
      : { ru: 'Рабочие часы: не заданы, открыто всегда', en: 'Working hours: not set, always open' },
  };
}

function targetRules({ talkSeconds, firstOnly, hours: within }: TargetCall): RuleValue[] {
  return [
    seconds('targetTalkSeconds', talkSeconds, 'Целевой: разговор дольше', 'Target: talk longer than'),
    ...(firstOnly
      ? [
          {
            id: 'targetFirstOnly',
            value: true,
            said: { ru: 'Целевой: первый за период от номера', en: 'Target: the first of its number in the period' },
          },
        ]
      : []),
    ...(within !== null
      ? [
          {
            id: 'targetInWorkingHours',
            value: true,
            said: { ru: 'Целевой: только в рабочие часы', en: 'Target: within working hours only' },
          },
        ]
      : []),
  ];
}
