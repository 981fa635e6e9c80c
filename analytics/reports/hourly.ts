import { defineReport } from './define.ts';

/** Contract, Reports; T-47 … T-54. */
export const hourly = defineReport({
  id: 'hourly',
  title: { ru: 'Звонки по часам', en: 'Calls by hour' },
  definition: {
    ru: 'Звонок относится к часу, в который он начался, по времени компании. Исходящие и входящие – итоги, неуспешные и неотвеченные – их части.',
    en: "A call counts in the hour it started, company's time. Outgoing and incoming are totals; failed and missed are their parts.",
  },
  by: 'hour',
  measures: ['out', 'outFailed', 'in', 'inMissed'],
  mostDays: 31,
  chart: { kind: 'line', series: ['out', 'outFailed', 'in', 'inMissed'] },
});
