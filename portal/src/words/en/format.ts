import { plural } from '../plural.ts';
import type { format as source } from '../ru/format.ts';

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

export const format: typeof source = {
  // dates are written with three letters: 23 Nov 2026
  monthsOf: months.map((m) => m.slice(0, 3)),
  months,
  weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  weekdaysShort: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  today: 'today',
  yesterday: 'yesterday',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  days: (n) => plural('en', n, { one: 'day', other: 'days' }),
  ago: (age) => `${age} ago`,
  justNow: 'just now',
  points: 'pp',
  milliseconds: (n) => `${n}\u00a0ms`,
  noData: 'no data',
  cities: {},
};
