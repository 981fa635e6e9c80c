import { createContext } from 'svelte';
import type { Names } from '#page/journal/conditions.ts';
import { CASES } from '#page/missed/address.ts';
import type { CaseLine } from '#page/missed/load.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import type { Toasts } from '#ui/toasts.svelte.ts';
import { invalidate } from '$app/navigation';
import type { SubmitFunction } from './$types';

/** What the parts of the page share: how a case is shown, and what is done with it. */
export interface CasesPage {
  readonly i18n: I18n;
  readonly names: Names;
  /** ms, passes */
  readonly now: number;
  readonly me: string;
  readonly canWrite: boolean;
  /** they call from a phone of the company: it rings, and then the number is called */
  readonly hasPhone: boolean;
  /** query of the page, so that an action leaves one where one is */
  readonly query: string;
  callsHref(line: CaseLine): string;
  edit(line: CaseLine): void;
}

export const [getCasesPage, setCasesPage] = createContext<CasesPage>();

export function partyWords(line: CaseLine, { words, format }: I18n): string {
  return line.number === '' ? words.missed.hidden : format.phone(line.number);
}

/** As other programs take it. */
export function telOf({ number }: CaseLine): string {
  return `tel:${/^\d{7,}$/.test(number) ? `+${number}` : number}`;
}

/** How long somebody has waited, or waited until they were reached; seconds. */
export function waitOf({ waitingFrom, closedAt }: CaseLine, now: number): number {
  return Math.max(0, (closedAt ?? now) - waitingFrom) / 1_000;
}

export function isOpen({ status }: CaseLine): boolean {
  return status === 'open' || status === 'working' || status === 'dismissed';
}

export type Refusal = 'held' | 'closed' | 'hidden' | 'none' | 'owner';

export function refusalWords(why: Refusal, holder: string, { words }: I18n): string {
  return why === 'held' ? words.missed.refused.held(holder) : words.missed.refused[why];
}

/** Sends a form without leaving the page, says what came of it. @param then what follows when it was done */
export function sending(i18n: I18n, toasts: Toasts, line: CaseLine, then: () => void = () => undefined): SubmitFunction {
  return () =>
    async ({ result, update }) => {
      const words = i18n.words.missed;
      const number = partyWords(line, i18n);
      if (result.type === 'success') {
        const done = (result.data as { done?: 'claimed' | 'released' | 'saved' } | undefined)?.done;
        if (done === 'claimed') toasts.show(words.claimed(number));
        else if (done === 'released') toasts.show(words.released(number));
        else toasts.show(words.saved);
      } else if (result.type === 'failure') {
        const { why = 'none', holder = '' } = (result.data ?? {}) as { why?: Refusal; holder?: string };
        toasts.show(refusalWords(why, holder, i18n), { tone: 'fault' });
        // what is shown is old, whatever the reason
        await invalidate(CASES, true);
        return;
      } else if (result.type === 'error') {
        toasts.show(words.notDone, { tone: 'fault' });
        return;
      }
      await update({ reset: false });
      if (result.type === 'success') then();
    };
}
