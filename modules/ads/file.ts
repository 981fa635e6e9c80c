import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import type { Sheet, TableRow } from '../directory/files/refused.ts';
import { MONTH, MOST_AMOUNT, type Spend } from './months.ts';
import { MOST_CHANGES } from './spend.ts';

/** What is wrong with a line of a file, for words of another language. */
export type SpendFault =
  | { code: 'columns' }
  | { code: 'number'; given: string }
  /** a phone number, of nobody in this company */
  | { code: 'notOwn'; given: string }
  | { code: 'month'; given: string }
  | { code: 'amount'; given: string }
  /** line and month stand in this row already */
  | { code: 'twice'; row: number }
  | { code: 'tooMany'; most: number }
  | { code: 'none' };
export interface SpendProblem {
  /** as the program that made the file counts it, from 1; 0: the file as a whole */
  row: number;
  fault: SpendFault;
}

/** A text as long as nobody can look at. */
const MOST_PROBLEMS = 50;

/**
 * Lines `number; month; amount` of a file. All of it or nothing: with a problem nothing is to be taken over.
 * @param own numbers of the company as calls have them
 */
export function readSpend({ rows }: Sheet, country: string, own: ReadonlySet<string>): { spend: Spend[]; problems: SpendProblem[] } {
  const problems: SpendProblem[] = [];
  const spend: Spend[] = [];
  const seen = new Map<string, number>();
  const body = rows.length > 0 && isHead(rows[0] as TableRow) ? rows.slice(1) : rows;
  if (body.length === 0) problems.push({ row: 0, fault: { code: 'none' } });
  if (body.length > MOST_CHANGES) return { spend: [], problems: [{ row: 0, fault: { code: 'tooMany', most: MOST_CHANGES } }] };
  for (const { row, cells } of body) {
    const read = lineOf(cells, country, own);
    if ('code' in read) problems.push({ row, fault: read });
    else {
      const key = `${read.number} ${read.month}`;
      const before = seen.get(key);
      if (before !== undefined) problems.push({ row, fault: { code: 'twice', row: before } });
      else spend.push(read);
      seen.set(key, before ?? row);
    }
    if (problems.length >= MOST_PROBLEMS) break;
  }
  return { spend, problems };
}

function lineOf(cells: readonly string[], country: string, own: ReadonlySet<string>): Spend | SpendFault {
  const [typed = '', when = '', sum = ''] = cells.map((cell) => cell.trim());
  if (cells.filter((cell) => cell.trim() !== '').length < 3) return { code: 'columns' };
  const number = normalizePhone(phoneFromPeople(typed, country), country);
  if (!/^\d{1,20}$/.test(number)) return { code: 'number', given: typed };
  if (!own.has(number)) return { code: 'notOwn', given: typed };
  const month = monthFrom(when);
  if (month === null) return { code: 'month', given: when };
  const amount = amountFrom(sum);
  return amount === null ? { code: 'amount', given: sum } : { number, month, amount };
}

/** Names of columns, if any: what is neither a month nor a sum. */
function isHead({ cells }: TableRow): boolean {
  const [, when = '', sum = ''] = cells.map((cell) => cell.trim());
  return monthFrom(when) === null && amountFrom(sum) === null && /\p{L}/u.test(cells.join('')) && !/\d/.test(cells.join(''));
}

/** 2026-11, 11.2026, 11/2026, and the first of the month as table programs write it; null: none of them. */
export function monthFrom(text: string): string | null {
  const [, year, month] = /^(20\d\d)-(\d\d)(?:-01)?$/.exec(text) ?? [];
  const [, other, otherYear] = /^(?:01[./])?(\d{1,2})[./](20\d\d)$/.exec(text) ?? [];
  const found = year === undefined ? `${otherYear}-${(other ?? '').padStart(2, '0')}` : `${year}-${month}`;
  return MONTH.test(found) ? found : null;
}

/** A sum as people write it, in whole kopecks, without going through fractions: `186 000,50` is 18600050. null: no sum */
export function amountFrom(text: string): number | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s\u202f]/g, '')
    .replace(/(?:₽|руб\.?|р\.)$/i, '');
  const [, whole, , fraction = ''] = /^(\d{1,12})([.,](\d{1,2}))?$/.exec(plain) ?? [];
  if (whole === undefined) return null;
  const amount = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return amount <= MOST_AMOUNT ? amount : null;
}
