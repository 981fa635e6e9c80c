import type { Offers } from '../catalog/measure.ts';
import type { CallFilter } from './filter.ts';
import type { Company } from './plan.ts';
import { withinSql } from './within.ts';

/**
 * Legs that a call offered to employees, as SQL over `calls`. Under a filter by employees, and for a person who sees only
 * their own calls, only offers to these count.
 * @param make how many there are, or whether there is one
 * @param row only those to the employee in this column
 */
export function offersSql(
  make: 'arrayCount' | 'arrayExists',
  which: Offers,
  filter: CallFilter,
  company: Company,
  row: string | null = null,
): string {
  const conditions = [
    ...asked(filter, company),
    ...(row === null ? [] : [`e = ${row}`]),
    ...(which === 'untaken'
      ? [
          "r != 'answered'",
          "NOT (direction = 'in' AND e = employee)",
          "NOT arrayExists((e2, r2) -> e2 = e AND r2 = 'answered', leg_employee, leg_result)",
        ]
      : []),
  ];
  return `${make}((e, r) -> ${conditions.join(' AND ')}, leg_employee, leg_result)`;
}

/** The employees that a call was offered to, a row each. */
export function offeredToSql(filter: CallFilter, company: Company): string {
  return `arrayJoin(arrayDistinct(arrayFilter(e -> ${asked(filter, company).join(' AND ')}, leg_employee)))`;
}

function asked(filter: CallFilter, company: Company): string[] {
  const isOf = (list: string) => `has(${list}, e)`;
  return [
    "e != ''",
    ...(filter.employee === undefined ? [] : [isOf('{employee: Array(String)}')]),
    ...(company.within === undefined ? [] : [withinSql(company.within, isOf)]),
  ];
}
