import type { TenantScope } from '@callscope/core/domain/tenant.ts';

/** Which part of a company somebody sees: their own calls, or those of their groups and projects. */
export type Part = 'own' | 'part';

/** @returns null: all of it */
export function partOf({ within }: TenantScope): Part | null {
  if (within === undefined) return null;
  return within.groups.length + within.numbers.length === 0 && within.employees.length < 2 ? 'own' : 'part';
}
