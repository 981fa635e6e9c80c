import type { CallCharge } from '@callscope/modules/finance/charges.ts';
import type { Format } from '../../format/format.ts';
import type { Words } from '../../words/words.ts';

/** What the card says of what its call cost. Money in kopecks, with VAT. */
export interface CardCharge extends Pick<CallCharge, 'why' | 'billedSeconds' | 'packageSeconds' | 'package'> {
  amount: number;
  vat: number;
  /** roubles a minute and a call, as the tariff has them; null: no line of it decided */
  line: Pick<NonNullable<CallCharge['line']>, 'name' | 'price' | 'connection' | 'vatIncluded'> | null;
}

/** The last charge of a call, as its card has it; null: it was not charged, or is charged no more. @param charges the newest first */
export function cardCharge([last]: readonly CallCharge[]): CardCharge | null {
  if (last === undefined || last.outcome === 'gone') return null;
  const { why, billedSeconds, packageSeconds, package: name, amount, vat, line } = last;
  return {
    ...{ why, billedSeconds, packageSeconds, package: name, amount: Number(amount), vat: Number(vat) },
    line: line && { name: line.name, price: line.price, connection: line.connection, vatIncluded: line.vatIncluded },
  };
}

/** «3,60 ₽: Москва, 1 мин 5 с × 1,50 ₽/мин; в том числе НДС 0,60 ₽»: the sum, and how it came about. */
export function chargeWords(charge: CardCharge, words: Words['callCard']['charge'], format: Format): string {
  if (charge.why !== null) return words.free[charge.why];
  const { amount, vat, billedSeconds, packageSeconds, line } = charge;
  const sum = format.money(amount / 100, 2);
  if (line === null) return sum;
  const paid = billedSeconds - packageSeconds;
  const parts = [
    ...(packageSeconds > 0 ? [words.package(format.durationWords(packageSeconds), charge.package ?? '')] : []),
    ...(paid > 0 ? [words.minutes(format.durationWords(paid), priceText(line.price, format))] : []),
    ...(Number(line.connection) > 0 ? [words.connection(priceText(line.connection, format))] : []),
  ].join(' + ');
  const how = [line.name, parts].filter(Boolean).join(', ');
  const tax = vat === 0 ? '' : words[line.vatIncluded ? 'vatIncluded' : 'vatAdded'](format.money(vat / 100, 2));
  return `${sum}: ${[how, tax].filter(Boolean).join('; ')}`;
}

/** A price may be finer than a kopeck; it is never coarser. */
function priceText(roubles: string, format: Format): string {
  const [, fraction = ''] = roubles.split('.');
  return format.money(Number(roubles), Math.max(2, fraction.length));
}
