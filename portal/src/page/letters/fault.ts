import type { Words } from '#words/words.ts';

/** What is known of why nothing went, as it is kept: in the words of the log. */
const KNOWN = [
  [/is inside of this network/, 'inside'],
  [/^answered (\d+)/, 'answered'],
  [/^no answer|ETIMEDOUT|timed? ?out|Greeting never received/i, 'silent'],
  [/^there is no mail server/, 'noMail'],
  [/ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|socket hang up/, 'closed'],
  [/ENOTFOUND|EAI_AGAIN/, 'unknownHost'],
] as const satisfies readonly (readonly [RegExp, keyof Words['kit']['wentNot']])[];

/** Why a letter or a request did not go, in the reader's words; what is not known stays as it is. */
export function faultText(fault: string, words: Words['kit']['wentNot']): string {
  for (const [pattern, id] of KNOWN) {
    const found = pattern.exec(fault);
    if (found) return words[id](found[1] ?? '');
  }
  return fault;
}
