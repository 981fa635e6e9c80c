import type { CallRow } from '../domain/call.ts';

/** What of a changed call others may have found it by; as it was before. */
export type CallBefore = Pick<CallRow, 'direction' | 'from' | 'dialled' | 'startedAt'>;

/**
 * The store has a call so, or has it no more. At least once; the same call with the same revision is the same news. A call that
 * moved to another company is removed for the one and finished for the other.
 */
export type CallNews =
  | { what: 'finished'; row: CallRow }
  /** `before` is missing where none of it changed */
  | { what: 'revised'; row: CallRow; before?: CallBefore }
  /** `row` as it was; `into` = id of the call that it became part of, null: it is no call of this company */
  | { what: 'removed'; row: CallRow; into: string | null };

/** A message of CALLS is the news of one company's calls from one block, in JSON: at most about so many characters. */
const MESSAGE_CHARS = 256 * 1024;

/** News of one company as the bodies of as few messages as fit, each with the news that it holds. */
export function callMessages(news: readonly CallNews[], most = MESSAGE_CHARS): { body: string; news: CallNews[] }[] {
  const out: { body: string; news: CallNews[] }[] = [];
  let texts: string[] = [];
  let part: CallNews[] = [];
  let chars = 0;
  const close = () => {
    if (part.length > 0) out.push({ body: `[${texts.join(',')}]`, news: part });
    texts = [];
    part = [];
    chars = 0;
  };
  for (const one of news) {
    const text = JSON.stringify(one);
    if (chars + text.length > most) close();
    texts.push(text);
    part.push(one);
    chars += text.length;
  }
  close();
  return out;
}

/** @returns what of a message is news of this version; the rest is left out */
export function readCallNews(text: string): CallNews[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(list) ? list.filter(isCallNews) : [];
}

function isCallNews(value: unknown): value is CallNews {
  const { what, row } = (value ?? {}) as Partial<CallNews>;
  return (
    what !== undefined && ['finished', 'revised', 'removed'].includes(what) && typeof row?.id === 'string' && typeof row.tenant === 'string'
  );
}
