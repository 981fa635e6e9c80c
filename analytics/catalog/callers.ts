import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { MeasureOf } from './measure.ts';
import type { Words } from './words.ts';

/** Who calls in, by number. A hidden number is nobody's in particular: it is not counted among callers, and repeats nobody. */
export const CALLERS = {
  uniqueCallers: {
    ...{ kind: 'callers', unit: 'callers', format: 'count', better: 'more', mark: { symbol: 'circle', colour: 'answered' } },
    label: { ru: 'Уникальные звонившие', en: 'Unique callers' },
    short: { ru: 'Уникальные', en: 'Unique' },
    definition: {
      ru: 'С каких разных номеров позвонили; скрытые номера не считаются. Список открывает все звонки с этих номеров. Строки не складываются: один номер мог звонить в несколько мест.',
      en: 'Different numbers that called in; hidden numbers are not counted. The list opens all calls from these numbers. Rows do not add up: one number may have called several places.',
    },
    where: { direction: ['in'], hiddenNumber: false },
  },
  newCallers: {
    ...{ kind: 'count', unit: 'callers', format: 'count', better: 'more', mark: { symbol: 'square', colour: 'outgoing' } },
    label: { ru: 'Новые звонившие', en: 'New callers' },
    short: { ru: 'Новые', en: 'New' },
    definition: {
      ru: 'Номера, позвонившие впервые за всё время, что хранятся звонки. Каждый стоит один раз: там, куда пришёл первый звонок; список открывает эти первые звонки.',
      en: 'Numbers that called in for the first time since calls have been kept. Each stands once, where its first call came to; the list opens these first calls.',
    },
    where: { direction: ['in'], firstCall: true },
  },
  repeatCalls: {
    ...{ kind: 'count', unit: 'calls', format: 'count', better: 'less', mark: { symbol: 'hatched', colour: 'missed' } },
    label: { ru: 'Повторные звонки', en: 'Repeat calls' },
    short: { ru: 'Повторные', en: 'Repeat' },
    definition: {
      ru: 'Входящие с номера, который уже звонил незадолго до этого, куда бы ни звонил. Скрытые номера никого не повторяют.',
      en: 'Incoming calls from a number that had called in shortly before, wherever to. Hidden numbers repeat nobody.',
    },
    rule: repeatRule,
    where: { direction: ['in'], repeatCall: true },
  },
  hiddenCalls: {
    ...{ kind: 'count', unit: 'calls', format: 'count', better: null, mark: { symbol: 'circle', colour: 'muted' } },
    label: { ru: 'Со скрытого номера', en: 'From hidden numbers' },
    short: { ru: 'Скрытые', en: 'Hidden' },
    definition: {
      ru: 'Входящие, номер которых скрыт или не передан; часть входящих.',
      en: 'Incoming calls whose number is hidden or was not sent; a part of incoming.',
    },
    where: { direction: ['in'], hiddenNumber: true },
  },
} as const satisfies Record<string, MeasureOf<never>>;

function repeatRule({ repeatCallDays: days }: FigureRules): Words {
  const last = days % 100 >= 11 && days % 100 <= 14 ? 0 : days % 10;
  const unit = last === 1 ? 'дня' : 'дней';
  return {
    ru: `Повторный – в пределах ${days} ${unit} после прошлого.`,
    en: `A repeat call comes within ${days} ${days === 1 ? 'day' : 'days'} of the last one.`,
  };
}
