import type { RatableCall } from './rules-rating.ts';

/** A contract as far as it says who pays for a call, and by which tariff. Days by the company's clock, yyyy-mm-dd. */
export interface ContractTerms {
  id: string;
  number: string;
  beginsOn: string;
  /** its last day; null: it goes on */
  endsOn: string | null;
  isMain: boolean;
  /** own numbers, international digits */
  numbers: readonly string[];
  /** each until the next begins, in any order */
  tariffs: readonly { tariff: string; fromOn: string }[];
}

/** The contract that pays for a call of this day: the one that names its own number, else the main one. */
export function contractFor(
  call: Pick<RatableCall, 'from' | 'number' | 'dialled' | 'direction'>,
  contracts: readonly ContractTerms[],
  day: string,
): ContractTerms | null {
  const going = contracts.filter((c) => c.beginsOn <= day && (c.endsOn === null || day <= c.endsOn));
  const own = call.direction === 'in' ? [call.number, call.dialled] : [call.number, call.from];
  return going.find((c) => own.some((number) => number !== '' && c.numbers.includes(number))) ?? going.find((c) => c.isMain) ?? null;
}

/** The tariff that a contract goes by on a day; null: none yet. */
export function tariffOn({ tariffs }: Pick<ContractTerms, 'tariffs'>, day: string): string | null {
  let found: { tariff: string; fromOn: string } | null = null;
  for (const one of tariffs) if (one.fromOn <= day && (found === null || found.fromOn < one.fromOn)) found = one;
  return found?.tariff ?? null;
}
