import type { MarkFault } from '@callscope/modules/marks/kinds.ts';

/** `failed`: the server did not answer, or not as it should. */
export type TellFault = MarkFault | 'form' | 'failed';
export interface Told<T> {
  fault: TellFault | null;
  /** null also where it was taken away */
  made: T | null;
  /** what stands there instead of what was read */
  now?: T | null;
}

/** Where marks of a call are read and told. */
export const marksHref = (company: string, call: string, part = ''): string =>
  `/c/${encodeURIComponent(company)}/calls/${encodeURIComponent(call)}/marks${part}`;

/** Tells the server what a person said of a call. */
export async function tell<T>(method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', href: string, body?: object): Promise<Told<T>> {
  try {
    const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = (await (await fetch(href, { method, ...sent })).json()) as Partial<Told<T>>;
    // a page that says what is wrong in another way has no fault of ours in it
    return answer.fault === undefined
      ? { fault: 'failed', made: null }
      : { fault: answer.fault, made: answer.made ?? null, now: answer.now ?? null };
  } catch {
    return { fault: 'failed', made: null };
  }
}

/** «1:20» or «80» in seconds; null: nothing was said; undefined: it is no time. */
export function secondsOf(text: string): number | null | undefined {
  const said = text.trim();
  if (said === '') return null;
  const [, hours, minutes, rest] = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d)?)$/.exec(said) ?? [];
  if (rest === undefined) return undefined;
  const seconds = Number(rest.replace(',', '.'));
  if (minutes !== undefined && seconds >= 60) return undefined;
  return Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + seconds;
}
