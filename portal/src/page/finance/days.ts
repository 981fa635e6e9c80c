import type { DayCharge } from '@callscope/modules/finance/charges.ts';
import { SERVICES, type Service } from '@callscope/modules/finance/rules-rating.ts';

/** What calls of a day, or of all days, cost. Money in kopecks, with VAT. */
export interface ChargedDay {
  /** calls that cost something, or were free by the tariff */
  calls: number;
  billedSeconds: number;
  amount: number;
  /** what of it is VAT */
  vat: number;
  /** by service, of those that the period has */
  services: Readonly<Partial<Record<Service, number>>>;
}
export interface ChargedDays {
  /** services that something was charged for or was free in, in the order of the tables */
  services: readonly Service[];
  /** yyyy-mm-dd, by the company's clock; the newest first, days without calls left out */
  days: readonly (ChargedDay & { day: string })[];
  total: ChargedDay;
}

/** Charges of one contract by day, each service beside the others. */
export function chargedDays(charges: readonly DayCharge[]): ChargedDays {
  const byDay = [...Map.groupBy(charges, (charge) => charge.day)].sort(([a], [b]) => (a < b ? 1 : -1));
  return {
    services: SERVICES.filter((service) => charges.some((charge) => charge.service === service)),
    days: byDay.map(([day, of]) => ({ day, ...sumOf(of) })),
    total: sumOf(charges),
  };
}

function sumOf(charges: readonly DayCharge[]): ChargedDay {
  const services: Partial<Record<Service, number>> = {};
  const sum = { calls: 0, billedSeconds: 0, amount: 0, vat: 0, services };
  for (const { service, calls, billedSeconds, amount, vat } of charges) {
    sum.calls += calls;
    sum.billedSeconds += billedSeconds;
    sum.amount += Number(amount);
    sum.vat += Number(vat);
    services[service] = (services[service] ?? 0) + Number(amount);
  }
  return sum;
}
