import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { drill } from '@callscope/analytics/query/drill.ts';
import { type CallFilter, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { planReport, type ReportPlan } from '@callscope/analytics/query/plan.ts';
import { adLines } from '@callscope/analytics/reports/ad-lines.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { journalHref, pageHref } from '../links.ts';
import { periodToQuery } from '../period.ts';
import { callConditions } from './address.ts';
import type { AdLinesData } from './load.ts';

export interface CompanyOfLinks {
  id: string;
  timezone: string;
  country: string;
  rules: FigureRules;
}

/** The question that the page asked, for the lists that its figures open. */
export function planOf({ timezone: zone, country, rules }: CompanyOfLinks, { address, lines }: AdLinesData): ReportPlan {
  const { from, to } = address.period;
  return planReport(
    adLines,
    { ...callConditions(address.conditions), from, to, number: lines.map(({ number }) => `+${number}`) },
    { zone, country, rules },
  );
}

/** The calls behind a figure of a line. @param number null: of all lines. @param measure null: all calls */
export function callsHref(company: CompanyOfLinks, ads: AdLinesData, number: string | null, measure: MeasureId | null): string {
  return journalHref(company.id, callsOf(company, ads, number, measure), ads.address.period);
}

export function callsOf(company: CompanyOfLinks, ads: AdLinesData, number: string | null, measure: MeasureId | null): CallFilter | null {
  return drill(planOf(company, ads), number, measure);
}

/** Whom nobody has called back yet, of a line; of all lines there is no list apart from other numbers: undefined. */
export function casesHref(company: CompanyOfLinks, { address, lines }: AdLinesData, number: string | null): string | undefined {
  const of = number ?? (lines.length === 1 ? (lines[0]?.number ?? null) : null);
  if (of === null) return undefined;
  return pageHref(
    company.id,
    '/missed',
    [periodToQuery(address.period) || 'period=today', filterToQuery({ ...callConditions(address.conditions), number: [of] })]
      .filter(Boolean)
      .join('&'),
  );
}
