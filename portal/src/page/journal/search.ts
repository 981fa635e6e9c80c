import { fold } from '../../ui/option.ts';
import { type Conditions, withField, without } from './address.ts';
import { talkFromText } from './patterns.ts';

/** How a field is compared with what was typed. */
export type SearchCondition = 'contains' | 'equals' | 'begins' | 'not' | 'lacks' | 'least' | 'most';

const NUMBER = ['equals', 'begins', 'contains', 'not'] as const satisfies SearchCondition[];
const NAME = ['contains', 'equals', 'begins', 'lacks'] as const satisfies SearchCondition[];
const SPAN = ['least', 'most'] as const satisfies SearchCondition[];

/** What can be searched by, and the conditions that make sense there; the first is how the form begins. */
export const SEARCH = {
  text: ['contains'],
  caller: NUMBER,
  dialled: NUMBER,
  answeredBy: NUMBER,
  author: NAME,
  group: NAME,
  number: NAME,
  channel: ['contains', 'equals', 'begins'],
  callId: ['equals'],
  said: ['contains'],
  talk: SPAN,
  wait: SPAN,
} as const satisfies Record<string, readonly SearchCondition[]>;
export type SearchField = keyof typeof SEARCH;
export const SEARCH_FIELDS = Object.keys(SEARCH) as SearchField[];

export interface Search {
  field: SearchField;
  is: SearchCondition;
  text: string;
}

/** What names mean: of each list its values and how people call them. */
export type Named = Record<'author' | 'group' | 'number' | 'channel', readonly { value: string; label: string }[]>;

/** Where those are named that a call must not be of. */
const OTHERS = { author: 'notAuthor', group: 'notGroup', number: 'notNumber' } as const;

/** Why a search is none. */
export type Wrong = 'empty' | 'unknown' | 'seconds';

/** The conditions with the one that was searched for in place of its like: the same that the heads and the filter set. */
export function searched(conditions: Conditions, { field, is, text: typed }: Search, named: Named): Conditions | Wrong {
  const text = typed.trim();
  if (text === '') return 'empty';
  switch (field) {
    case 'text':
    case 'callId':
    case 'said':
      return withField(conditions, field, text);
    case 'caller':
    case 'dialled':
    case 'answeredBy': {
      const pattern = patternOf(text, is);
      return pattern === '' ? 'empty' : withField(conditions, field, pattern);
    }
    case 'talk':
    case 'wait': {
      const seconds = talkFromText(text);
      if (seconds?.talkMin === undefined || seconds.talkMax !== undefined) return 'seconds';
      const names = ({ talk: ['talkMin', 'talkMax'], wait: ['waitMin', 'waitMax'] } as const)[field];
      return withField(without(conditions, names), is === 'most' ? names[1] : names[0], seconds.talkMin);
    }
    default: {
      const found = named[field].filter(({ label, value }) => meant(label, text, is) || (field === 'number' && meant(value, text, is)));
      if (found.length === 0) return 'unknown';
      const values = found.map(({ value }) => value);
      if (is !== 'lacks') return withField(conditions, field, values);
      return field === 'channel' ? 'unknown' : withField(conditions, OTHERS[field], values);
    }
  }
}

/** A pattern of analytics/query/pattern.ts: commas separate numbers here as there. */
function patternOf(text: string, is: SearchCondition): string {
  const numbers = text.split(',').flatMap((part) => part.trim().replace(/^[!*]+|\*+$/g, '') || []);
  const terms = numbers.flatMap((number) => {
    if (is === 'begins') return `${number}*`;
    if (is === 'not') return `!${number}`;
    if (is !== 'contains') return number;
    // what begins as a national number is stored with its country's code
    return /^[\s(]*[08]/.test(number) ? [`*${number}*`, `${number}*`] : `*${number}*`;
  });
  return terms.join(', ');
}

function meant(name: string, typed: string, is: SearchCondition): boolean {
  const [whole, part] = [fold(name), fold(typed)];
  if (is === 'equals') return whole === part;
  return is === 'begins' ? whole.startsWith(part) : whole.includes(part);
}
