import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { type Entry, KINDS, type Kind } from '@callscope/modules/directory/entries.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { matching } from '#ui/option.ts';
import { visibleTo } from './visible.ts';

/** What `depends` of the pages names. */
export const DIRECTORY = 'callscope:directory';

/** Rows shown at once; a search finds the others. */
const MOST_SHOWN = 300;

export interface Current {
  body: DirectoryBody;
  /** of the directory, for who changes it */
  version: number;
  /** since when what is in force now has been, ms */
  since: number;
}

/** What is in force now, as far as this person may see it: an employee sees themselves, whoever has projects their people and numbers. */
export async function currentDirectory(scope: TenantScope, company: Tenant): Promise<Current> {
  const { db, clock } = deps();
  const found = await getDirectory(db, scope, new Date(clock.now()));
  if (!found) return { body: EMPTY, version: 0, since: 0 };
  return { body: visibleTo(found.body, scope, company), version: found.version, since: found.validFrom.getTime() };
}

/** Addresses of record of the accounts that this person sees: whose phones are theirs to know of. */
export async function accountsWithin(scope: TenantScope, company: Tenant): Promise<Set<string>> {
  const { body } = await currentDirectory(scope, company);
  return new Set(body.accounts.map((a) => `${a.user}@${company.domain}`));
}

/** Whether the person of this page may change the directory. */
export function mayEdit(locals: App.Locals, company: string): boolean {
  return locals.session !== null && tenantScope(locals.session.caller, company, 'directory:write') !== null;
}

/** Whether the history is for this person's eyes: it names everybody. */
export function maySeeHistory(scope: TenantScope): boolean {
  return scope.within === undefined;
}

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}

/** One list in the order of its names, as far as `q` finds it. */
export function listOf(current: Current, kind: Kind, q: string, company: Tenant) {
  const { body } = current;
  const groupNames = Object.fromEntries(body.groups.map((g) => [g.id, g.name]));
  const owners = new Map(body.employees.flatMap((e) => e.extensions.map((x) => [x, e.name])));
  const members = Map.groupBy(body.employees, (e) => e.group);
  const rows = (body[kind] as Entry[]).map((entry) => {
    const words = textOf(entry, groupNames, company.country);
    return { value: words.name, label: words.name, note: words.rest, entry };
  });
  const collator = new Intl.Collator('ru', { numeric: true });
  const found = (q === '' ? rows : matching(rows, q)).map((row) => row as (typeof rows)[number]);
  found.sort((a, b) => collator.compare(a.label, b.label));
  return {
    kind,
    q,
    total: rows.length,
    found: found.length,
    entries: found.slice(0, MOST_SHOWN).map(({ entry }) => entry),
    groups: body.groups.map((g) => ({ id: g.id, name: g.name, members: members.get(g.id)?.length ?? 0 })),
    /** people of the extensions that the accounts shown have */
    owners: kind === 'accounts' ? Object.fromEntries(owners) : {},
  };
}

function textOf(entry: Entry, groups: Record<string, string>, country: string): { name: string; rest: string } {
  if ('number' in entry)
    return { name: entry.number, rest: `${normalizePhone(entry.number, country)} ${entry.label} ${entry.channel ?? ''}` };
  if ('user' in entry) return { name: entry.user, rest: `${entry.comment} ${entry.extensions.join(' ')}` };
  if ('extensions' in entry) return { name: entry.name, rest: `${entry.extensions.join(' ')} ${groups[entry.group ?? ''] ?? ''}` };
  return { name: entry.name, rest: '' };
}

export type ListData = ReturnType<typeof listOf>;
