/** Accounts of a contract. client: what the company has with the operator; money: what was paid in; revenue and vat: what was charged. */
export const ACCOUNT_KINDS = ['client', 'money', 'revenue', 'vat'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export type EntryKind = 'calls' | 'payment' | 'reversal';

/** Days of which charges are added up at once. */
export const MOST_CHARGED_DAYS = 400;

/** What must hold of the books, whatever happened. */
export const INVARIANTS = [
  /** lines of an entry do not sum to 0 */
  'entry',
  /** a balance is not the sum of its lines */
  'balance',
  /** a reversal is not its entry the other way */
  'reversal',
  /** what an entry charged is not what its calls moved */
  'calls',
  /** what a call moved is not what it costs */
  'call',
  /** what a package has given is not what calls have of it */
  'package',
] as const;
export interface Fault {
  invariant: (typeof INVARIANTS)[number];
  /** which entry, account, call or package */
  what: string;
}
