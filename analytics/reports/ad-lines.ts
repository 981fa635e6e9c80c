import { defineReport } from './define.ts';

/** What lines bring that advertising is paid for; what they cost stands beside it in portal/ads. */
export const adLines = defineReport({
  id: 'ad-lines',
  title: { ru: 'Рекламные линии', en: 'Ad lines' },
  definition: {
    ru: 'Входящие по номеру компании, на который звонили: сколько их, от скольких людей, сколько из тех новые, сколько целевых по правилу компании, сколько пропущено, как долго говорили.',
    en: "Incoming calls by the company's number that was called: how many, of how many callers, how many of those are new, how many are target calls by the company's rule, missed, how long people talked.",
  },
  only: { direction: ['in'] },
  by: 'number',
  measures: ['in', 'uniqueCallers', 'newCallers', 'inAnswered', 'inMissed', 'target', 'targetShare', 'missedShare', 'averageTalk'],
  as: { in: 'calls', uniqueCallers: 'unique', newCallers: 'new', inAnswered: 'answered', inMissed: 'missed' },
  mostDays: null,
  chart: { kind: 'bar', series: ['target', 'inMissed'] },
});
