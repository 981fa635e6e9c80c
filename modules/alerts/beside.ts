import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Kysely } from 'kysely';
import { OVERDUE_DAYS } from '../cases/rules-lost.ts';
import { countCases } from '../cases/store.ts';
import type { IncidentKind } from '../incidents/kinds.ts';
import { countSilent } from '../recordings/silent.ts';
import type { PostgresSchema } from '../schema.ts';
import type { BesideId } from './rules-beside.ts';

const DAY = 86_400_000;

interface Counted {
  /** which incident leaves something out of it */
  gap: IncidentKind;
  /** @param from of the window, `to` is now; ms since the epoch */
  count(db: Kysely<PostgresSchema>, scope: TenantScope, from: number, to: number): Promise<number>;
}

export const COUNTED: Record<BesideId, Counted> = {
  silentRecordings: { gap: 'recorder_stopped', count: countSilent },
  lostCases: {
    gap: 'data_gap',
    count: async (db, scope, from, to) => (await countCases(db, scope, { from, to }, new Date(to))).remaining,
  },
  overdueCases: {
    gap: 'data_gap',
    count: async (db, scope, _, to) => (await countCases(db, scope, { from: to - OVERDUE_DAYS * DAY, to }, new Date(to))).overdue,
  },
};
