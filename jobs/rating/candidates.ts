import type { CallNews } from '@callscope/core/bus/calls.ts';
import { serviceOf } from '@callscope/modules/finance/rules-rating.ts';

/** Calls of a company that may cost otherwise than they were charged. */
export interface Asked {
  ids: Set<string>;
  /** µs: none of them begins earlier */
  since: number;
}

/**
 * What messages of CALLS ask for, by company: they only say which calls changed. A call that is new matters where it may cost something;
 * one that changed or went may have been charged before.
 * @param companies those whose calls are charged
 */
export function askedBy(news: readonly CallNews[], companies: ReadonlySet<string>): Map<string, Asked> {
  const byTenant = new Map<string, Asked>();
  for (const one of news) {
    const { row, what } = one;
    if (!companies.has(row.tenant)) continue;
    if (what === 'finished' && (row.answeredAt === 0 || serviceOf(row) === null)) continue;
    const before = what === 'revised' ? (one.before?.startedAt ?? row.startedAt) : row.startedAt;
    const asked = byTenant.get(row.tenant) ?? { ids: new Set(), since: Number.POSITIVE_INFINITY };
    asked.ids.add(row.id);
    asked.since = Math.min(asked.since, row.startedAt, before);
    byTenant.set(row.tenant, asked);
  }
  return byTenant;
}
