import type { Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { visibleTo } from './directory/visible.ts';
import type { CompanyNames } from './names.ts';

/** Names of a company's people, numbers and groups as they are now: one question. Whoever sees some employees' calls gets their names. */
export async function loadNames(scope: TenantScope, company: Tenant): Promise<CompanyNames> {
  const { db, clock } = deps();
  const directory = await getDirectory(db, scope, new Date(clock.now()));
  const { employees, numbers, groups } = visibleTo(directory?.body ?? EMPTY, scope, company);
  return {
    employees: employees.map(({ id, name, group }) => ({ id, name, group: group ?? '' })),
    numbers: numbers.map(({ number, label, channel }) => ({
      number: normalizePhone(number, company.country),
      name: label || channel || '',
    })),
    groups: groups.map(({ id, name }) => ({ id, name })),
  };
}
