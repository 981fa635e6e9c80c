import type { CompanyNames } from '#page/names.ts';
import type { Option } from '#ui/option.ts';

/** What the conditions' lists offer. */
export interface FilterLists {
  /** employees, and '' for calls without one */
  authors: Option[];
  /** own numbers as a filter names them */
  numbers: Option[];
  groups: Option[];
  channels: Option[];
  projects: Option[];
  tags: Option[];
}

/** @param labels what calls without an employee are called, and how a number is written */
export function filterLists(
  { employees, numbers, groups, channels, projects, tags }: CompanyNames,
  labels: { noEmployee: string; phone(number: string): string },
): FilterLists {
  const named = (list: readonly { id: string; name: string }[]) => list.map(({ id, name }) => ({ value: id, label: name }));
  return {
    authors: [...named(employees), { value: '', label: labels.noEmployee }],
    numbers: numbers.map(({ number, name }) => ({
      ...{ value: asParameter(number), label: name || labels.phone(number) },
      ...(name === '' ? {} : { note: labels.phone(number) }),
    })),
    groups: named(groups),
    channels: channels.map((channel) => ({ value: channel, label: channel })),
    projects: named(projects),
    tags: named(tags),
  };
}

/** A number that a filter names, as it stands among the options. */
export function asNumber(number: string): string {
  return asParameter(number.replace(/^\+/, ''));
}

/** A stored number as a filter names it: with + it cannot be read as a national one. */
export function asParameter(stored: string): string {
  return /^\d{7,}$/.test(stored) ? `+${stored}` : stored;
}
