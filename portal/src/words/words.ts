import { en } from './en.ts';
import { ru, type Words } from './ru.ts';

export type { Words } from './ru.ts';

export const LOCALES = ['ru', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

const BY_LOCALE: Record<Locale, Words> = { ru, en };

export function wordsOf(locale: Locale): Words {
  return BY_LOCALE[locale];
}

export function isLocale(text: string | undefined): text is Locale {
  return LOCALES.includes(text as Locale);
}
