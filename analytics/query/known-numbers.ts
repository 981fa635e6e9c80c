import type { Bind } from './callers.ts';
import type { Company, Searched } from './company.ts';
import { anywhere, parsePattern, type Terms } from './pattern.ts';

/** Fields of a filter in which people write parts of numbers. */
export const SEARCHED: readonly Searched[] = ['caller', 'dialled', 'answeredBy', 'text'];

/** More of them are no shorter way: so many calls fit that a page of them is near. */
export const MOST_NUMBERS = 100;

/** What a part looks for; null: it names whole numbers, or only what is not looked for. */
export function searchedFor(field: Searched, typed: string, country: string): Terms | null {
  if (field === 'text') return { exact: [], like: anywhere(typed, country) };
  const { some } = parsePattern(typed, country);
  return some.like.length > 0 ? some : null;
}

/** The numbers among which a call must have one, as a condition that indexes of `calls` know; the field's own condition decides. */
export function amongKnown(
  field: Searched,
  typed: string,
  { means }: Company,
  columns: readonly string[],
  bind: Bind,
  name: string,
): string | null {
  const known = means?.numbers?.[field];
  if (known === undefined || known.typed !== typed) return null;
  if (known.found.length === 0) return 'false';
  const list = bind(name, 'Array(String)', known.found);
  const among = columns.map((column) => `${column} IN ${list}`);
  return among.length === 1 ? (among[0] ?? null) : `(${among.join(' OR ')})`;
}
