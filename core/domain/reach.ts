/**
 * How far a right to a company reaches into it. Undefined: all of it. Else only what these employees of the directory took part
 * in; none of them: nothing.
 */
export type OnlyEmployees = readonly string[] | undefined;

/** Whether an employee is within reach. @param id '' = a call without an employee, which is nobody's */
export function reaches(only: OnlyEmployees, id: string): boolean {
  return only === undefined || (id !== '' && only.includes(id));
}

/** Whether a call is: one of them called, answered or was offered a leg. @param ids of everybody who took part */
export function reachesCall(only: OnlyEmployees, ids: readonly string[]): boolean {
  return only === undefined || ids.some((id) => reaches(only, id));
}
