import { isTime, TIMES, type Time } from '@callscope/analytics/catalog/dimensions.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import { byGroup } from '@callscope/analytics/reports/by-group.ts';
import { callers, callersByNumber } from '@callscope/analytics/reports/callers.ts';
import { concurrent, concurrentByDay } from '@callscope/analytics/reports/concurrent.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { incomingByEmployee, incomingByNumber, incomingTotals } from '@callscope/analytics/reports/incoming.ts';
import { missedByGroup, missedByNumber } from '@callscope/analytics/reports/missed.ts';
import { outgoingByAccount, outgoingByEmployee, outgoingByNumber, outgoingShares } from '@callscope/analytics/reports/outgoing.ts';
import { daily, monthly, weekHours, weekly } from '@callscope/analytics/reports/over-time.ts';
import { serviceByDay, serviceByGroup, serviceByHour, serviceLevel } from '@callscope/analytics/reports/service.ts';
import {
  soundByDay,
  soundByEmployee,
  soundByGateway,
  soundByHour,
  soundByNetwork,
  soundByNumber,
  soundByPhone,
  soundByTrunk,
  soundTotals,
} from '@callscope/analytics/reports/sound.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { Kind } from '#ui/chart/model.ts';
import { type Comparison, comparisonFrom } from '../comparison.ts';
import { addressFromQuery, type Conditions } from '../journal/address.ts';
import { type Period, periodToQuery } from '../period.ts';
import { canBeLine, figureOf, hasCourse, stepOf } from './course.ts';

/** What the load of the page depends on, to be read again. */
export const STATISTICS = 'callscope:statistics';

/** Parts of the page: by hour, and what is broken down (T-56, T-63). */
export const SECTIONS = {
  hours: [],
  in: [incomingTotals, incomingByNumber, incomingByEmployee],
  out: [outgoingShares, outgoingByNumber, outgoingByEmployee, outgoingByAccount],
  missed: [missedByNumber, missedByGroup],
  groups: [byGroup],
  service: [serviceLevel, serviceByGroup, serviceByHour, serviceByDay, callers, callersByNumber],
  lines: [concurrent, concurrentByDay],
  sound: [soundTotals, soundByHour, soundByDay, soundByEmployee, soundByPhone, soundByNetwork, soundByTrunk, soundByGateway, soundByNumber],
  days: [daily, weekly, monthly, weekHours],
  people: [],
} as const satisfies Record<string, readonly Report[]>;
export type Section = keyof typeof SECTIONS;

const DAY = 86_400_000;

/** Of a section, those whose rows are hours, days, weeks or months, as far as the period is not too long for them. */
export function trendsOf(section: Section, { from, to }: Period, zone: string): readonly (Report & { by: Time })[] {
  const days = (wallClock(zone, to) - wallClock(zone, from)) / DAY;
  const reports: readonly Report[] = SECTIONS[section];
  return reports.filter((report): report is Report & { by: Time } => isTime(report.by) && days <= (report.mostDays ?? days));
}

/** The reports of a section: of its trends the one that was asked for, or that suits the period. */
export function reportsOf(section: Section, period: Period, zone: string, step: Time | null): readonly Report[] {
  const trends = trendsOf(section, period, zone);
  const suits = TIMES.indexOf(stepOf(period, zone));
  const shown = trends.find(({ by }) => by === step) ?? trends.find(({ by }) => TIMES.indexOf(by) >= suits) ?? trends.at(-1);
  const reports: readonly Report[] = SECTIONS[section];
  return reports.filter((report) => !isTime(report.by) || report.id === shown?.id);
}

/** Ways to draw a breakdown (S-19). */
export const BLOCK_KINDS = ['bars', 'line', 'pie', 'table'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];
/** Their shares and means say more than their bars. */
const TABLES: ReadonlySet<string> = new Set([
  ...[serviceByGroup.id, serviceByHour.id, serviceByDay.id, callersByNumber.id],
  ...[
    soundByHour.id,
    soundByDay.id,
    soundByEmployee.id,
    soundByPhone.id,
    soundByNetwork.id,
    soundByTrunk.id,
    soundByGateway.id,
    soundByNumber.id,
  ],
]);
/** As a breakdown is drawn when the address says nothing. */
export const usualKind = (report: string): BlockKind => (TABLES.has(report) ? 'table' : isOfLines(report) ? 'line' : 'bars');
/** Peaks are no parts of a whole. */
const isOfLines = (report: string) => report === concurrent.id || report === concurrentByDay.id;
const isBlockKind = (text: string | undefined): text is BlockKind => (BLOCK_KINDS as readonly (string | undefined)[]).includes(text);

