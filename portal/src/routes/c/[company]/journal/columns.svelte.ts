import { createContext } from 'svelte';
import { type ColumnId, columnMoved, columnTicked, USUAL } from '#page/journal/columns.ts';

/** Columns as a person chooses them: at once here, then kept on the server; one request after the other. */
export class ColumnChoice {
  readonly #company: () => string;
  readonly #failed: () => void;
  #shown: readonly ColumnId[];
  #sending: Promise<void> = Promise.resolve();

  /** @param failed what was chosen could not be kept */
  constructor(company: () => string, kept: () => readonly ColumnId[], failed: () => void) {
    this.#company = company;
    this.#failed = failed;
    this.#shown = $derived(kept());
  }

  get shown(): readonly ColumnId[] {
    return this.#shown;
  }

  get isUsual(): boolean {
    return this.#shown.join() === USUAL.join();
  }

  tick(id: ColumnId, on: boolean): void {
    this.#choose(columnTicked(this.#shown, id, on));
  }

  move(id: ColumnId, by: -1 | 1): void {
    this.#choose(columnMoved(this.#shown, id, by));
  }

  reset(): void {
    this.#shown = USUAL;
    this.#send('DELETE');
  }

  #choose(columns: readonly ColumnId[]): void {
    if (columns === this.#shown) return;
    this.#shown = columns;
    this.#send('PUT', { columns });
  }

  #send(method: 'PUT' | 'DELETE', body?: object): void {
    const address = `/c/${encodeURIComponent(this.#company())}/journal/columns`;
    const asked = body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {};
    this.#sending = this.#sending.then(async () => {
      const isKept = await fetch(address, { method, ...asked }).then(
        (response) => response.ok,
        () => false,
      );
      if (!isKept) this.#failed();
    });
  }
}

export const [getColumns, setColumns] = createContext<ColumnChoice>();
