import { deserialize } from '$app/forms';
import type { Caller } from './caller-text.ts';

/** What came of a change of the black list. */
export type Changed = { callers: Caller[] } | { wrong: 'form' | 'many' | 'failed'; lines: number[] };

/** Puts callers on the black list, from wherever on the pages. @returns those that are new there */
export function addCallers(company: string, callers: readonly Caller[]): Promise<Changed> {
  return send(company, 'add', 'callers', callers);
}

/** Takes callers off it. @param patterns as they stand there @returns those that went */
export function removeCallers(company: string, patterns: readonly string[]): Promise<Changed> {
  return send(company, 'remove', 'patterns', patterns);
}

async function send(company: string, action: 'add' | 'remove', field: string, what: readonly unknown[]): Promise<Changed> {
  const body = new FormData();
  body.set(field, JSON.stringify(what));
  try {
    const response = await fetch(`/c/${encodeURIComponent(company)}/settings/black-list?/${action}`, {
      ...{ method: 'POST', body, headers: { 'x-sveltekit-action': 'true' } },
    });
    const result = deserialize<{ added?: Caller[]; removed?: Caller[] }, { wrong: 'form' | 'many'; lines?: number[] }>(
      await response.text(),
    );
    if (result.type === 'success') return { callers: result.data?.added ?? result.data?.removed ?? [] };
    if (result.type === 'failure') return { wrong: result.data?.wrong ?? 'failed', lines: result.data?.lines ?? [] };
  } catch {
    // said below, as what a server says that failed
  }
  return { wrong: 'failed', lines: [] };
}