/** Which figures are asked for. */
export interface StatisticsAddress {
  section: Section;
  period: Period;
  conditions: Conditions;
  /** what a row of a trend is; null: what suits the period */
  step: Time | null;
  /** what stands beside the figures */
  compare: Comparison;
}

/** How they are drawn: nothing is asked anew when it changes. */
export interface ChartView {
  kind: Kind;
  /** ids of series switched off */
  hidden: ReadonlySet<string>;
  /** by report, where it is not the default */
  blocks: Readonly<Record<string, BlockKind>>;
  /** by report, the figure that its lines show where it is not the first */
  figures: Readonly<Record<string, MeasureId>>;
}

const REPORTS: ReadonlyMap<string, Report> = new Map(
  Object.values(SECTIONS).flatMap((reports) => reports.map((report) => [report.id, report] as const)),
);

/** Reports that the page has, the one by hour among them. */
export function reportOfStatistics(id: string): Report | undefined {
  return id === hourly.id ? hourly : REPORTS.get(id);
}

/** The ways in which a report can be drawn. */
export const kindsOf = (report: Report): readonly BlockKind[] =>
  BLOCK_KINDS.filter((kind) => (kind !== 'line' || canBeLine(report)) && (kind !== 'pie' || !isOfLines(report.id)));

type Params = { get(name: string): string | null };

/** @throws FilterError */
export function statisticsFromQuery(params: URLSearchParams, zone: string, now: number): StatisticsAddress {
  const { period, conditions } = addressFromQuery(params, zone, now);
  const section = (Object.keys(SECTIONS) as Section[]).find((one) => one === params.get('section')) ?? 'hours';
  const step = TIMES.find((one) => one === params.get('step')) ?? null;
  return { section, period, conditions, step, compare: comparisonFrom(params.get('compare')) };
}

export function viewFromQuery(params: Params): ChartView {
  const series: readonly string[] = hourly.chart.series;
  const hidden = (params.get('hide') ?? '').split(',').filter((id) => series.includes(id));
  // one series stays at least, as the legend has it
  const drawn = (params.get('as') ?? '').split(',').flatMap((one) => {
    const [id = '', kind, figure] = one.split('.');
    const report = REPORTS.get(id);
    return report && isBlockKind(kind) && kind !== usualKind(id) && kindsOf(report).includes(kind) ? [{ report, kind, figure }] : [];
  });
  const figures = drawn.flatMap(({ report, kind, figure }) => {
    const shown = figureOf(report, figure);
    return kind === 'line' && hasCourse(report) && shown !== report.measures[0] ? [[report.id, shown] as const] : [];
  });
  return {
    kind: params.get('chart') === 'bars' ? 'bars' : 'lines',
    hidden: new Set(hidden.length < series.length ? hidden : []),
    blocks: Object.fromEntries(drawn.map(({ report, kind: block }) => [report.id, block])),
    figures: Object.fromEntries(figures),
  };
}

/** Both as a query without `?`; '' for today's lines. */
export function statisticsToQuery(
  { section, period, conditions, step, compare }: StatisticsAddress,
  { kind, hidden, blocks, figures }: ChartView,
): string {
  const drawn = Object.entries(blocks).filter(([id, block]) => block !== usualKind(id));
  return [
    section === 'hours' ? '' : `section=${section}`,
    periodToQuery(period),
    filterToQuery(conditions),
    step === null ? '' : `step=${step}`,
    compare === 'weeks' ? '' : `compare=${compare}`,
    kind === 'bars' ? 'chart=bars' : '',
    hidden.size > 0 ? `hide=${hourly.chart.series.filter((id) => hidden.has(id)).join(',')}` : '',
    drawn.length > 0
      ? `as=${drawn.map(([id, block]) => [id, block, block === 'line' && figures[id]].filter(Boolean).join('.')).join(',')}`
      : '',
  ]
    .filter(Boolean)
    .join('&');
}
