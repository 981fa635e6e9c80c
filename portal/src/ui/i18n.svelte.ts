import { createContext } from 'svelte';
import { createFormat } from '#format/format.ts';
import { type Locale, wordsOf } from '#words/words.ts';

export interface Place {
  locale: Locale;
  /** IANA zone and ISO 3166 country of the company whose page this is */
  zone: string;
  country: string;
}

/** The language and the company's way of writing: follows the page as it changes. */
export class I18n {
  readonly #place: () => Place;
  readonly locale: Locale = $derived.by(() => this.#place().locale);
  readonly words = $derived(wordsOf(this.locale));
  readonly format = $derived.by(() => {
    const { zone, country } = this.#place();
    return createFormat({ locale: this.locale, words: this.words.format, zone, country });
  });

  constructor(place: () => Place) {
    this.#place = place;
  }
}

/** Set once by the outermost layout. Read the fields where they are used: `i18n.words.kit.close`, so that they follow. */
export const [getI18n, setI18n] = createContext<I18n>();
