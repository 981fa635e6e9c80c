import { gallery as en } from './en/gallery.ts';
import { gallery as ru } from './ru/gallery.ts';
import type { Locale } from './words.ts';

/** Apart from the other words: only the gallery page loads them. */
export function galleryWords(locale: Locale): typeof ru {
  return locale === 'ru' ? ru : en;
}
