import { READ_RIGHTS, type Right } from '@callscope/modules/access/rights.ts';
import { createContext } from 'svelte';
import { type Entry, type Group, menuFor } from './shell/entries.ts';
import { type KeyBinding, Keys } from './shell/keys.svelte.ts';

export type { KeyBinding } from './shell/keys.svelte.ts';

/** What stands in the top bar: the page's name, after the pages that led to it. */
export interface Heading {
  title: string;
  trail?: readonly { title: string; href: string }[];
}

/** How old the data on the screen is; the live feed keeps it. */
export interface FreshnessState {
  /** null = not connected yet */
  seconds: number | null;
  /** ms since the epoch */
  lastEventAt: number | null;
  failing: boolean;
}

/** A count beside an entry of the menu. Hot: asks for work now. */
export interface EntryCount {
  value: number;
  hot?: boolean;
}

/** What pages and the live feed say to the shell around them. */
export class Shell {
  readonly #rights: () => readonly Right[];
  readonly menu: readonly Group[] = $derived.by(() => menuFor(this.#rights()));
  readonly entries: readonly Entry[] = $derived.by(() => this.menu.flatMap((group) => group.entries));
  /** set by a page through `useHeading`; else the menu's own name of the page */
  heading = $state.raw<Heading | null>(null);
  /** null = no feed, no badge */
  freshness = $state.raw<FreshnessState | null>(null);
  /** by id of the entry (ui/shell/entries.ts) */
  counts = $state.raw<Readonly<Record<string, EntryCount>>>({});
  paletteOpen = $state(false);
  helpOpen = $state(false);
  readonly keys = new Keys();

  /** @param rights what the person may */
  constructor(rights: () => readonly Right[] = () => READ_RIGHTS) {
    this.#rights = rights;
  }
}

/** Set by the shell's layout. `hasShell()` is false outside of it: the sign-in page. */
export const [getShell, setShell, hasShell] = createContext<Shell>();

/** The top bar's words for as long as the component lives: `useHeading(() => ({ title: … }))`. Pages that know them in their
 * `load` return `heading` there instead, and it stands in the first HTML. */
export function useHeading(heading: () => Heading): void {
  const shell = getShell();
  $effect(() => {
    shell.heading = heading();
    return () => {
      shell.heading = null;
    };
  });
}

/** Keys for as long as the component lives; listed in the help. */
export function useKeys(bindings: () => readonly KeyBinding[]): void {
  const shell = getShell();
  $effect(() => {
    const mine = bindings();
    let drop = () => {};
    queueMicrotask(() => {
      drop = shell.keys.add(mine);
    });
    return () => queueMicrotask(() => drop());
  });
}
