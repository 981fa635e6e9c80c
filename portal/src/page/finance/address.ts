import { type Period, periodFromQuery, periodToQuery, presetPeriod } from '../period.ts';

/** What the load of the page depends on, to be read again. */
export const FINANCE = 'callscope:finance';

export interface FinanceAddress {
  period: Period;
  /** number of the contract that is looked at; null: the main one */
  contract: string | null;
}

/** Money is reckoned by the month: so is asked for it, unless the address says otherwise. */
const USUAL = 'month';

/** @throws FilterError */
export function financeFromQuery(params: URLSearchParams, zone: string, now: number): FinanceAddress {
  const isAsked = ['from', 'to', 'period'].some((name) => params.has(name));
  return {
    period: isAsked ? periodFromQuery(params, zone, now) : presetPeriod(USUAL, zone, now),
    contract: params.get('contract'),
  };
}

/** As the query of an address, without `?`; '' for this month of the main contract. */
export function financeToQuery({ period, contract }: FinanceAddress): string {
  return [
    period.preset === USUAL ? '' : periodToQuery(period) || 'period=today',
    contract === null ? '' : `contract=${encodeURIComponent(contract)}`,
  ]
    .filter(Boolean)
    .join('&');
}
