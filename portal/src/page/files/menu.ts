import { LARGE_ROWS } from '@callscope/modules/exports/forms.ts';
import { MOST_PDF_ROWS } from '@callscope/portal/files/paper-limits.ts';
import Clock from '@lucide/svelte/icons/clock';
import FileDown from '@lucide/svelte/icons/file-down';
import type { MenuItem } from '#ui/menu.ts';
import type { Words } from '#words/words.ts';

/** Files that tables are offered as, the one that people open first. */
const OFFERED = ['xlsx', 'csv', 'pdf'] as const;
export type Offered = (typeof OFFERED)[number];

/**
 * Items of a menu that take what is shown away as a file: of many rows the first is to have it made in the background.
 * @param take begins the download @param rows that there are, where it is known: pages are made of so many only
 * @param behind asks for it in the background; none: that is not possible
 */
export function fileItems(
  words: Words['files'],
  take: (format: Offered) => void,
  rows = 0,
  behind?: { label: string; run: () => void },
): MenuItem[] {
  const direct = OFFERED.map((format) => ({
    label: words.downloadAs(format.toUpperCase()),
    icon: FileDown,
    run: () => take(format),
    ...(format === 'pdf' && rows > MOST_PDF_ROWS && { disabled: true, note: words.pdfRows }),
  }));
  if (behind === undefined) return direct;
  const background = { ...behind, icon: Clock };
  return rows > LARGE_ROWS ? [background, ...direct] : [...direct, background];
}
