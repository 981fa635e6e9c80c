import type { TargetRule } from '@callscope/core/domain/target-call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import { adSettingsOf } from '@callscope/modules/ads/rule.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { adLinesIn, type Line, type LineFigures, linesOf, paidUntil } from '@callscope/portal/ads/lines.ts';
import { deps } from '@callscope/portal/deps.ts';
import { answered, type Failure } from '../failure.ts';
import { type AdLinesAddress, type Before, beforeOf } from './address.ts';

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
}

/** Everything at once: the page is as slow as its slowest question. */
export async function loadAdLines(scope: TenantScope, company: RuledTenant, address: AdLinesAddress): Promise<AdLinesData> {
  const { db, clock } = deps();
  const now = clock.now();
  const [directory, { currency, ...rule }] = await Promise.all([getDirectory(db, scope, new Date(now)), adSettingsOf(db, scope)]);
  const of = await linesOf(deps(), scope, company, directory?.body ?? EMPTY);
  const { from, to } = address.period;
  const zone = company.timezone;
  const compared = address.compare ? beforeOf(address.period, zone, now) : null;
  // of a period that runs both have their last day whole, as neither has it whole in calls
  const paidBefore = compared === null ? 0 : now < to ? startOfDay(zone, compared.until, 1) : compared.until;
  const found = await answered(
    Promise.all([
      adLinesIn(deps(), scope, company, of, { from, to, paidTo: paidUntil(zone, to, now) }, now),
      compared === null
        ? null
        : adLinesIn(deps(), scope, company, of, { from: compared.from, to: compared.until, paidTo: paidBefore }, now),
    ]),
  );
  const [is, was] = found.answer ?? [null, null];
  const before = new Map(was?.lines.map((line) => [line.number, line]));
  return {
    ...{ address, now, compared, rule, currency, failure: found.failure },
    lines: is?.lines.map((line) => ({ ...line, before: before.get(line.number) ?? null })) ?? [],
    totals: is && { ...is.totals, before: was?.totals ?? null },
  };
}
