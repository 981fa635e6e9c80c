import { defineReport } from './define.ts';

const ONLY = { direction: ['in'] } as const;

/** How many people called in, as far as numbers tell. */
export const callers = defineReport({
  id: 'callers',
  title: { ru: 'Звонившие', en: 'Callers' },
  definition: {
    ru: 'Кто звонил в выбранный период, по номерам. Новые – те из уникальных, кто позвонил впервые; повторные звонки считаются звонками, а не номерами.',
    en: 'Who called in the period, by number. New callers are those of the unique ones who called for the first time; repeat calls are calls, not numbers.',
  },
  only: ONLY,
  by: null,
  measures: ['in', 'uniqueCallers', 'newCallers', 'repeatCalls', 'hiddenCalls'],
  mostDays: null,
  chart: null,
});

/** The same by the company's number that was called: what an advertisement brought. */
export const callersByNumber = defineReport({
  ...callers,
  id: 'callers-by-number',
  title: { ru: 'Звонившие по номерам', en: 'Callers by number' },
  definition: {
    ru: 'Звонившие по номеру компании. Новый стоит у номера, на который позвонил впервые; уникальный – у каждого, на который звонил, поэтому строки не складываются.',
    en: "Callers by the company's number. A new caller stands at the number that they called first; a unique one at each number that they called, so rows do not add up.",
  },
  by: 'number',
  measures: ['in', 'uniqueCallers', 'newCallers', 'repeatCalls'],
  chart: { kind: 'bar', series: ['newCallers'] },
});
