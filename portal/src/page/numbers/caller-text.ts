import { HIDDEN } from '@callscope/modules/pbx/rules-callers.ts';

/** As lists of callers are typed and shown in a field: what is stored, the other way round. */
export interface Caller {
  pattern: string;
  comment: string;
}

/** Digits with a country code: shown with + they are read as the same again, whatever the company's country. */
const WHOLE = /^\d{11,15}$/;

function shown(pattern: string, hidden: string): string {
  return pattern === HIDDEN ? hidden : WHOLE.test(pattern) ? `+${pattern}` : pattern;
}

/** @param hidden how the reader's language calls callers without number */
function typed(text: string, hidden: string): string {
  const one = text.trim();
  return one.toLowerCase() === hidden.toLowerCase() ? HIDDEN : one;
}

/** A list with comments: a line each. */
export function linesOf(list: readonly Caller[], hidden: string): string {
  return list.map(({ pattern, comment }) => [shown(pattern, hidden), ...(comment === '' ? [] : [comment])].join('; ')).join('\n');
}

/** What stands on such lines: a number, then after ; , or a tab (as tables are pasted) a comment. Empty lines say nothing. */
export function callersIn(text: string, hidden: string): Caller[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const end = line.search(/[;,\t]/);
      return { pattern: typed(end < 0 ? line : line.slice(0, end), hidden), comment: end < 0 ? '' : line.slice(end + 1).trim() };
    });
}

/** Callers without comments: one after the other. */
export function patternsText(patterns: readonly string[], hidden: string): string {
  return patterns.map((pattern) => shown(pattern, hidden)).join(', ');
}

export function patternsIn(text: string, hidden: string): string[] {
  return text
    .split(/[;,\n\t]/)
    .filter((one) => one.trim() !== '')
    .map((one) => typed(one, hidden));
}
