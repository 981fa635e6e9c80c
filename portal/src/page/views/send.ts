import { invalidate } from '$app/navigation';
import type { SaveAnswer } from './answer.ts';
import { VIEWS } from './query.ts';

export type ViewFaultWord = NonNullable<SaveAnswer['fault']> | 'failed';

/** Saves, changes or deletes a view; the lists of views follow. @returns what went wrong; null: done */
export async function sendView(
  company: string,
  method: 'POST' | 'PATCH' | 'DELETE',
  given: { id: string } | Record<string, unknown>,
): Promise<ViewFaultWord | null> {
  const path = `/c/${encodeURIComponent(company)}/views`;
  try {
    const response =
      method === 'DELETE'
        ? await fetch(`${path}?id=${encodeURIComponent(String(given.id))}`, { method })
        : await fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) });
    const { fault } = (await response.json()) as SaveAnswer;
    if (fault === undefined) return 'failed';
    if (fault === null) await invalidate(VIEWS);
    return fault;
  } catch {
    return 'failed';
  }
}
