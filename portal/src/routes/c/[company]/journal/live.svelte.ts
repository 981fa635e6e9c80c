import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { untrack } from 'svelte';
import type { LiveState } from '#live/state.ts';
import { isListed } from '#page/journal/live-match.ts';
import { type JournalRow, liveRow } from '#page/journal/rows.ts';
import type { Journal } from './journal.svelte.ts';

const SECOND = 1_000;
/** Rows that entered by themselves are read from the store soon after: it knows their legs, and the counts. */
const READ_AFTER_MS = 1_500;
/** Clocks of the edge and of the portal agree to this. */
const CLOCKS_MS = 3_000;

/**
 * Rows of the journal with what the live feed adds. Calls in progress stand at the top; those that end enter by themselves
 * only while the list is at its top, newest first, and automatic update is on, else they are counted and wait for a click.
 */
export class LiveRows {
  readonly #journal: Journal;
  readonly #state: () => LiveState;
  readonly #isAtTop: () => boolean;
  #entered = $state.raw<ReadonlySet<string>>(new Set());
  /** reloads of the feed when the rows were read */
  #read = $state(0);
  #now = $state(0);

  constructor(journal: Journal, state: () => LiveState, isAtTop: () => boolean) {
    this.#journal = journal;
    this.#state = state;
    this.#isAtTop = isAtTop;
    $effect(() => {
      // what was read from the store now holds everything that was new
      void this.#journal.data;
      this.#read = untrack(() => this.#state().reloads);
      this.#entered = new Set();
    });
    $effect(() => {
      if (!this.#enters || this.#waiting.length === 0) return;
      this.#entered = new Set([...this.#entered, ...this.#waiting.map((call) => call.id)]);
    });
    $effect(() => {
      // once for all that come meanwhile: else a busy company would put it off for ever
      if (!this.#isDue) return;
      const timer = setTimeout(() => void this.#journal.refresh(), READ_AFTER_MS);
      return () => clearTimeout(timer);
    });
    $effect(() => {
      if (this.running.length === 0) return;
      this.#now = Date.now();
      const timer = setInterval(() => (this.#now = Date.now()), SECOND);
      return () => clearInterval(timer);
    });
  }

  readonly #isCurrent: boolean = $derived.by(() => {
    const { address, now } = this.#journal.data;
    return address.place === null && address.period.from <= now && now < address.period.to;
  });

  /** then a new call has a place that only the store knows */
  readonly #isSorted: boolean = $derived.by(() => this.#journal.address.sort !== null);

  readonly #enters: boolean = $derived.by(() => this.#isCurrent && !this.#isSorted && this.#journal.liking.autoUpdate && this.#isAtTop());

  readonly #isDue: boolean = $derived.by(() => this.#enters && (this.#joined.length > 0 || this.mayMiss));

  #isListed(call: LiveCall | EndedCall): boolean {
    return isListed(call, this.#journal.address, this.#journal.i18n.format.zone);
  }

  readonly #ended: readonly EndedCall[] = $derived.by(() => {
    if (!this.#isCurrent) return [];
    const { rows, now } = this.#journal.data;
    const known = new Set(rows.map((row) => row.id));
    return this.#state().ended.filter((call) => call.endedAt > now - CLOCKS_MS && !known.has(call.id) && this.#isListed(call));
  });
  readonly #joined: readonly EndedCall[] = $derived.by(() => this.#ended.filter((call) => this.#entered.has(call.id)));
  readonly #waiting: readonly EndedCall[] = $derived.by(() => this.#ended.filter((call) => !this.#entered.has(call.id)));

  /** in progress, newest first */
  readonly running: readonly JournalRow[] = $derived.by(() => {
    if (!this.#isCurrent || this.#isSorted) return [];
    // one that is over stays until its row is there: it must not be gone for a moment
    const calls = [...this.#state().calls.values()].filter((call) => this.#isListed(call));
    return calls.reverse().map(liveRow);
  });

  /** all that is shown */
  readonly rows: readonly JournalRow[] = $derived.by(() => {
    const { rows } = this.#journal.data;
    const joined = this.#joined.map(liveRow);
    const finished = joined.length === 0 ? rows : [...joined, ...rows].sort((a, b) => b.startedAt - a.startedAt);
    const known = new Set(finished.map((row) => row.id));
    return [...this.running.filter((row) => !known.has(row.id)), ...finished];
  });

  /** new calls that wait for a click */
  get news(): number {
    return this.#enters ? 0 : this.#waiting.length;
  }

  /** more has changed than the feed lists */
  get mayMiss(): boolean {
    return this.#isCurrent && this.#state().reloads !== this.#read;
  }

  /** how long a call in progress talks, seconds; null = nobody has answered yet */
  talk(row: JournalRow): number | null {
    if (row.talk > 0) return row.talk;
    return row.answeredAt === 0 ? null : Math.max(0, (Math.max(this.#now, row.answeredAt) - row.answeredAt) / SECOND);
  }
}
