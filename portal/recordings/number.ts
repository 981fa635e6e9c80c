import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';

/** A phone number in any spelling as calls have it; null: it is none. */
export function numberOf(typed: string, country: string): string | null {
  const number = normalizePhone(phoneFromPeople(typed, country), country);
  return /^\d{1,20}$/.test(number) ? number : null;
}

/** Whether a number is the company's own: erasing by it would erase every call. */
export function isOwnNumber(directory: Pick<DirectoryBody, 'numbers' | 'employees' | 'accounts'> | null, number: string): boolean {
  if (!directory) return false;
  return (
    directory.numbers.some((n) => n.number === number) ||
    directory.employees.some((e) => e.extensions.includes(number)) ||
    directory.accounts.some((a) => a.user === number || a.extensions.includes(number))
  );
}
