import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { moveDue } from '@callscope/modules/cases/terms.ts';
import type { Deps } from '../deps.ts';

/** Open cases follow settings that were just stored, and pages that show them read them again. */
export async function followTerms({ db, bus, clock }: Deps, scope: TenantScope): Promise<void> {
  if ((await moveDue(db, scope, clock.now())) > 0) bus.nc.publish(subjects.cases(scope.tenant));
}
