import type { LivePhone } from '@callscope/core/bus/live.ts';
import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { phoneLines } from '../phones/lines.ts';

/**
 * Names of employees' phones for a board, by their addresses of record: whose, and which of theirs. What an account is called stays
 * in the company.
 */
export function phonesOf(body: DirectoryBody, domain: string): Map<string, string> {
  const listed = new Set(body.accounts.flatMap((a) => [a.user, ...a.extensions]));
  // an account that the directory does not list is called by its own name
  const unlisted = body.employees.flatMap((e) => e.extensions.filter((x) => !listed.has(x)));
  const seen = unlisted.map((x): LivePhone => ({ aor: `${x}@${domain}`, bindings: [], goneAt: 0 }));
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { aor, employee } of phoneLines(domain, body, seen, [])) {
    if (employee === null) continue;
    const n = counts.get(employee.id) ?? 0;
    counts.set(employee.id, n + 1);
    names.set(aor, `${n}/${employee.id}`);
  }
  return names;
}

/**
 * Employees none of whose phones is registered. Where no registration was ever seen it is not known of anybody, and nobody is away.
 * @param phones as a board's stream tells of them
 */
export function awayOf(employees: readonly { id: string }[], phones: ReadonlyMap<string, LivePhone>): Set<string> {
  if (phones.size === 0) return new Set();
  const there = new Set([...phones.values()].filter((p) => p.goneAt === 0).map((p) => p.aor.slice(p.aor.indexOf('/') + 1)));
  return new Set(employees.map((e) => e.id).filter((id) => !there.has(id)));
}
