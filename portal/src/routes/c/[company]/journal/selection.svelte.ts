import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import { createContext } from 'svelte';
import { filterOf } from '#page/journal/address.ts';
import type { JournalRow } from '#page/journal/rows.ts';
import type { Journal } from './journal.svelte.ts';

/**
 * Calls that are ticked, to do something with them at once. They stay over pages, orders and new calls; another period or other
 * conditions begin anew: what is not in the list would be forgotten and done all the same.
 */
export class Selection {
  readonly #journal: Journal;
  readonly #rows: () => readonly JournalRow[];
  readonly #question: string = $derived.by(() => filterToQuery(filterOf(this.#journal.address)));
  #ids: ReadonlySet<string>;
  /** a phone has ticks only while one chooses */
  #choosing = $state(false);

  constructor(journal: Journal, rows: () => readonly JournalRow[]) {
    this.#journal = journal;
    this.#rows = rows;
    this.#ids = $derived.by(() => {
      void this.#question;
      return new Set<string>();
    });
  }

  /** What can be done with them is done with recordings. */
  get isOffered(): boolean {
    return this.#journal.mayListen;
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** A call in progress has nothing to be kept yet. */
  readonly #shown: readonly string[] = $derived.by(() => this.#rows().flatMap(({ id, result }) => (result === null ? [] : [id])));

  /** whether all that are shown are ticked; null = some of them */
  readonly all: boolean | null = $derived.by(() => {
    const ticked = this.#shown.filter((id) => this.#ids.has(id)).length;
    return ticked === 0 ? false : ticked === this.#shown.length ? true : null;
  });

  get choosing(): boolean {
    return this.#choosing;
  }

  choose(on: boolean): void {
    this.#choosing = on;
    if (!on) this.#ids = new Set();
  }

  tick(row: JournalRow, on = !this.has(row.id)): void {
    if (row.result === null) return;
    this.#ids = on ? new Set([...this.#ids, row.id]) : new Set([...this.#ids].filter((id) => id !== row.id));
  }

  tickShown(on: boolean): void {
    const shown = new Set(this.#shown);
    this.#ids = new Set([...[...this.#ids].filter((id) => !shown.has(id)), ...(on ? shown : [])]);
  }

  clear(): void {
    this.choose(false);
  }
}

export const [getSelection, setSelection] = createContext<Selection>();
