import { addDays, dayParts } from '#format/moment.ts';

export const QUICK_PERIODS = ['today', 'yesterday', 'thisWeek', 'lastWeek', 'thisMonth', 'lastMonth'] as const;
export type QuickPeriod = (typeof QUICK_PERIODS)[number];

export interface Days {
  /** 2026-11-23, both included */
  from: string;
  to: string;
}

/** Weeks begin on Monday; "this" ends today, "last" is the whole unit. @param today the company's day */
export function quickPeriod(which: QuickPeriod, today: string): Days {
  const { weekday, date } = dayParts(today);
  const monday = addDays(today, -((weekday + 6) % 7));
  const first = addDays(today, 1 - date);
  switch (which) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'thisWeek':
      return { from: monday, to: today };
    case 'lastWeek':
      return { from: addDays(monday, -7), to: addDays(monday, -1) };
    case 'thisMonth':
      return { from: first, to: today };
    case 'lastMonth': {
      const last = addDays(first, -1);
      return { from: addDays(last, 1 - dayParts(last).date), to: last };
    }
  }
}
