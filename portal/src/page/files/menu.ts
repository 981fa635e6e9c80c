import FileDown from '@lucide/svelte/icons/file-down';
import type { MenuItem } from '#ui/menu.ts';
import type { Words } from '#words/words.ts';

/** Files that tables are offered as, the one that people open first. */
const OFFERED = ['xlsx', 'csv'] as const;
export type Offered = (typeof OFFERED)[number];

/** Items of a menu that take what is shown away as a file. @param take begins the download */
export function fileItems(words: Words['files'], take: (format: Offered) => void): MenuItem[] {
  return OFFERED.map((format) => ({ label: words.downloadAs(format.toUpperCase()), icon: FileDown, run: () => take(format) }));
}
