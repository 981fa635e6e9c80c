import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Company, Meanings } from '@callscope/analytics/query/plan.ts';
import { withNumbers } from '@callscope/analytics/run/known-numbers.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { projectReach } from '@callscope/modules/access/reach.ts';
import { readSettingsVersions } from '@callscope/modules/directory/settings.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { callsSaying } from '@callscope/modules/transcripts/store.ts';
import type { Deps } from '../deps.ts';

/**
 * The company that a filter is about, with what the filter's words mean in it: asked for only where it uses them. What was said is
 * looked for between `from` and `to` alone: whoever asks about another period too gives the span of both.
 */
export async function askedOf(
  deps: Pick<Deps, 'db' | 'clock' | 'store'>,
  scope: TenantScope,
  tenant: Pick<RuledTenant, 'timezone' | 'country' | 'rules' | 'target'>,
  filter: CallFilter,
): Promise<Company> {
  return withNumbers(deps.store, scope, filter, await namedIn(deps, scope, tenant, filter));
}

async function namedIn(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  scope: TenantScope,
  { timezone, country, rules, target }: Pick<RuledTenant, 'timezone' | 'country' | 'rules' | 'target'>,
  { hours, channel, project, said, from, to }: CallFilter,
): Promise<Company> {
  const company: Company = { zone: timezone, country, rules, target };
  if (hours === undefined && channel === undefined && project === undefined && said === undefined) return company;
  const [schedule, channels, projects, saying] = await Promise.all([
    hours && readSettingsVersions(db, scope),
    channel && channelsOf(db, scope, country, clock.now()),
    project && projectReach(db, scope, project),
    said && sayingIn(db, scope, said, { from, to }),
  ]);
  const means: Meanings = {
    ...(schedule && { schedule }),
    ...(channels && { channels }),
    ...(projects && { projects }),
    ...(saying && { said: saying }),
  };
  return { ...company, means };
}

/** Whoever may not hear calls finds none by what was said in them. */
async function sayingIn(
  db: Deps['db'],
  scope: TenantScope,
  words: string,
  period: Pick<CallFilter, 'from' | 'to'>,
): Promise<NonNullable<Meanings['said']>> {
  return scope.hears ? ((await callsSaying(db, scope, words, period)) ?? 'many') : [];
}

/** The stretch of time that holds all of these: what a filter means is asked once for a period and what it is compared with. */
export function spanOf(
  period: { from: number; to: number },
  compared: { from: number; until: number } | null,
): { from: number; to: number } {
  if (compared === null) return { from: period.from, to: period.to };
  return { from: Math.min(period.from, compared.from), to: Math.max(period.to, compared.until) };
}

async function channelsOf(db: Deps['db'], scope: TenantScope, country: string, now: number): Promise<Record<string, string[]>> {
  const directory = await getDirectory(db, scope, new Date(now));
  const numbers = (directory?.body.numbers ?? []).map(({ number, channel }) => ({
    channel: channel ?? '',
    number: normalizePhone(number, country),
  }));
  return Object.fromEntries([...Map.groupBy(numbers, (n) => n.channel)].map(([channel, list]) => [channel, list.map((n) => n.number)]));
}
