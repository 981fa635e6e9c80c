import { MOST_PDF_ROWS } from '@callscope/portal/files/paper-limits.ts';
import FileDown from '@lucide/svelte/icons/file-down';
import type { MenuItem } from '#ui/menu.ts';
import type { Words } from '#words/words.ts';

/** Files that tables are offered as, the one that people open first. */
const OFFERED = ['xlsx', 'csv', 'pdf'] as const;
export type Offered = (typeof OFFERED)[number];

/** Items of a menu that take what is shown away as a file. @param take begins the download @param rows that there are, where it is known: pages are made of so many only */
export function fileItems(words: Words['files'], take: (format: Offered) => void, rows = 0): MenuItem[] {
  return OFFERED.map((format) => ({
    label: words.downloadAs(format.toUpperCase()),
    icon: FileDown,
    run: () => take(format),
    ...(format === 'pdf' && rows > MOST_PDF_ROWS && { disabled: true, note: words.pdfRows }),
  }));
}
