import { defineReport } from './define.ts';

/** How many lines the company needs: the most that were taken at once. */
export const concurrent = defineReport({
  id: 'concurrent',
  title: { ru: 'Занятые линии по часам', en: 'Lines taken by hour' },
  definition: {
    ru: 'Внешние звонки, которые шли одновременно, в самый занятый момент каждого часа, по времени компании. Начавшиеся раньше часа или периода тоже считаются, те, что ещё идут, – после своего конца.',
    en: "Calls with the outside that were going on at once in the busiest moment of each hour, company's time. Those that began before the hour or the period count too, those still in progress after their end.",
  },
  only: { direction: ['in', 'out'] },
  by: 'hour',
  measures: ['peakLines', 'peakAt'],
  mostDays: 31,
  chart: { kind: 'line', series: ['peakLines'] },
});

export const concurrentByDay = defineReport({
  ...concurrent,
  id: 'concurrent-by-day',
  title: { ru: 'Занятые линии по дням', en: 'Lines taken by day' },
  definition: {
    ru: 'Внешние звонки, которые шли одновременно, в самый занятый момент каждого дня, по времени компании. Начавшиеся раньше дня или периода тоже считаются, те, что ещё идут, – после своего конца.',
    en: "Calls with the outside that were going on at once in the busiest moment of each day, company's time. Those that began before the day or the period count too, those still in progress after their end.",
  },
  by: 'day',
  mostDays: 400,
});
