import { defineReport } from './define.ts';

/** The strip of figures above the dashboard and the journal. */
export const summary = defineReport({
  id: 'summary',
  title: { ru: 'Сводка', en: 'Dashboard' },
  definition: {
    ru: 'Звонки, начавшиеся в выбранный период; средние – по звонкам с ответом.',
    en: 'Calls that started in the period; averages are over answered calls.',
  },
  by: null,
  measures: ['in', 'inAnswered', 'inMissed', 'busyHit', 'answeredRate', 'averageWait', 'averageTalk', 'out', 'outFailed'],
  mostDays: null,
  chart: null,
});
