import { plural } from '../plural.ts';
import type { forecast as source } from '../ru/forecast.ts';

const calls = (n: number) => plural('en', n, { one: 'call', other: 'calls' });
const people = (n: number) => plural('en', n, { one: 'person', other: 'people' });
const days = (n: number) => `${n} ${plural('en', n, { one: 'day', other: 'days' })}`;

export const forecast: typeof source = {
  title: 'Forecast of incoming calls',
  titleOfDay: (day: string) => `Forecast of incoming calls: ${day}`,
  lead: 'How many will call in each hour, and how many people it takes to answer in time.',
  days: 'Day of the forecast',
  week: 'Week',
  today: 'Today',
  figures: 'The forecast in brief',
  expected: 'Expected calls',
  expectedShort: 'Calls',
  cameOf: (came: string) => `${came} came today`,
  peak: 'People in the busiest hour',
  peakShort: 'People',
  peakUp: (people: string) => `if more call: ${people}`,
  talk: 'Average talk',
  talkShort: 'Talk',
  talkOf: (n: number) => `answered incoming of ${days(n)}`,
  error: 'Error over two weeks',
  errorShort: 'Error',
  errorNaive: (share: string) => `“as a week before”: ${share}`,
  noBacktest: 'nothing to test it on yet',
  chart: 'Calls and people by hour',
  hint: 'point at an hour or use the arrows',
  read: {
    expected: 'Expected',
    band: 'Likely (80%)',
    actual: 'Came',
    people: 'People needed',
    peopleHigh: 'if more call',
    keys: 'Arrows lead along the hours, Page Up and Page Down along the days.',
  },
  point: (when: string, expected: string, low: string, high: string, count: number) =>
    `${when}: ${expected} expected (likely ${low}–${high} ${calls(count)})`,
  pointPeople: (people_: string, high: string, n: number) =>
    people_ === high ? `${people_} ${people(n)} needed` : `${people_}–${high} ${people(n)} needed`,
  pointActual: (came: string) => `${came} came`,
  pointClosed: 'out of hours',
  table: 'Table by hour',
  tableOfWeek: 'Table by day',
  columns: {
    hour: 'Hour',
    day: 'Day',
    expected: 'Expected',
    band: 'Likely',
    actual: 'Came',
    people: 'People',
    mostPeople: 'People at peak',
    peopleHigh: 'If more call',
    personHours: 'Person-hours',
  },
  closed: 'closed by the calendar',
  open: 'hours of its own',
  target: {
    title: 'Service level',
    percent: 'Answer in time',
    percentUnit: '% of callers',
    seconds: 'In time is within',
    secondsUnit: 's',
    shrinkage: 'Away from the phone',
    shrinkageUnit: '% of time',
    shrinkageHint: 'breaks, training, illness',
    apply: 'Work out',
    reset: 'As usual',
  },
  how: {
    title: 'How it is worked out',
    history: (n: number) =>
      `History: ${days(n)} before today, at most 26 weeks. Today's calls are no part of the forecast, so it stays the same all day and they can be compared with it.`,
    model:
      "Expected: the mean of the same weekday and hour over past weeks, recent ones weigh more, at the level of the last days. Holidays and days with hours of their own in the company's working hours are worked out apart; days that stand out (an outage, a holiday that was not entered) teach nothing.",
    band: "The likely band should hold about 80% of hours. Its width was chosen on the company's own past weeks.",
    people: (percent: string, seconds: string, shrinkage: string) =>
      `People: Erlang C, so that ${percent} of callers wait at most ${seconds} s${shrinkage === '' ? '' : `; ${shrinkage} of the time people are away from the phone`}. It knows neither callers who give up nor work after the talk: leave time for that in “away from the phone”. Out of hours nobody is needed.`,
    backtest: (from: string, to: string) => `Tested on two weeks held back, ${from} – ${to}: each foretold from what was before it.`,
    none: (weeks: number) => `A test appears when there are ${weeks} weeks of history.`,
    result: 'How it did',
    error: 'Error of the forecast',
    naive: 'Error of “as in the same hour a week before”',
    coverage: 'Hours within the band',
    coverageHours: (hours: string) => `of ${hours} with at least one call expected`,
    coverageOfAll: 'Of all hours, also at night',
    calls: 'Calls that came',
    better: 'The forecast is nearer than “as a week before”.',
    worse: 'The forecast is no nearer than “as a week before”: calls are few, or do not repeat from week to week.',
    errorIs: 'The error is the sum of misses over hours, up or down, against the calls that came.',
  },
  short: {
    title: 'Not enough history yet',
    text: (n: number, from: string) =>
      `A forecast needs three whole weeks of calls. There ${plural('en', n, { one: 'is', other: 'are' })} ${n} whole ${plural('en', n, { one: 'day', other: 'days' })} now; it will appear on ${from}.`,
    none: 'A forecast needs three whole weeks of incoming calls, and there were none yet.',
    statistics: 'Calls by hour',
  },
  failed: 'The forecast was not made',
  failedStore: 'The store of calls did not answer. Calls are still collected; the rest of the page works.',
};
