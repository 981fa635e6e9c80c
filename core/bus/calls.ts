import type { CallRow } from '../domain/call.ts';

/** What of a changed call others may have found it by; as it was before. */
export type CallBefore = Pick<CallRow, 'direction' | 'from' | 'dialled' | 'startedAt'>;

/**
 * A message of the CALLS stream: the store has the call so, or has it no more. At least once; the same call with the same
 * revision is the same message. A call that moved to another company is removed for the one and finished for the other.
 */
export type CallNews =
  | { what: 'finished'; row: CallRow }
  /** `before` is missing where none of it changed */
  | { what: 'revised'; row: CallRow; before?: CallBefore }
  /** `row` as it was; `into` = id of the call that it became part of, null: it is no call of this company */
  | { what: 'removed'; row: CallRow; into: string | null };

export function encodeCallNews(news: CallNews): string {
  return JSON.stringify(news);
}

/** @returns null for what is no message of this version */
export function readCallNews(text: string): CallNews | null {
  try {
    const news = JSON.parse(text) as CallNews;
    const isKnown = ['finished', 'revised', 'removed'].includes(news.what);
    return isKnown && typeof news.row?.id === 'string' && typeof news.row.tenant === 'string' ? news : null;
  } catch {
    return null;
  }
}
