import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';

/** The four lists of a directory. */
export const KINDS = ['numbers', 'employees', 'groups', 'accounts'] as const;
export type Kind = (typeof KINDS)[number];
export type Entry<K extends Kind = Kind> = DirectoryBody[K][number];

/** What names an entry in its list: a number as it is written, the id of an employee or group, the user of an account. */
export function keyOf(kind: Kind, entry: Entry): string {
  if (kind === 'numbers') return (entry as Entry<'numbers'>).number;
  if (kind === 'accounts') return (entry as Entry<'accounts'>).user;
  return (entry as Entry<'employees' | 'groups'>).id;
}

/** Equal for what names the same thing: +7 (391) 000-01-22 and 8 391 0000122 are one number. @param country of the company */
export function identityOf(kind: Kind, key: string, country: string): string {
  return kind === 'numbers' ? normalizePhone(phoneFromPeople(key, country), country) : key;
}

/**
 * A number as it was typed, where that is read as the number it means; else spelled plainly: a dash of typography in a
 * stored number would make it nobody's.
 */
export function storedNumber(typed: string, country: string): string {
  const text = typed.trim();
  const plain = phoneFromPeople(text, country);
  return normalizePhone(text, country) === normalizePhone(plain, country) ? text : plain;
}

/** Has digits and no letters: what a network can dial. */
export function isDialable(number: string): boolean {
  return /\d/.test(number) && !/\p{L}/u.test(number);
}
