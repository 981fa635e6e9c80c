import type { Offers } from '../catalog/measure.ts';
import type { Company } from './company.ts';
import type { CallFilter } from './filter.ts';
import { withinSql } from './within.ts';

/** Employees that a call was offered to, one an offer, and those of them whose offers were not taken: the store makes both of the legs. */
const COLUMN: Record<Offers, string> = { all: 'offered_to', untaken: 'untaken_by' };

/**
 * Offers of a call to employees, as SQL over `calls`. Under a filter by employees, and for a person who sees only their own calls,
 * only offers to these count.
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
  const conditions = [...asked(filter, company), ...(row === null ? [] : [`e = ${row}`])];
  if (conditions.length > 0) return `${make}(e -> ${conditions.join(' AND ')}, ${COLUMN[which]})`;
  return make === 'arrayCount' ? `length(${COLUMN[which]})` : `notEmpty(${COLUMN[which]})`;
}

/** Offers by employee as the projection by_day_offers keeps them: a tuple of employees and how many each. */
export function keptOffersSql(which: Offers): string {
  return `sumMap(${COLUMN[which]}, arrayWithConstant(length(${COLUMN[which]}), toUInt64(1)))`;
}

/** The employees that a call was offered to, a row each. */
export function offeredToSql(filter: CallFilter, company: Company): string {
  const conditions = asked(filter, company);
  return `arrayJoin(arrayDistinct(${conditions.length > 0 ? `arrayFilter(e -> ${conditions.join(' AND ')}, offered_to)` : 'offered_to'}))`;
}

function asked(filter: CallFilter, company: Company): string[] {
  const isOf = (list: string) => `has(${list}, e)`;
  return [
    ...(filter.employee === undefined ? [] : [isOf('{employee: Array(String)}')]),
    ...(company.within === undefined ? [] : [withinSql(company.within, isOf)]),
  ];
}
