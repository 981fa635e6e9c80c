import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { applyPolicyNow, directoriesBegun } from '@callscope/modules/recordings/policy-store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Kysely } from 'kysely';

const JOBS = ownService('jobs');
const LOOK_MS = 5_000;
/** What began while nobody looked is made up for. */
const MADE_UP_MS = 7 * 24 * 3_600_000;

/** A directory may be dated ahead: when its time comes, whom the edge records is worked out anew. */
export function followDirectories(service: Service, db: Kysely<PostgresSchema>): void {
  const { log, stopping } = service;
  const following = (async () => {
    let done = new Date(Date.now() - MADE_UP_MS);
    while (!stopping.aborted) {
      try {
        const now = new Date();
        for (const tenant of await directoriesBegun(db, operatorScope(JOBS, 'companies:read') as OperatorScope, done, now))
          await applyPolicyNow(db, tenantScope(JOBS, tenant, 'calls:read') as TenantScope);
        done = now;
      } catch (error) {
        if (!stopping.aborted) log.warn('recording policies could not be worked out, trying again', { error });
      }
      await pause(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('policies', () => following);
}
