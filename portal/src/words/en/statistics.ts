import { plural } from '../plural.ts';
import type { statistics as source } from '../ru/statistics.ts';

export const statistics: typeof source = {
  title: (period, hours, conditions) =>
    [`Report for ${period}`, ...(hours === '' ? [] : [`hours ${hours}`]), ...(conditions === '' ? [] : [conditions])].join(', '),
  comparison: (day, until) => `Compared with ${day}${until === '' ? '' : ` until ${until}`}`,
  interval: '13:00 in the table means 12:00–13:00',
  most: (days) => `at most ${days} ${plural('en', days, { one: 'day', other: 'days' })}`,
  tooLong: 'The period is too long',
  tooLongText: (days) => `The chart by hour shows at most ${days} days. Choose a shorter period.`,
  quick: 'Quick periods',
  calls: 'Calls by hour',
  hint: { lines: 'a click on a point opens its calls', bars: 'a click on a bar opens its calls' },
  shorts: { out: 'Outgoing', outFailed: 'Failed', in: 'Incoming', inMissed: 'Missed' },
  table: 'Table by hour',
  hour: 'Hour',
  compareWeekBefore: 'Compare with the week before',
  withoutComparison: 'No comparison',
  definitions: 'How it is counted',
  explain: {
    counted: 'Counted',
    leftOut: 'Left out',
    none: 'no such calls',
    failed: 'The calls were not counted: the store did not answer.',
  },
  print: 'Print',
  failed: 'The report was not built',
  failedLarge: 'The question is too large for the store: choose a shorter period or remove filters. The rest of the page works.',
  failedStore: 'The store of calls did not answer. Calls are still collected; the rest of the page works.',
  chart: {
    kind: 'Kind of chart',
    lines: 'Lines',
    bars: 'Bars',
    barsTooLong: 'Bars show up to two days',
    series: 'What to show',
    lastSeries: 'At least one figure stays in the chart',
    allCalls: 'All calls of the hour',
    keys: 'Arrows left and right walk the hours, up and down the figures, Enter opens the calls.',
    interval: (start, end) => `${start}–${end}`,
    until: (time) => `until ${time}`,
  },
};
