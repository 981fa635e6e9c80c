import { defineReport } from './define.ts';

const ONLY = { direction: ['out'] } as const;

/** T-64, T-65. */
export const outgoingShares = defineReport({
  id: 'outgoing-shares',
  title: { ru: 'Исходящие по длительности', en: 'Outgoing by duration' },
  definition: {
    ru: 'Исходящие по длительности разговора; без ответа – отдельно. Отрезки начинаются с самого короткого разговора, о котором спросили.',
    en: 'Outgoing calls by how long the talk was; those without an answer apart. Bands begin with the shortest talk that is asked for.',
  },
  only: ONLY,
  by: 'talk',
  measures: ['calls'],
  mostDays: null,
  chart: { kind: 'bar', series: ['calls'] },
});

/** T-66. */
export const outgoingByNumber = defineReport({
  id: 'outgoing-by-number',
  title: { ru: 'Исходящие по номерам', en: 'Outgoing by number' },
  definition: {
    ru: 'Исходящие по номеру компании, с которого звонили. Строка без номера – звонки, номера которых АТС не назвала.',
    en: "Outgoing calls by the company's number that they were made from. The row without a number: calls whose number the exchange did not say.",
  },
  only: ONLY,
  by: 'number',
  measures: ['out', 'outAnswered', 'talkSeconds'],
  as: { outAnswered: 'answered' },
  mostDays: null,
  chart: { kind: 'bar', series: ['outAnswered'] },
});

/** T-67. */
export const outgoingByEmployee = defineReport({
  id: 'outgoing-by-employee',
  title: { ru: 'Исходящие по сотрудникам', en: 'Outgoing by employee' },
  definition: {
    ru: 'Исходящие по сотруднику, который звонил. Строка без сотрудника – звонки с аппаратов, которых нет в справочнике.',
    en: 'Outgoing calls by the employee who called. The row without one: calls from phones that are not in the directory.',
  },
  only: ONLY,
  by: 'employee',
  measures: ['calls', 'talkSeconds'],
  mostDays: null,
  chart: { kind: 'bar', series: ['calls'] },
});

/** S-43: the account is what the exchange knows a phone by, whoever sits at it. */
export const outgoingByAccount = defineReport({
  id: 'outgoing-by-account',
  title: { ru: 'Исходящие по учёткам', en: 'Outgoing by account' },
  definition: {
    ru: 'Исходящие по учётке или внутреннему номеру, с которых звонили.',
    en: 'Outgoing calls by the account or extension that they were made from.',
  },
  only: ONLY,
  by: 'account',
  measures: ['out', 'outAnswered', 'talkSeconds'],
  as: { outAnswered: 'answered' },
  mostDays: null,
  chart: { kind: 'bar', series: ['out'] },
});
