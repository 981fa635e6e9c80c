/**
 * How far a right to a company reaches into it: what these employees took part in, what belongs to these groups, and what came to
 * these own numbers. Ids of the directory, numbers as calls have them (E.164 digits). Nothing of all: nothing is within reach.
 */
export interface Within {
  readonly employees: readonly string[];
  readonly groups: readonly string[];
  readonly numbers: readonly string[];
}
/** Nobody named anything. */
export const NOTHING: Within = { employees: [], groups: [], numbers: [] };
/** Undefined: the whole company. */
export type Limits = Within | undefined;

/** A call, as far as it says who may see it. */
export interface Party {
  /** everybody who called, answered or was offered a leg; '' = a leg without an employee, which is nobody's */
  employees: readonly string[];
  /** '' = none */
  group: string;
  /** own number; '' = none */
  number: string;
}

/** Whether an employee, group or own number is within reach. @param id '' = none, which is nobody's */
export function reaches(within: Limits, kind: keyof Within, id: string): boolean {
  return within === undefined || (id !== '' && within[kind].includes(id));
}

/** Whether a call is: by one of its people, by its group or by its own number. */
export function reachesCall(within: Limits, { employees, group, number }: Party): boolean {
  return employees.some((id) => reaches(within, 'employees', id)) || reaches(within, 'groups', group) || reaches(within, 'numbers', number);
}
