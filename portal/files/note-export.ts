import { type CallFilter, filterToQuery } from '@callscope/analytics/query/filter.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Actor } from '@callscope/modules/audit/acts.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import type { Deps } from '../deps.ts';

/** Writes down that calls leave as a file, before any byte of it goes out. @param rows null: not counted before they are read */
export async function noteExport(
  db: Deps['db'],
  scope: TenantScope,
  actor: Actor,
  { format, filter, rows }: { format: string; filter: CallFilter; rows: number | null },
): Promise<void> {
  const after = { filter: filterToQuery(filter), ...(rows === null ? {} : { calls: rows }) };
  await asTenant(db, scope.tenant, (trx) => noteAct(trx, scope.tenant, { actor, act: 'calls.export', subject: format, after }));
}
