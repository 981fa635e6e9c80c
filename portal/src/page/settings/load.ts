import type { Tenant } from '@callscope/core/domain/directory.ts';
import { phoneCountries } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Saved } from './draft.ts';

export interface SettingsData {
  saved: Saved;
  /** of the server */
  now: number;
  /** IANA */
  zones: string[];
  /** ISO 3166 */
  countries: string[];
}

export async function loadSettings(scope: TenantScope, { timezone, country }: Tenant): Promise<SettingsData> {
  const { db, clock } = deps();
  const settings = await getSettings(db, scope);
  return {
    saved: { ...settings, timezone, country },
    now: clock.now(),
    zones: [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', timezone])].sort(),
    countries: [...new Set([...phoneCountries(), country])],
  };
}
