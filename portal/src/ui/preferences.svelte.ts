import { createContext } from 'svelte';
import type { Locale } from '#words/words.ts';
import { invalidateAll } from '$app/navigation';

/** Theme and language of this browser: cookies, so that the first HTML already has them. */
export class Preferences {
  readonly #given: () => { theme: Theme; locale: Locale };
  readonly #failed: () => void;
  #chosen = $state<Theme | null>(null);

  /** @param failed told when the server did not take a choice */
  constructor(given: () => { theme: Theme; locale: Locale }, failed: () => void) {
    this.#given = given;
    this.#failed = failed;
  }

  get theme(): Theme {
    return this.#chosen ?? this.#given().theme;
  }

  async setTheme(theme: Theme): Promise<void> {
    this.#chosen = theme;
    document.documentElement.dataset.theme = theme;
    await this.#send('/theme', theme);
  }

  /** The page stays as it is, filters and all, and says it in the other language. */
  async setLocale(locale: Locale): Promise<void> {
    if (await this.#send('/language', locale)) await invalidateAll();
  }

  async #send(path: string, value: string): Promise<boolean> {
    const body = new FormData();
    body.set('value', value);
    const taken = await fetch(path, { method: 'POST', body, headers: { accept: 'application/json' } }).then(
      (response) => response.ok,
      () => false,
    );
    if (!taken) this.#failed();
    return taken;
  }
}

/** Set once by the outermost layout. */
export const [getPreferences, setPreferences] = createContext<Preferences>();
