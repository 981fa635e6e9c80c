import type { ExportLine } from '#page/exports/line.ts';
import type { I18n } from '#ui/i18n.svelte.ts';

export const moment = (at: number, format: I18n['format']): string => `${format.date(at)} ${format.timeShort(at)}`;

/** How many rows it has, while it is made of how many; '' where none were made. */
export function rowsOf({ state, rows, ofRows }: ExportLine, { format, words }: I18n): string {
  if (state === 'done' || (rows > 0 && ofRows === null)) return format.number(rows);
  if (rows === 0 && state !== 'running') return '';
  return ofRows === null ? '' : words.myFiles.made(format.number(rows), format.number(ofRows));
}
