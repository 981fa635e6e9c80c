import type { Report } from './define.ts';
import { hourly } from './hourly.ts';
import { offers, offersByEmployee } from './offers.ts';
import { summary } from './summary.ts';

/** Every report: a new one is a file and a line here. */
export const REPORTS: readonly Report[] = [hourly, summary, offers, offersByEmployee];

export function reportOf(id: string): Report | undefined {
  return REPORTS.find((report) => report.id === id);
}
