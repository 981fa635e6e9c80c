import {
  type Refusal,
  type RefusedAccount,
  type RefusedAddress,
  refusalsOf,
  refusedAccounts,
  refusedAddresses,
} from '@callscope/analytics/run/refusals.ts';
import { registrationsOf } from '@callscope/analytics/run/registrations.ts';
import type { Tenant } from '@callscope/core/domain/directory.ts';
import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Line, linesOf } from '@callscope/modules/incidents/lines.ts';
import { deps } from '@callscope/portal/deps.ts';
import { accountsWithin, currentDirectory } from '../directory/load.ts';
import { answered } from '../failure.ts';
import { historyStart } from './history.ts';
import type { PhoneDirectory } from './lines.ts';

/** ms of failed sign-ins that are shown */
const REFUSED_MS = 24 * 3_600_000;
/** and of times that a line was down */
const LINES_MS = 7 * 24 * 3_600_000;

export interface PhonesData {
  /** of the company, '' when there is none: phones of the directory's accounts register under it */
  domain: string;
  directory: PhoneDirectory;
  /** of the server */
  now: number;
  /** accounts whose sign-ins failed within a day, and from where; null: the store does not say */
  refused: { accounts: RefusedAccount[]; addresses: RefusedAddress[] } | null;
  /** to carriers; none for whoever sees a part of the company */
  lines: Line[];
}

/** Whose phones they are, as far as the right reaches; which of them are registered comes with the live stream. */
export async function loadPhones(scope: TenantScope, company: Tenant): Promise<PhonesData> {
  const now = deps().clock.now();
  const [{ accounts, employees }, { answer: refused }, lines] = await Promise.all([
    currentDirectory(scope, company).then(({ body }) => body),
    answered(refusedOf(scope, company, now)),
    scope.within ? [] : linesOf(deps().db, scope, now - LINES_MS, now),
  ]);
  return {
    ...{ refused, lines },
    ...{ domain: company.domain, now },
    directory: {
      accounts: accounts.map(({ user, comment, extensions }) => ({ user, comment, extensions })),
      employees: employees.map(({ id, name, extensions }) => ({ id, name, extensions })),
    },
  };
}

/** Whoever sees a part of the company sees the accounts of that part, and not who else was tried. */
async function refusedOf(scope: TenantScope, company: Tenant, now: number): Promise<NonNullable<PhonesData['refused']>> {
  const { store } = deps();
  const span = { from: now - REFUSED_MS, to: now };
  if (!scope.within) {
    const [accounts, addresses] = await Promise.all([refusedAccounts(store, scope, span), refusedAddresses(store, scope, span)]);
    return { accounts, addresses };
  }
  const [accounts, own] = await Promise.all([refusedAccounts(store, scope, span), accountsWithin(scope, company)]);
  return { accounts: accounts.filter(({ account, domain }) => own.has(`${account}@${domain}`)), addresses: [] };
}

/** What the row of an account unfolds. */
export interface PhoneHistory {
  stretches: PhoneBinding[];
  refusals: Refusal[];
}

/** The stretches of one account in the last days and its sign-ins that failed, the newest first; null: not for this person. @throws StoreUnavailable */
export async function loadHistory(scope: TenantScope, company: Tenant, account: string, domain: string): Promise<PhoneHistory | null> {
  if (scope.within && !(await accountsWithin(scope, company)).has(`${account}@${domain}`)) return null;
  const { store, clock } = deps();
  const now = clock.now();
  const from = historyStart(company.timezone, now);
  const [found, refusals] = await Promise.all([
    registrationsOf(store, scope, account, from, now),
    refusalsOf(store, scope, { account, domain }, { from, to: now }),
  ]);
  const stretches = found
    .filter((r) => r.domain === domain)
    .map(({ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt }) => ({
      ...{ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt },
    }));
  return { stretches, refusals };
}
