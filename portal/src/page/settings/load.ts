import type { Tenant } from '@callscope/core/domain/directory.ts';
import { phoneCountries } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { offsetAt } from '@callscope/core/domain/zone.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Saved } from './draft.ts';

export interface SettingsData {
  saved: Saved;
  /** of the server */
  now: number;
  /** IANA, from west to east, with how far their clocks are ahead of UTC now, ms */
  zones: { id: string; offset: number }[];
  /** ISO 3166 */
  countries: string[];
}

/** Names that Intl lists under their old form. */
const RENAMED: Record<string, string> = {
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Truk': 'Pacific/Chuuk',
};

export async function loadSettings(scope: TenantScope, { timezone, country }: Tenant): Promise<SettingsData> {
  const { db, clock } = deps();
  const settings = await getSettings(db, scope);
  return {
    saved: { ...settings, timezone, country },
    now: clock.now(),
    zones: zonesAt(clock.now(), timezone),
    countries: [...new Set([...phoneCountries(), country])],
  };
}

/** @param mine is among them, whatever it is */
function zonesAt(now: number, mine: string): SettingsData['zones'] {
  const ids = new Set([...Intl.supportedValuesOf('timeZone').map((id) => RENAMED[id] ?? id), 'UTC', mine]);
  return [...ids].map((id) => ({ id, offset: offsetAt(id, now) })).sort((a, b) => a.offset - b.offset || (a.id < b.id ? -1 : 1));
}
