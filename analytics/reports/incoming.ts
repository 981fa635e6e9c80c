import { defineReport } from './define.ts';

const ONLY = { direction: ['in'] } as const;

/** T-57. */
export const incomingTotals = defineReport({
  id: 'incoming-totals',
  title: { ru: 'Входящие: общее количество', en: 'Incoming: totals' },
  definition: {
    ru: 'Все входящие, начавшиеся в выбранный период. Пропущенные и попавшие в занятость – их части, которые не пересекаются.',
    en: 'All incoming calls that started in the period. Missed and hit busy are parts of them that do not overlap.',
  },
  only: ONLY,
  by: null,
  measures: ['in', 'missedButBusy', 'busyHit'],
  as: { missedButBusy: 'missed' },
  mostDays: null,
  chart: null,
});

/** T-60. */
export const incomingByNumber = defineReport({
  id: 'incoming-by-number',
  title: { ru: 'Входящие по номерам', en: 'Incoming by number' },
  definition: {
    ru: 'Входящие по номеру компании, на который звонили. Строка без номера – звонки, номера которых АТС не назвала.',
    en: "Incoming calls by the company's number that was called. The row without a number: calls whose number the exchange did not say.",
  },
  only: ONLY,
  by: 'number',
  measures: ['in', 'inAnswered', 'inMissed', 'talkSeconds'],
  as: { inAnswered: 'answered', inMissed: 'missed' },
  mostDays: null,
  chart: { kind: 'bar', series: ['inAnswered', 'inMissed'] },
});

/** T-61. */
export const incomingByEmployee = defineReport({
  id: 'incoming-by-employee',
  title: { ru: 'Входящие по сотрудникам', en: 'Incoming by employee' },
  definition: {
    ru: 'Входящие по сотруднику, который ответил последним. Строка без сотрудника – звонки, на которые никто из них не ответил.',
    en: 'Incoming calls by the employee who answered last. The row without one: calls that none of them answered.',
  },
  only: ONLY,
  by: 'employee',
  measures: ['calls', 'talkSeconds'],
  mostDays: null,
  chart: { kind: 'bar', series: ['calls'] },
});
