import type { I18n } from '#ui/i18n.svelte.ts';
import type { Names } from './journal/conditions.ts';

/** What the directory calls people, numbers and groups. */
export interface CompanyNames {
  employees: { id: string; name: string /** '' = none */; group: string }[];
  /** numbers as calls have them */
  numbers: { number: string; name: string }[];
  groups: { id: string; name: string }[];
  /** sources of callers that own numbers are given to, by name */
  channels: string[];
  /** none for whoever sees a part of the company */
  projects: { id: string; name: string }[];
  /** of the company's list, in its order */
  tags: { id: string; name: string }[];
}

/** What to call whoever an id stands for; what the directory does not know keeps its id. */
export function namesOf(
  { employees, numbers, groups, projects, tags }: CompanyNames,
  { words, format }: Pick<I18n, 'words' | 'format'>,
): Names {
  const people = new Map(employees.map(({ id, name }) => [id, name]));
  const lines = new Map(numbers.map(({ number, name }) => [number, name]));
  const teams = new Map(groups.map(({ id, name }) => [id, name]));
  const labels = new Map(tags.map(({ id, name }) => [id, name]));
  const parts = new Map(projects.map(({ id, name }) => [id, name]));
  return {
    employee: (id) => (id === '' ? words.calls.noEmployee : (people.get(id) ?? id)),
    number: (given) => {
      const number = given.replace(/^\+/, '');
      return number === '' ? words.journal.withoutNumber : lines.get(number) || format.phone(number);
    },
    group: (id) => (id === '' ? format.none : (teams.get(id) ?? id)),
    project: (id) => parts.get(id) ?? id,
    tag: (id) => (id === '' ? words.marks.noTag : (labels.get(id) ?? id)),
  };
}
