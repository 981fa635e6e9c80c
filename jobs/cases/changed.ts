import type { CallNews } from '@callscope/core/bus/calls.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import { isHidden } from '@callscope/core/domain/hidden.ts';
import { partyOf } from '@callscope/modules/cases/rules.ts';
import type { Changed } from '@callscope/modules/cases/work-out.ts';

/** What messages of CALLS mean for cases, by company. */
export function changedBy(news: readonly CallNews[]): Map<string, Changed> {
  const byTenant = new Map<string, Changed>();
  for (const one of news) {
    const { row } = one;
    if (row.tenant === UNASSIGNED) continue;
    const changed = byTenant.get(row.tenant) ?? { numbers: new Map(), hidden: new Map() };
    byTenant.set(row.tenant, changed);
    const isMissed = one.what !== 'removed' && row.direction === 'in' && row.answeredAt === 0;
    note(changed, partyOf(row), row.id, row.startedAt, isMissed);
    // where it was found before it is to be found no more
    if (one.what === 'revised' && one.before)
      note(changed, partyOf(one.before), row.id, Math.min(row.startedAt, one.before.startedAt), false);
  }
  return byTenant;
}

export function note(changed: Changed, party: string | null, id: string, startedAt: number, missed: boolean): void {
  if (party === null) return;
  if (isHidden(party)) {
    changed.hidden.set(id, Math.min(startedAt, changed.hidden.get(id) ?? startedAt));
    return;
  }
  const known = changed.numbers.get(party);
  changed.numbers.set(party, { since: Math.min(startedAt, known?.since ?? startedAt), missed: missed || known?.missed === true });
}
