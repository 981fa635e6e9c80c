import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { type Entry, KINDS, type Kind, keyOf } from './entries.ts';

/** One entry that two bodies do not agree on. */
export interface Difference {
  op: 'add' | 'change' | 'remove';
  kind: Kind;
  key: string;
  before: Entry | null;
  after: Entry | null;
}

export const EMPTY: DirectoryBody = { numbers: [], groups: [], employees: [], accounts: [] };

const byKey = (body: DirectoryBody, kind: Kind) => new Map<string, Entry>(body[kind].map((entry) => [keyOf(kind, entry), entry]));

/** What must be done to one body to get the other, list by list: removed and changed in the order of `before`, then added. */
export function differences(before: DirectoryBody, after: DirectoryBody): Difference[] {
  const out: Difference[] = [];
  for (const kind of KINDS) {
    const was = byKey(before, kind);
    const is = byKey(after, kind);
    for (const [key, old] of was) {
      const now = is.get(key) ?? null;
      if (now === null) out.push({ op: 'remove', kind, key, before: old, after: null });
      else if (!sameValue(old, now)) out.push({ op: 'change', kind, key, before: old, after: now });
    }
    for (const [key, now] of is) if (!was.has(key)) out.push({ op: 'add', kind, key, before: null, after: now });
  }
  return out;
}

/** Equal as JSON, whatever the order of the fields: PostgreSQL gives them back in another. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const fields = Object.keys(a);
  return (
    fields.length === Object.keys(b).length &&
    fields.every((f) => f in b && sameValue((a as Record<string, unknown>)[f], (b as Record<string, unknown>)[f]))
  );
}

/**
 * A later version after an earlier one was corrected: what it changed then, it changes still; all else follows the
 * correction. Field by field, so that a name can be corrected for a year in which the group changed twice. What the
 * correction removes stays removed, until a version adds it anew.
 * @param wasBefore the version before `was`, as it was. @param isBefore the same, corrected. @param was the later version as it was
 */
export function rebased(wasBefore: DirectoryBody, isBefore: DirectoryBody, was: DirectoryBody): DirectoryBody {
  return {
    numbers: rebasedList('numbers', wasBefore, isBefore, was),
    groups: rebasedList('groups', wasBefore, isBefore, was),
    employees: rebasedList('employees', wasBefore, isBefore, was),
    accounts: rebasedList('accounts', wasBefore, isBefore, was),
  };
}

function rebasedList<K extends Kind>(kind: K, wasBefore: DirectoryBody, isBefore: DirectoryBody, was: DirectoryBody): DirectoryBody[K] {
  const base = byKey(wasBefore, kind);
  const corrected = byKey(isBefore, kind);
  const later = byKey(was, kind);
  const out: Entry[] = [];
  for (const [key, entry] of later) {
    const old = base.get(key);
    const now = corrected.get(key);
    if (old === undefined || now === undefined) {
      // added by this version; or removed by the correction, and then it stays away
      if (old === undefined) out.push(entry);
    } else out.push(mergedEntry(old, now, entry));
  }
  // added by the correction, unless this version removed it
  for (const [key, entry] of corrected) if (!later.has(key) && !base.has(key)) out.push(entry);
  return out as DirectoryBody[K];
}

function mergedEntry(base: Entry, corrected: Entry, later: Entry): Entry {
  const [from, to, then] = [base, corrected, later] as unknown as [
    Record<string, unknown>,
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return Object.fromEntries(Object.keys(then).map((f) => [f, sameValue(from[f], then[f]) ? to[f] : then[f]])) as unknown as Entry;
}
