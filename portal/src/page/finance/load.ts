import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { chargesOf } from '@callscope/modules/finance/charges.ts';
import { MOST_CHARGED_DAYS } from '@callscope/modules/finance/kinds.ts';
import { balancesOf } from '@callscope/modules/finance/ledger.ts';
import { paymentsOf } from '@callscope/modules/finance/payments.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { FinanceAddress } from './address.ts';
import { type ChargedDays, chargedDays } from './days.ts';

/** Of the list of payments. */
const SHOWN_PAYMENTS = 100;

export interface FinanceData {
  address: FinanceAddress;
  now: number;
  /** numbers of the company's contracts, the main one first */
  contracts: string[];
  /** the one that is looked at, and what the company has with it in kopecks, below 0 it owes; null: the company has no contract */
  account: { contract: string; balance: number } | null;
  /** null: the period is longer than what is added up */
  charges: ChargedDays | null;
  /** the newest first; amounts in kopecks, below 0 it was taken back */
  payments: { id: string; kind: 'payment' | 'reversal'; amount: number; bookedAt: number; note: string; reversed: boolean }[];
}

/** What a company has, owes, was charged and paid. A contract that it does not have is its main one. */
export async function loadFinance(scope: TenantScope, company: RuledTenant, address: FinanceAddress): Promise<FinanceData> {
  const { db, clock } = deps();
  const { from, to } = address.period;
  const isShort = to - from <= MOST_CHARGED_DAYS * 86_400_000;
  const [balances, charges] = await Promise.all([
    balancesOf(db, scope, null),
    isShort ? chargesOf(db, scope, { from, to, zone: company.timezone }) : null,
  ]);
  const account = balances.find(({ number }) => number === address.contract) ?? balances[0];
  const payments = account === undefined ? [] : await paymentsOf(db, scope, account.contract, SHOWN_PAYMENTS);
  return {
    address,
    now: clock.now(),
    contracts: balances.map(({ number }) => number),
    account: account === undefined ? null : { contract: account.number, balance: Number(account.balance) },
    charges: charges && chargedDays(charges.filter(({ contract }) => contract === account?.number)),
    payments: payments.map(({ amount, ...rest }) => ({ ...rest, amount: Number(amount) })),
  };
}
