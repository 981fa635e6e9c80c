import { invalidate } from '$app/navigation';
import { BEGINS, type CardId, type Layout } from './cards.ts';
import { DASHBOARD } from './figures.ts';

interface Given {
  company: string;
  layout: Layout;
  /** cards whose figures the page has */
  has: (id: CardId) => boolean;
}

/** Cards as a person arranges them: at once here, then kept; one request after the other. */
export class Board {
  readonly #given: () => Given;
  readonly #failed: () => void;
  #layout: Layout;
  #sending: Promise<void> = Promise.resolve();

  /** @param failed what was arranged could not be kept */
  constructor(given: () => Given, failed: () => void) {
    this.#given = given;
    this.#failed = failed;
    this.#layout = $derived(given().layout);
  }

  get shown(): readonly CardId[] {
    return this.#layout.shown;
  }

  get isDefault(): boolean {
    return this.#layout.isDefault;
  }

  arrange(shown: readonly CardId[]): void {
    if (shown === this.shown) return;
    this.#layout = { shown, isDefault: false };
    this.#send('PUT', { shown });
  }

  hide(id: CardId): void {
    this.arrange(this.shown.filter((one) => one !== id));
  }

  show(id: CardId): void {
    if (!this.shown.includes(id)) this.arrange([...this.shown, id]);
  }

  reset(role: keyof typeof BEGINS): void {
    this.#layout = { shown: BEGINS[role], isDefault: true };
    this.#send('DELETE');
  }

  #send(method: 'PUT' | 'DELETE', body?: object): void {
    const { company, has } = this.#given();
    const isNew = this.shown.some((id) => !has(id));
    this.#sending = this.#sending.then(async () => {
      try {
        const response = await fetch(`/c/${encodeURIComponent(company)}/cards`, {
          method,
          ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
        });
        if (!response.ok) throw new Error(`cards: ${response.status}`);
        // a card that was not shown has no figures yet
        if (isNew) await invalidate(DASHBOARD, true);
      } catch {
        this.#failed();
      }
    });
  }
}
