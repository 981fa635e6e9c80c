import type { Company } from '@callscope/analytics/query/plan.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import type { TargetRule } from '@callscope/core/domain/target-call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import { adSettingsOf } from '@callscope/modules/ads/rule.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { adLinesIn, type Line, type LineFigures, linesOf, paidUntil } from '@callscope/portal/ads/lines.ts';
import { askedOf, spanOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { visibleTo } from '../directory/visible.ts';
import { namedProjects, namesIn } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import type { Conditions } from '../journal/address.ts';
import type { CompanyNames } from '../names.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import { type AdLinesAddress, type Before, beforeOf, callConditions } from './address.ts';

export interface ComparedLine extends Line, LineFigures {
  /** null: nothing is compared */
  before: LineFigures | null;
}
export interface AdLinesData {
  address: AdLinesAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  /** null: nothing is compared */
  compared: Before | null;
  rule: TargetRule;
  currency: string;
  lines: ComparedLine[];
  /** null: the store did not answer */
  totals: (LineFigures & { before: LineFigures | null }) | null;
  failure: Failure | null;
  /** for the conditions and their words */
  names: CompanyNames;
  missing: Missing | null;
}

/** Everything at once: the page is as slow as its slowest question. */
export async function loadAdLines(scope: TenantScope, company: RuledTenant, address: AdLinesAddress): Promise<AdLinesData> {
  const { db, clock } = deps();
  const now = clock.now();
  const [directory, { currency, ...rule }] = await Promise.all([getDirectory(db, scope, new Date(now)), adSettingsOf(db, scope)]);
  const { conditions } = address;
  const compared = address.compare ? beforeOf(address.period, company.timezone, now) : null;
  const place = await askedOf(deps(), scope, company, { ...conditions, ...spanOf(address.period, compared) });
  const of = chosen(await linesOf(deps(), scope, company, directory?.body ?? EMPTY), conditions, place);
  const asked = { filter: callConditions(conditions), company: place };
  const { from, to } = address.period;
  const zone = company.timezone;
  // of a period that runs both have their last day whole, as neither has it whole in calls
  const paidBefore = compared === null ? 0 : now < to ? startOfDay(zone, compared.until, 1) : compared.until;
  const found = await answered(
    Promise.all([
      adLinesIn(deps(), scope, company, of, { from, to, paidTo: paidUntil(zone, to, now) }, now, asked),
      compared === null
        ? null
        : adLinesIn(deps(), scope, company, of, { from: compared.from, to: compared.until, paidTo: paidBefore }, now, asked),
    ]),
  );
  const names = namesIn(visibleTo(directory?.body ?? EMPTY, scope, company), company, await namedProjects(scope));
  const missing = await missingIn(scope, company, conditions, { ...names, numbers: names.numbers.map((n) => n.number) });
  const [is, was] = found.answer ?? [null, null];
  const before = new Map(was?.lines.map((line) => [line.number, line]));
  return {
    ...{ address, now, compared, rule, currency, failure: found.failure, names, missing },
    lines: is?.lines.map((line) => ({ ...line, before: before.get(line.number) ?? null })) ?? [],
    totals: is && { ...is.totals, before: was?.totals ?? null },
  };
}

/** The lines that are asked for: by number, and by the channel that the directory gives theirs. */
function chosen<L extends { lines: Line[] }>(all: L, { number, channel }: Conditions, { country, means }: Company): L {
  const numbers = number?.map((one) => normalizePhone(phoneFromPeople(one, country), country));
  const ofChannels = channel?.flatMap((name) => means?.channels?.[name] ?? []);
  const isAsked = (line: Line) => [numbers, ofChannels].every((list) => list === undefined || list.includes(line.number));
  return { ...all, lines: all.lines.filter(isAsked) };
}
