import type { JournalRow } from '#page/journal/rows.ts';
import type { Toasts } from '#ui/toasts.svelte.ts';
import type { Journal } from './journal.svelte.ts';

/** The number of the one who is not of the company; of an internal call, the one who was called. */
export function partyOf({ direction, from, dialled }: Pick<JournalRow, 'direction' | 'from' | 'dialled'>): string {
  return direction === 'in' ? from : dialled;
}

/** As other programs take it: +79130007703. */
export function dialable(stored: string): string {
  return /^\d{7,}$/.test(stored) ? `+${stored}` : stored;
}

export async function copyNumber(row: JournalRow, journal: Journal, toasts: Toasts): Promise<void> {
  const number = partyOf(row);
  if (number === '') return;
  try {
    await navigator.clipboard.writeText(dialable(number));
    toasts.show(journal.words.copied(journal.i18n.format.phone(number)));
  } catch {
    toasts.show(journal.words.notCopied, { tone: 'fault' });
  }
}
