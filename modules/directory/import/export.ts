import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import type { Entry, Kind } from '../entries.ts';
import { COLUMNS, type Column, headOf } from './columns.ts';

export const YES = { ru: 'да', en: 'yes' } as const;
export const NO = { ru: 'нет', en: 'no' } as const;

/** One field of an entry as it stands in a file. @param groups by id, of `namesOfGroups` */
export function cellText(entry: Entry, column: Column, groups: ReadonlyMap<string, string>, locale: 'ru' | 'en'): string {
  const value = (entry as unknown as Record<string, string | boolean | null | readonly string[]>)[column];
  if (column === 'group') return typeof value === 'string' ? (groups.get(value) ?? value) : '';
  if (column === 'record') return (value ? YES : NO)[locale];
  if (column === 'extensions') return (value as readonly string[]).join(' ');
  return typeof value === 'string' ? value : '';
}

/** A list as a table of texts that an import reads back unchanged: head, then a row an entry. */
export function tableOf(body: DirectoryBody, kind: Kind, locale: 'ru' | 'en'): string[][] {
  const groups = namesOfGroups(body.groups);
  const columns: readonly Column[] = COLUMNS[kind];
  return [
    columns.map((column) => headOf(kind, column, locale)),
    ...body[kind].map((entry) => columns.map((column) => cellText(entry, column, groups, locale))),
  ];
}

/** A group by its name where no other has it, else by its id. */
export function namesOfGroups(groups: readonly Entry<'groups'>[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const g of groups) count.set(g.name, (count.get(g.name) ?? 0) + 1);
  return new Map(groups.map((g) => [g.id, count.get(g.name) === 1 ? g.name : g.id]));
}
