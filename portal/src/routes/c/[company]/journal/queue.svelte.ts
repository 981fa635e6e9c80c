import { createContext } from 'svelte';
import type { JournalRow } from '#page/journal/rows.ts';
import type { Queue, Track } from '#ui/player/player.svelte.ts';
import type { Journal } from './journal.svelte.ts';

/** Recordings of the list as it stands: the next one is the one below. */
export class JournalQueue implements Queue {
  readonly #journal: Journal;
  readonly #rows: () => readonly JournalRow[];

  constructor(journal: Journal, rows: () => readonly JournalRow[]) {
    this.#journal = journal;
    this.#rows = rows;
  }

  trackOf(row: JournalRow): Track {
    const { i18n, names, company } = this.#journal;
    const { format } = i18n;
    const said = (number: string) => (number === '' ? format.none : format.phone(number));
    const about = [
      ...(row.employee === '' ? [] : [names.employee(row.employee)]),
      ...(row.number === '' ? [] : [names.number(row.number)]),
      `${format.date(row.startedAt)} ${format.timeShort(row.startedAt)}`,
    ];
    return {
      ...{ id: row.id, company, from: said(row.from), to: said(row.answeredBy || row.dialled) },
      ...{ about: about.join(', '), seconds: row.recording?.seconds ?? 0 },
    };
  }

  next(id: string): Track | null {
    return this.#beside(id, 1);
  }

  previous(id: string): Track | null {
    return this.#beside(id, -1);
  }

  #beside(id: string, step: 1 | -1): Track | null {
    const heard = this.#rows().filter((row) => row.recording?.status === 'ready' || row.id === id);
    const at = heard.findIndex((row) => row.id === id);
    const found = at < 0 ? undefined : heard[at + step];
    return found ? this.trackOf(found) : null;
  }
}

export const [getQueue, setQueue] = createContext<JournalQueue>();
