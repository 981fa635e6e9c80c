import { isTime, UNANSWERED } from '@callscope/analytics/catalog/dimensions.ts';
import { definitionIn, MEASURES, type MeasureId, ruleOf } from '@callscope/analytics/catalog/measures.ts';
import { noneOf } from '@callscope/analytics/compare/change.ts';
import { tableOf } from '@callscope/analytics/present/table.ts';
import type { Figures, ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { daily, monthly, weekly } from '@callscope/analytics/reports/over-time.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import { daysBefore, isOneDay } from '../comparison.ts';
import { deltaOf, textOf } from '../dashboard/figures.ts';
import { type IncidentBand, incidentsIn } from '../incidents.ts';
import type { Names } from '../journal/conditions.ts';
import { rangeText, timeLabel } from './time-label.ts';

/** A figure as it is said, and the calls behind it. */
export interface Figure {
  id: MeasureId;
  /** 0 where there is no data */
  value: number;
  isKnown: boolean;
  said: string;
  /** against the period that it is compared with */
  delta: { text: string; tone: 'good' | 'bad' | 'neutral' } | undefined;
  /** what it was then */
  was: string | null;
  /** the same as a number; null: nothing to compare with, or no data then */
  base: number | null;
  drill: CallFilter | null;
}
export interface BreakdownRow {
  key: string;
  label: string;
  drill: CallFilter | null;
  /** in the order of the columns */
  figures: Figure[];
  /** the same of the series that are drawn, which do not overlap */
  drawn: Figure[];
  /** of the series together */
  total: number;
  /** incidents of this hour or day; '' = none */
  incident: string;
}
export interface Breakdown {
  title: string;
  definition: string;
  /** by which of the company's rules its figures are counted; '' = none */
  rule: string;
  columns: { id: MeasureId; label: string; definition: string }[];
  /** by their size, the largest first; bands of talk, hours and days in their order */
  rows: BreakdownRow[];
  totals: Figure[];
  series: { id: string; label: string; tone: 'answered' | 'missed' | 'outgoing' | 'failed' | 'muted' }[];
  /** the largest row */
  most: number;
}

/** Of trends: what does not overlap. */
const APART: readonly MeasureId[] = ['in', 'out'];
const OVERLAPPING: ReadonlySet<string> = new Set([daily.id, weekly.id, monthly.id]);

/** A report as bars, lines, pie and table take it. @param shift days from the period that it is compared with */
export function breakdownOf(
  report: Report,
  { answer, before }: { answer: ReportAnswer; before: ReportAnswer | null },
  shift: number,
  filter: CallFilter,
  company: Company,
  names: Names,
  format: Format,
  words: Words['statistics']['blocks'],
  incidents: readonly IncidentBand[] = [],
): Breakdown {
  const plan = planReport(report, filter, company);
  const table = tableOf(plan, answer);
  const language = format.locale;
  const drawn = OVERLAPPING.has(report.id) ? APART : (report.chart?.series ?? []);
  const labelOf = (key: string) => {
    if (report.by === 'talk') return bandLabel(key, format, words);
    if (report.by === 'day') return format.day(format.dayOf(Date.parse(key)), true);
    if (report.by === 'week') {
      const { start, end } = timeLabel('week', Date.parse(key), filter, company.zone, format);
      return rangeText(start, end);
    }
    if (report.by === 'month') return format.monthYear(format.dayOf(Date.parse(key)));
    if (report.by === 'account' || report.by === 'phone' || report.by === 'trunk') return key || format.none;
    if (report.by === 'ownNetwork' || report.by === 'farNetwork') return key || words.noNetwork;
    if (report.by === 'number') return names.number(key);
    if (report.by === 'hour') return hourLabel(Date.parse(key), filter, company.zone, format);
    return report.by === 'group' ? names.group(key) : names.employee(key);
  };
  const isInOrder = report.by === 'talk' || isTime(report.by);
  const past = new Map(before?.rows.map(({ key, figures }) => [key ?? '', figures]));
  /** null: nothing to compare with, as a month whose days are parts of two months then */
  const thenOf = (key: string): Figures | null => {
    if (before === null) return null;
    if (!isTime(report.by)) return past.get(key) ?? noneOf(report);
    return past.get(new Date(daysBefore(company.zone, Date.parse(key), shift)).toISOString()) ?? null;
  };
  /** @param then null: nothing to compare with */
  const figuresOf = (cells: (typeof table.totals)[number][], then: Figures | null): Figure[] =>
    report.measures.map((id, i) => {
      const { value, drill } = cells[i + (report.by === null ? 0 : 1)] ?? { value: null, drill: null };
      const number = typeof value === 'number' ? value : null;
      const base = then && (then[id] ?? null);
      return {
        ...{ id, value: number ?? 0, isKnown: number !== null, said: number === null ? format.none : textOf(id, number, format), drill },
        ...{ delta: then ? deltaOf(id, number, base, format) : undefined, was: then && textOf(id, base, format), base },
      };
    });
  const drillOf = (cells: (typeof table.totals)[number][]) => cells[0]?.drill ?? null;
  const rows = table.rows.map(({ key, cells }): BreakdownRow => {
    const figures = figuresOf(cells, thenOf(key ?? ''));
    const series = drawn.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
    return {
      ...{ key: key ?? '', label: labelOf(key ?? ''), drill: cells[0]?.drill ?? null, figures, drawn: series },
      total: series.reduce((sum, { value }) => sum + value, 0),
      incident: isTime(report.by) ? incidentsIn(incidents, drillOf(cells)) : '',
    };
  });
  if (!isInOrder) rows.sort((a, b) => b.total - a.total || a.label.localeCompare(b.label, language));
  return {
    title: report.title[language],
    definition: report.definition[language],
    rule: ruleOf(report.measures, company.rules)?.[language] ?? '',
    columns: report.measures.map((id) => ({
      id,
      label: (MEASURES[id].short ?? MEASURES[id].label)[language],
      definition: definitionIn(id, company.rules)[language],
    })),
    rows,
    totals: figuresOf(table.totals, before?.totals ?? null),
    series: drawn.map((id) => {
      const { label, short = label, mark } = MEASURES[id];
      return { id, label: short[language], tone: mark.colour };
    }),
    most: Math.max(1, ...rows.map((row) => row.total)),
  };
}

/** 13:00, with its day where there are several; an hour is said by its beginning. */
function hourLabel(at: number, { from = 0, to = 0 }: CallFilter, zone: string, format: Format): string {
  const hour = format.hourMinute(format.timeShort(at));
  return isOneDay({ from, to }, zone) ? hour : `${format.day(format.dayOf(at), false)} ${hour}`;
}

function bandLabel(key: string, format: Format, words: Words['statistics']['blocks']): string {
  if (key === UNANSWERED) return words.unanswered;
  const [from = '0', to = ''] = key.split('-');
  const said = (seconds: string) => format.duration(Number(seconds));
  return to === '' ? words.longer(said(from)) : words.band(said(from), said(to));
}
