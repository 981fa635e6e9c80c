import { defineReport } from './define.ts';

/** How soon callers reach somebody. */
export const serviceLevel = defineReport({
  id: 'service-level',
  title: { ru: 'Обслуживание', en: 'Service' },
  definition: {
    ru: 'Уровень сервиса – принятые в срок из поступивших входящих; не дождавшиеся ответа остаются среди поступивших. Без поступивших – нет данных.',
    en: 'The service level is the share of offered incoming calls that were answered in time; those who gave up stay among the offered. Without any offered: no data.',
  },
  only: { direction: ['in'] },
  by: null,
  measures: ['serviceLevel', 'offered', 'answeredInTime', 'answeredLate', 'notAnswered', 'averageWait', 'handleTime'],
  mostDays: null,
  chart: null,
});

const BROKEN_DOWN = {
  ...serviceLevel,
  measures: ['offered', 'answeredInTime', 'answeredLate', 'notAnswered', 'serviceLevel', 'averageWait', 'handleTime'],
  chart: { kind: 'bar', series: ['answeredInTime', 'answeredLate', 'notAnswered'] },
} as const;

export const serviceByHour = defineReport({
  ...BROKEN_DOWN,
  id: 'service-by-hour',
  title: { ru: 'Обслуживание по часам', en: 'Service by hour' },
  by: 'hour',
  mostDays: 31,
});

export const serviceByDay = defineReport({
  ...BROKEN_DOWN,
  id: 'service-by-day',
  title: { ru: 'Обслуживание по дням', en: 'Service by day' },
  by: 'day',
  mostDays: 400,
});

/** A missed call belongs to the group that it came to. */
export const serviceByGroup = defineReport({
  ...BROKEN_DOWN,
  id: 'service-by-group',
  title: { ru: 'Обслуживание по группам', en: 'Service by group' },
  by: 'group',
});
