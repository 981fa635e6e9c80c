import { registrationsOf } from '@callscope/analytics/run/registrations.ts';
import type { Tenant } from '@callscope/core/domain/directory.ts';
import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { deps } from '@callscope/portal/deps.ts';
import { accountsWithin, currentDirectory } from '../directory/load.ts';
import { historyStart } from './history.ts';
import type { PhoneDirectory } from './lines.ts';

export interface PhonesData {
  /** of the company, '' when there is none: phones of the directory's accounts register under it */
  domain: string;
  directory: PhoneDirectory;
  /** of the server */
  now: number;
}

/** Whose phones they are, as far as the right reaches; which of them are registered comes with the live stream. */
export async function loadPhones(scope: TenantScope, company: Tenant): Promise<PhonesData> {
  const now = deps().clock.now();
  const { accounts, employees } = (await currentDirectory(scope, company)).body;
  return {
    ...{ domain: company.domain, now },
    directory: {
      accounts: accounts.map(({ user, comment, extensions }) => ({ user, comment, extensions })),
      employees: employees.map(({ id, name, extensions }) => ({ id, name, extensions })),
    },
  };
}

/** The stretches of one account in the last days, the newest first; null: not for this person. @throws StoreUnavailable */
export async function loadHistory(scope: TenantScope, company: Tenant, account: string, domain: string): Promise<PhoneBinding[] | null> {
  if (scope.within && !(await accountsWithin(scope, company)).has(`${account}@${domain}`)) return null;
  const { store, clock } = deps();
  const now = clock.now();
  const found = await registrationsOf(store, scope, account, historyStart(company.timezone, now), now);
  return found
    .filter((r) => r.domain === domain)
    .map(({ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt }) => ({
      ...{ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt },
    }));
}
