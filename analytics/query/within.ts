import type { Within } from '@callscope/core/domain/reach.ts';

const LISTS = [
  ['employees', 'Employees'],
  ['groups', 'Groups'],
  ['numbers', 'Numbers'],
] as const;

/**
 * What a right that does not reach the whole company reaches, as SQL over `calls`: reachesCall of core/domain/reach.ts.
 * @param ofEmployees what makes a row one of the employees in this list. @param as begins the names of parameters
 */
export function withinSql(within: Within, ofEmployees: (list: string) => string, as = 'only'): string {
  const made = {
    employees: ofEmployees,
    groups: (list: string) => `group_id IN ${list}`,
    numbers: (list: string) => `number IN ${list}`,
  };
  const parts = LISTS.filter(([kind]) => named(within, kind).length > 0).map(([kind, param]) =>
    made[kind](`{${as}${param}: Array(String)}`),
  );
  return parts.length > 0 ? `(${parts.join(' OR ')})` : 'false';
}

/** Values of the parameters that withinSql names. */
export function withinParams(within: Within, as = 'only'): Record<string, string[]> {
  return Object.fromEntries(
    LISTS.map(([kind, param]) => [`${as}${param}`, named(within, kind)] as const).filter(([, list]) => list.length > 0),
  );
}

/** '' is what calls without an employee, group or number carry: nobody is given these by an empty id. */
const named = (within: Within, kind: keyof Within): string[] => within[kind].filter((id) => id !== '');

/** What any of these reaches. */
export function joined(all: readonly Within[]): Within {
  const list = (kind: keyof Within) => [...new Set(all.flatMap((one) => one[kind]))];
  return { employees: list('employees'), groups: list('groups'), numbers: list('numbers') };
}
