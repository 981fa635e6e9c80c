import type { Tenant } from '@callscope/core/domain/directory.ts';
import { createFormat, type Format } from '../src/format/format.ts';
import { type Locale, type Words, wordsOf } from '../src/words/words.ts';

/** What a file is written with. */
export interface Speech {
  locale: Locale;
  words: Words;
  /** the company's */
  format: Format;
}

export function speechOf({ timezone, country }: Pick<Tenant, 'timezone' | 'country'>, locale: Locale): Speech {
  const words = wordsOf(locale);
  return { locale, words, format: createFormat({ locale, words: words.format, zone: timezone, country }) };
}
