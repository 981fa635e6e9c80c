import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { employeeNames } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Conditions } from '../journal/address.ts';
import { partOf } from '../part.ts';

/** What conditions name that the directory, as the person sees it, does not have (any more): a view outlives people and numbers. */
export interface Missing {
  /** names where they are known from before, else ids */
  employees: string[];
  numbers: string[];
  groups: string[];
  channels: string[];
  projects: string[];
  /** of a part of the company: it may be there for others */
  isOfPart: boolean;
}

/** What the directory has now, as the person sees it; numbers as calls have them. */
export interface Known {
  employees: readonly { id: string }[];
  numbers: readonly string[];
  groups: readonly { id: string }[];
  channels: readonly string[];
  projects: readonly { id: string }[];
}

type Asked = Pick<Conditions, 'author' | 'notAuthor' | 'employee' | 'number' | 'notNumber' | 'group' | 'notGroup' | 'channel' | 'project'>;

/** @returns null: all that the conditions name is there */
export async function missingIn(
  scope: TenantScope,
  { country }: { country: string },
  { author = [], employee = [], number = [], group = [], channel = [], project = [], ...others }: Asked,
  known: Known,
): Promise<Missing | null> {
  const there = {
    employees: new Set(known.employees.map((e) => e.id)),
    numbers: new Set(known.numbers),
    groups: new Set(known.groups.map((g) => g.id)),
  };
  const gone = (asked: readonly string[], known: ReadonlySet<string>) => [...new Set(asked)].filter((id) => id !== '' && !known.has(id));
  const employees = gone([...author, ...employee, ...(others.notAuthor ?? [])], there.employees);
  const numbers = gone(
    [...number, ...(others.notNumber ?? [])].map((n) => normalizePhone(n, country)),
    there.numbers,
  );
  const groups = gone([...group, ...(others.notGroup ?? [])], there.groups);
  const channels = gone(channel, new Set(known.channels));
  const isOfPart = partOf(scope) !== null;
  // whoever sees a part of the company is not told of its projects: theirs would look as gone as any
  const projects = isOfPart ? [] : gone(project, new Set(known.projects.map((p) => p.id)));
  if ([employees, numbers, groups, channels, projects].every((list) => list.length === 0)) return null;
  // whoever sees a part of the company learns no names of others
  const names = isOfPart || employees.length === 0 ? new Map<string, string>() : await employeeNames(deps().db, scope.tenant);
  return { employees: employees.map((id) => names.get(id) ?? id), numbers, groups, channels, projects, isOfPart };
}
