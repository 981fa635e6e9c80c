import type { Icon } from './icon.ts';

/** One choice of a list. */
export interface Option<T extends string = string> {
  value: T;
  label: string;
  /** muted, at the end of the line: a number, a count */
  note?: string;
  icon?: Icon;
  disabled?: boolean;
}

/** Options that a person means by what they typed: every word begins some word of the label or stands in the note. */
export function matching<T extends string>(options: readonly Option<T>[], typed: string): readonly Option<T>[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return options;
  return options.filter((option) => {
    const text = ` ${fold(option.label)} ${fold(option.note ?? '')}`;
    const digits = text.replace(/\D/g, '');
    return words.every((word) => text.includes(` ${word}`) || text.includes(word) || (/^\d{3,}$/.test(word) && digits.includes(word)));
  });
}

/** "ё" is typed as "е" as often as not. */
export function fold(text: string): string {
  return text.toLocaleLowerCase('ru').replaceAll('ё', 'е').replaceAll('\u00a0', ' ');
}
