import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Incident } from '@callscope/modules/incidents/kinds.ts';
import { incidentsOf } from '@callscope/modules/incidents/store.ts';
import { deps } from '@callscope/portal/deps.ts';

/** Those that reach into a period, the newest first. A page does not wait for its figures because of them: without an answer there are none. */
export async function loadIncidents(scope: TenantScope, { from, to }: { from: number; to: number }): Promise<Incident[]> {
  const { db, clock } = deps();
  return incidentsOf(db, scope, { from, to }, clock.now()).catch(() => []);
}
