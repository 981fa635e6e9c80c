import { defineReport } from './define.ts';

/** A trend of days, where hours would be too many. */
export const daily = defineReport({
  id: 'daily',
  title: { ru: 'Звонки по дням', en: 'Calls by day' },
  definition: {
    ru: 'Звонок относится ко дню, в который он начался, по времени компании. Исходящие и входящие – итоги, неуспешные и неотвеченные – их части.',
    en: "A call counts on the day it started, company's time. Outgoing and incoming are totals; failed and missed are their parts.",
  },
  by: 'day',
  measures: ['out', 'outFailed', 'in', 'inMissed'],
  mostDays: 400,
  chart: { kind: 'line', series: ['out', 'outFailed', 'in', 'inMissed'] },
});

/** The trend of a long period. */
export const weekly = defineReport({
  ...daily,
  id: 'weekly',
  title: { ru: 'Звонки по неделям', en: 'Calls by week' },
  definition: {
    ru: 'Звонок относится к неделе, в которую он начался; неделя начинается в понедельник, по времени компании. Первая и последняя неделя считаются в пределах периода. Исходящие и входящие – итоги, неуспешные и неотвеченные – их части.',
    en: "A call counts in the week it started; weeks begin on Monday, company's time. The first and the last week count as far as the period reaches. Outgoing and incoming are totals; failed and missed are their parts.",
  },
  by: 'week',
  mostDays: 1_830,
});

export const monthly = defineReport({
  ...daily,
  id: 'monthly',
  title: { ru: 'Звонки по месяцам', en: 'Calls by month' },
  definition: {
    ru: 'Звонок относится к месяцу, в который он начался, по времени компании. Первый и последний месяц считаются в пределах периода. Исходящие и входящие – итоги, неуспешные и неотвеченные – их части.',
    en: "A call counts in the month it started, company's time. The first and the last month count as far as the period reaches. Outgoing and incoming are totals; failed and missed are their parts.",
  },
  by: 'month',
  mostDays: 3_660,
});

/** When people call and when they are lost: a heat map. */
export const weekHours = defineReport({
  id: 'week-hours',
  title: { ru: 'По дням недели и часам', en: 'By weekday and hour' },
  definition: {
    ru: 'Звонки по дню недели и часу, в который они начались, по времени компании. Строки без звонков не показаны.',
    en: "Calls by the weekday and hour in which they started, company's time. Rows without calls are left out.",
  },
  by: 'weekHour',
  measures: ['calls', 'in', 'inMissed', 'out'],
  as: { inMissed: 'missed' },
  mostDays: null,
  chart: null,
});
