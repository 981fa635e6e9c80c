import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { reaches } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';

/**
 * The part of a directory that a right reaches: people within, their accounts and groups, and the own numbers of projects. Whoever
 * was given no numbers, as an employee, has calls on any of them, and reads what they are called.
 */
export function visibleTo(body: DirectoryBody, { within }: TenantScope, { country }: Pick<Tenant, 'country'>): DirectoryBody {
  if (within === undefined) return body;
  const employees = body.employees.filter((e) => reaches(within, 'employees', e.id));
  const own = new Set(employees.flatMap((e) => e.extensions));
  const groups = new Set(employees.map((e) => e.group));
  const isTheirs = (number: string) => within.numbers.length === 0 || reaches(within, 'numbers', normalizePhone(number, country));
  return {
    numbers: body.numbers.filter((n) => isTheirs(n.number)),
    employees,
    groups: body.groups.filter((g) => groups.has(g.id) || reaches(within, 'groups', g.id)),
    accounts: body.accounts.filter((a) => a.extensions.some((x) => own.has(x))),
  };
}
