import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Company, Meanings } from '@callscope/analytics/query/plan.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { projectReach } from '@callscope/modules/access/reach.ts';
import { readSettingsVersions } from '@callscope/modules/directory/settings.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import type { Deps } from '../deps.ts';

/** The company that a filter is about, with what the filter's words mean in it: asked for only where it uses them. */
export async function askedOf(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  scope: TenantScope,
  { timezone, country, rules, target }: Pick<RuledTenant, 'timezone' | 'country' | 'rules' | 'target'>,
  { hours, channel, project }: CallFilter,
): Promise<Company> {
  const company: Company = { zone: timezone, country, rules, target };
  if (hours === undefined && channel === undefined && project === undefined) return company;
  const [schedule, channels, projects] = await Promise.all([
    hours && readSettingsVersions(db, scope),
    channel && channelsOf(db, scope, country, clock.now()),
    project && projectReach(db, scope, project),
  ]);
  const means: Meanings = { ...(schedule && { schedule }), ...(channels && { channels }), ...(projects && { projects }) };
  return { ...company, means };
}

async function channelsOf(db: Deps['db'], scope: TenantScope, country: string, now: number): Promise<Record<string, string[]>> {
  const directory = await getDirectory(db, scope, new Date(now));
  const numbers = (directory?.body.numbers ?? []).map(({ number, channel }) => ({
    channel: channel ?? '',
    number: normalizePhone(number, country),
  }));
  return Object.fromEntries([...Map.groupBy(numbers, (n) => n.channel)].map(([channel, list]) => [channel, list.map((n) => n.number)]));
}
