import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { Counted, MeasureOf } from './measure.ts';
import type { Words } from './words.ts';

/** Durations are whole milliseconds, and the threshold is whole seconds: what waited longer waited at least so much longer. */
const LONGER = 0.001;

/** The calls that the service level is about: abandoned ones stay among them. */
function offeredIn({ serviceWithoutShortAbandons, serviceWithoutOutOfHours }: FigureRules): Counted {
  return {
    direction: ['in'],
    ...(serviceWithoutShortAbandons ? { shortAbandons: 'exclude' as const } : {}),
    ...(serviceWithoutOutOfHours ? { outOfHours: 'exclude' as const } : {}),
  };
}

const calls = { unit: 'calls', format: 'count', kind: 'count' } as const;

/** Offered = answered in time + answered later + not answered. */
export const SERVICE = {
  offered: {
    ...calls,
    label: { ru: 'Поступившие входящие', en: 'Offered incoming' },
    short: { ru: 'Поступило', en: 'Offered' },
    definition: {
      ru: 'Входящие, по которым считается уровень сервиса; те, кто не дождался ответа, среди них.',
      en: 'Incoming calls that the service level is about; those who gave up are among them.',
    },
    rule: offeredRule,
    where: offeredIn,
    better: 'more',
    mark: { symbol: 'circle', colour: 'muted' },
  },
  answeredInTime: {
    ...calls,
    label: { ru: 'Принятые в срок', en: 'Answered in time' },
    short: { ru: 'В срок', en: 'In time' },
    definition: {
      ru: 'Поступившие входящие, на которые ответили не позже срока после первого гудка; принятые без гудка не ждали.',
      en: 'Offered incoming calls that were answered within the threshold after the first ringing; those answered without ringing did not wait.',
    },
    rule: thresholdRule,
    where: (rules) => ({ ...offeredIn(rules), answered: true, waitMax: rules.answerWithinSeconds }),
    better: 'more',
    mark: { symbol: 'circle', colour: 'answered' },
  },
  answeredLate: {
    ...calls,
    label: { ru: 'Принятые позже срока', en: 'Answered late' },
    short: { ru: 'Позже', en: 'Late' },
    definition: {
      ru: 'Поступившие входящие, на которые ответили, но позже срока.',
      en: 'Offered incoming calls that were answered, but after the threshold.',
    },
    rule: thresholdRule,
    where: (rules) => ({ ...offeredIn(rules), answered: true, waitMin: rules.answerWithinSeconds + LONGER }),
    better: 'less',
    mark: { symbol: 'hatched', colour: 'failed' },
  },
  notAnswered: {
    ...calls,
    label: { ru: 'Поступившие без ответа', en: 'Offered, not answered' },
    short: { ru: 'Без ответа', en: 'Not answered' },
    definition: {
      ru: 'Поступившие входящие, на которые никто не ответил; в знаменателе уровня сервиса они есть.',
      en: 'Offered incoming calls that nobody answered; the service level is divided by them too.',
    },
    rule: offeredRule,
    where: (rules) => ({ ...offeredIn(rules), answered: false }),
    better: 'less',
    mark: { symbol: 'triangle-down', colour: 'missed' },
  },
} as const satisfies Record<string, MeasureOf<never>>;

/** Threshold and goal, and which calls are divided by. */
export function levelRule(rules: FigureRules): Words {
  const [threshold, offered] = [thresholdRule(rules), offeredRule(rules)];
  const { serviceLevelPercent: goal } = rules;
  return {
    ru: `${threshold.ru} Цель ${goal} %. ${offered.ru}`,
    en: `${threshold.en} The goal is ${goal}%. ${offered.en}`,
  };
}

function thresholdRule({ answerWithinSeconds: seconds }: FigureRules): Words {
  return { ru: `Срок ${seconds} с.`, en: `The threshold is ${seconds} s.` };
}

function offeredRule({ serviceWithoutShortAbandons: short, serviceWithoutOutOfHours: closed }: FigureRules): Words {
  if (short && closed)
    return {
      ru: 'Короткие пропущенные и пропущенные вне часов не считаются.',
      en: 'Short abandons and calls missed out of hours are not counted.',
    };
  if (short)
    return {
      ru: 'Короткие пропущенные не считаются, пропущенные вне часов считаются.',
      en: 'Short abandons are not counted, calls missed out of hours are.',
    };
  if (closed)
    return {
      ru: 'Пропущенные вне часов не считаются, короткие пропущенные считаются.',
      en: 'Calls missed out of hours are not counted, short abandons are.',
    };
  return {
    ru: 'Короткие пропущенные и пропущенные вне часов считаются.',
    en: 'Short abandons and calls missed out of hours are counted.',
  };
}
