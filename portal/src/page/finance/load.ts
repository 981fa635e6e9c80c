import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { chargesOf, type DayCharge } from '@callscope/modules/finance/charges.ts';
import { MOST_CHARGED_DAYS } from '@callscope/modules/finance/kinds.ts';
import { type Balance, balancesOf } from '@callscope/modules/finance/ledger.ts';
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

/** What a company has, owes, was charged and paid. */
export async function loadFinance(scope: TenantScope, company: RuledTenant, address: FinanceAddress): Promise<FinanceData> {
  const { db, clock } = deps();
  const [{ account, contracts }, charges] = await Promise.all([accountAsked(scope, address), chargesAsked(scope, company, address)]);
  const payments = account === null ? [] : await paymentsOf(db, scope, account.contract, SHOWN_PAYMENTS);
  return {
    address,
    now: clock.now(),
    contracts,
    account: account && { contract: account.number, balance: Number(account.balance) },
    charges: charges && chargedDays(charges.filter(({ contract }) => contract === account?.number)),
    payments: payments.map(({ amount, ...rest }) => ({ ...rest, amount: Number(amount) })),
  };
}

/** The contract that an address names, of all; one that the company does not have is its main one. */
export async function accountAsked(
  scope: TenantScope,
  { contract }: FinanceAddress,
): Promise<{ account: Balance | null; contracts: string[] }> {
  const balances = await balancesOf(deps().db, scope, null);
  const account = balances.find(({ number }) => number === contract) ?? balances[0] ?? null;
  return { account, contracts: balances.map(({ number }) => number) };
}

/** Charges of all contracts in the period of an address; null: it is longer than what is added up. */
export async function chargesAsked(
  scope: TenantScope,
  { timezone }: RuledTenant,
  { period: { from, to } }: FinanceAddress,
): Promise<DayCharge[] | null> {
  return to - from > MOST_CHARGED_DAYS * 86_400_000 ? null : chargesOf(deps().db, scope, { from, to, zone: timezone });
}
