import { createContext, untrack } from 'svelte';
import { addressToQuery, type Conditions, JOURNAL, type JournalAddress, withField, without } from '#page/journal/address.ts';
import { type Condition, conditionsIn, conditionWords, type Names } from '#page/journal/conditions.ts';
import { type Liking, writeLiking } from '#page/journal/liking.ts';
import type { JournalData } from '#page/journal/load.ts';
import { type Period, wordedPeriod } from '#page/period.ts';
import { Wanted } from '#page/wanted.svelte.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import { invalidate } from '$app/navigation';
import { page } from '$app/state';
import { JOURNAL_COOKIE } from '../../../../cookies.ts';
import { asParameter, type FilterLists } from '../filter/lists.ts';

/** The journal as its parts see it: what is shown, what it is called, and ways to ask for something else. */
export class Journal {
  readonly i18n: I18n;
  readonly #data: () => JournalData;
  readonly #wanted: Wanted<JournalAddress>;
  liking: Liking;

  /** whether this person hears recordings */
  readonly mayListen: boolean;
  readonly company: string;

  constructor(data: () => JournalData, liking: Liking, i18n: I18n, { company, mayListen }: { company: string; mayListen: boolean }) {
    this.#data = data;
    this.#wanted = new Wanted(() => data().address);
    this.company = company;
    this.mayListen = mayListen;
    this.i18n = i18n;
    this.liking = $state(liking);
  }

  get data(): JournalData {
    return this.#data();
  }

  get words() {
    return this.i18n.words.journal;
  }

  get address(): JournalAddress {
    return this.data.address;
  }

  /** as they were asked for last, also while the answer is on its way */
  get conditions(): Conditions {
    return this.#wanted.address.conditions;
  }

  readonly chips: readonly Condition[] = $derived.by(() => conditionsIn(this.conditions));

  /** «сегодня, 25 ноября, 8:00–20:00» */
  readonly period: string = $derived.by(() => this.periodWords(this.address.period, this.conditions.time));

  periodWords(period: Period, time?: Conditions['time']): string {
    const { format } = this.i18n;
    return format.period(wordedPeriod(period, format.zone, time), { capital: false, weekday: false });
  }

  readonly #names = $derived.by(() => {
    const { employees, numbers, groups, projects, tags } = this.data;
    const byId = (list: readonly { id: string; name: string }[]) => new Map(list.map(({ id, name }) => [id, name]));
    return { employees: byId(employees), numbers: byId(numbers), groups: byId(groups), projects: byId(projects), tags: byId(tags) };
  });

  readonly names: Names = {
    employee: (id) => (id === '' ? this.i18n.words.calls.noEmployee : (this.#names.employees.get(id) ?? id)),
    number: (number) => this.numberName(number.replace(/^\+/, '')),
    group: (id) => (id === '' ? this.i18n.format.none : (this.#names.groups.get(id) ?? id)),
    project: (id) => this.#names.projects.get(id) ?? id,
    tag: (id) => (id === '' ? this.i18n.words.marks.noTag : (this.#names.tags.get(id) ?? id)),
  };

  /** What the company calls its own number: «Главный»; else the number. */
  numberName(stored: string): string {
    return stored === '' ? this.words.withoutNumber : this.#names.numbers.get(stored) || this.i18n.format.phone(stored);
  }

  /** What the conditions offer; beside each person and number, their calls of the period. */
  readonly lists: FilterLists = $derived.by(() => {
    const { employees, numbers, groups, channels, projects, tags } = this.data;
    const { number: count } = this.i18n.format;
    const named = (list: readonly { id: string; name: string }[]) => list.map(({ id, name }) => ({ value: id, label: name }));
    return {
      authors: employees.map(({ id, calls }) => ({ value: id, label: this.names.employee(id), note: count(calls) })),
      numbers: numbers.map(({ id, calls }) => ({ value: asParameter(id), label: this.names.number(id), note: count(calls) })),
      groups: named(groups),
      channels: channels.map((channel) => ({ value: channel, label: channel })),
      projects: named(projects),
      tags: named(tags),
    };
  });

  said(condition: Condition): { name: string; value: string } {
    return conditionWords(condition, this.conditions, this.names, this.i18n);
  }

  /** Where a changed question is answered; the list begins anew. */
  href(change: Partial<JournalAddress>): string {
    return page.url.pathname + addressToQuery({ ...this.#wanted.address, place: null, ...change });
  }

  async go(change: Partial<JournalAddress>): Promise<void> {
    await this.#wanted.go({ ...this.#wanted.address, place: null, ...change }, this.href(change));
  }

  set<K extends keyof Conditions>(field: K, value: Conditions[K] | undefined): void {
    void this.go({ conditions: withField(this.conditions, field, value) });
  }

  drop(condition: Condition): void {
    void this.go({ conditions: without(this.conditions, condition.fields) });
  }

  reset(): void {
    void this.go({ conditions: {} });
  }

  /** The same question once more. */
  refresh(): Promise<void> {
    return invalidate(JOURNAL, true);
  }

  like(change: Partial<Liking>): void {
    this.liking = { ...untrack(() => this.liking), ...change };
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we serve
    document.cookie = `${JOURNAL_COOKIE}=${writeLiking(this.liking)}; path=/; max-age=31536000; samesite=lax`;
  }
}

export const [getJournal, setJournal] = createContext<Journal>();
