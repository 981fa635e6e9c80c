import type { ChartFormat, ChartWords } from '#ui/chart/model.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import { countDifference } from './dashboard/figures.ts';

/** What charts and tables by hour write, in the language and zone of the page. */
export function chartWordsOf({ words, format }: I18n): { format: ChartFormat; words: ChartWords } {
  return {
    format: {
      number: (value) => format.number(value),
      time: (at) => format.hourMinute(format.timeShort(at)),
      difference: (value, base) => countDifference(value, base, format),
    },
    words: { ...words.statistics.chart, noData: words.format.noData },
  };
}
