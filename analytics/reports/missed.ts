import { MISSED } from '../query/filter.ts';
import { defineReport } from './define.ts';

const COUNTED = {
  only: MISSED,
  measures: ['inMissed', 'busyHit', 'outOfHours', 'shortAbandon', 'notTaken'],
  as: { inMissed: 'missed' },
  mostDays: null,
  chart: { kind: 'bar', series: ['inMissed'] },
} as const;

/** Which lines lose callers, and how (S-12, S-19). */
export const missedByNumber = defineReport({
  id: 'missed-by-number',
  title: { ru: 'Пропущенные по номерам', en: 'Missed by number' },
  definition: {
    ru: 'Входящие, на которые никто не ответил, по номеру компании, на который звонили; у каждого одна причина.',
    en: "Incoming calls that nobody answered by the company's number that was called; each has one reason.",
  },
  by: 'number',
  ...COUNTED,
});

export const missedByGroup = defineReport({
  id: 'missed-by-group',
  title: { ru: 'Пропущенные по группам', en: 'Missed by group' },
  definition: {
    ru: 'Входящие, на которые никто не ответил, по группе, куда звонили; строка без группы – остальные.',
    en: 'Incoming calls that nobody answered by the group they came to; the row without a group: the others.',
  },
  by: 'group',
  ...COUNTED,
});
