import type { Counted } from '../catalog/measure.ts';
import type { CallFilter } from './filter.ts';
import type { Company } from './plan.ts';

/**
 * `call_people` has a row for everybody who took part in a call, by person and time (sql/clickhouse/0010_call_people.sql): the calls of an
 * employee are read from there, not looked for among the company's. Its columns are those of `calls`, without the legs.
 */

/** What legs alone tell, and what is asked of all the company's calls. */
const BEYOND: readonly (keyof CallFilter)[] = ['untakenOffer', 'project', 'target', 'firstCall', 'repeatCall'];

/**
 * The employees of whom each of these calls has one, as its condition says: by the filter, or by what the asker may see.
 * Null: it does not say so, or speaks of what is not known of them.
 */
export function peopleIn(filter: CallFilter, { within }: Company): readonly string[] | null {
  if (!isKnown(filter)) return null;
  const asked = filter.employee ?? (within === undefined ? filter.author : undefined);
  if (asked !== undefined) {
    // '' is nobody, and has no rows
    if (asked.length === 0 || asked.includes('')) return null;
    return within === undefined || asked.every((employee) => within.employees.includes(employee)) ? asked : null;
  }
  if (within === undefined || within.groups.length > 0 || within.numbers.length > 0) return null;
  const employees = within.employees.filter((employee) => employee !== '');
  return employees.length > 0 ? employees : null;
}

/** Whether what a figure counts is known of them. */
export function isKnown(counted: Counted | CallFilter): boolean {
  return BEYOND.every((field) => (counted as CallFilter)[field] === undefined);
}

/** Each call once, as it stands: a call of several of them has several rows. @param conditions of whereOf, over `call_people` */
export function peopleSql(people: readonly string[], conditions: readonly string[]): string {
  const where = conditions.join('\n  AND ');
  return people.length === 1
    ? `call_people FINAL\nWHERE ${where}`
    : `(\nSELECT * FROM call_people FINAL\nWHERE ${where}\nLIMIT 1 BY started_at, id\n)`;
}

/** Every call that they took part in, and some more: revisions that stand no longer, a call once for each of them. It is read faster. */
export function anyPeopleSql(conditions: readonly string[]): string {
  return `call_people WHERE ${[...conditions, 'gone = 0'].join(' AND ')}`;
}
