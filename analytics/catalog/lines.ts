import type { MeasureOf } from './measure.ts';

/** A call with the outside takes a line of the company, whichever way it goes. */
const OUTSIDE = { direction: ['in', 'out'] } as const;

/** How many lines were taken at once. */
export const LINES = {
  peakLines: {
    ...{ kind: 'peak', unit: 'lines', format: 'count', better: null, mark: { symbol: 'circle', colour: 'outgoing' } },
    label: { ru: 'Занято линий, пик', en: 'Lines taken, peak' },
    short: { ru: 'Пик линий', en: 'Peak' },
    definition: {
      ru: 'Сколько внешних звонков, входящих и исходящих, шло одновременно в самый занятый момент промежутка. Звонок занимает линию от первого сигнала вызова до конца, с точностью до миллисекунды; начавшиеся раньше промежутка тоже считаются. Пики не складываются: пик периода – наибольший из них. Список открывает звонки, которые шли в этот момент.',
      en: 'How many calls with the outside, incoming and outgoing, were going on at once in the busiest moment of the interval. A call takes a line from the first signalling to its end, to the millisecond; those that began before the interval count too. Peaks do not add up: that of the period is the highest. The list opens the calls that were going on at that moment.',
    },
    where: OUTSIDE,
  },
  peakAt: {
    ...{ kind: 'peakAt', unit: 'moment', format: 'moment', better: null, mark: { symbol: 'circle', colour: 'muted' } },
    label: { ru: 'Когда был пик', en: 'Time of the peak' },
    short: { ru: 'Когда', en: 'When' },
    definition: {
      ru: 'Первый момент промежутка, в который шло больше всего внешних звонков. Без звонков – нет данных.',
      en: 'The first moment of the interval at which most calls with the outside were going on. Without calls: no data.',
    },
    where: OUTSIDE,
  },
} as const satisfies Record<string, MeasureOf<never>>;
