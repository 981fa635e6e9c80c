import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import { phonePrefixes } from '@callscope/core/domain/phone-prefix.ts';

/** A pattern of numbers in the store's spelling. `like` are operands of LIKE. */
export interface Pattern {
  some: Terms;
  none: Terms;
}
export interface Terms {
  exact: string[];
  like: string[];
}

const PHONE = /^(?=.*\d)[+\d\s()\-.*]+$/;

/**
 * What people write into a number filter: `8 (495)*, 7391*` = either; `!101` = not this; `anonymous` is a word like any.
 * Exclusions alone mean everything else.
 */
export function parsePattern(text: string, country: string): Pattern {
  const pattern: Pattern = { some: { exact: [], like: [] }, none: { exact: [], like: [] } };
  for (const part of text.split(',').map((p) => p.trim())) {
    const excluded = part.startsWith('!');
    const term = plainly(excluded ? part.slice(1) : part, country);
    if (term === '') continue;
    const into = excluded ? pattern.none : pattern.some;
    if (term.includes('*')) into.like.push(...wildcards(term, country));
    else into.exact.push(normalizePhone(term, country));
  }
  return pattern;
}

/** Operands of LIKE that find a text anywhere within a number, in any spelling of it. */
export function anywhere(typed: string, country: string): string[] {
  const text = plainly(typed, country);
  if (!PHONE.test(text)) return [`%${escaped(text)}%`];
  const spellings = text.includes('*') ? [] : [normalizePhone(text, country)];
  return [...new Set([...wildcards(text, country), ...spellings.map(escaped)].map((like) => `%${like}%`))];
}

/** A number without what people write around it; anything else as it was typed. */
function plainly(typed: string, country: string): string {
  const plain = phoneFromPeople(typed, country);
  return plain === '' || /[%_\\]/.test(typed) ? typed.trim() : plain;
}

/** A national number's beginning has two spellings; what follows the first * has none of its own. */
function wildcards(term: string, country: string): string[] {
  const [first = '', ...rest] = term.split('*');
  if (!PHONE.test(term)) return [[first, ...rest].map(escaped).join('%')];
  const after = rest.map((piece) => `%${piece.replace(/\D/g, '')}`).join('');
  return phonePrefixes(first, country).map((prefix) => prefix + after);
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
