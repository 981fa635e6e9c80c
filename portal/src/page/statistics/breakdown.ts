import { UNANSWERED } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES } from '@callscope/analytics/catalog/measures.ts';
import { tableOf } from '@callscope/analytics/present/table.ts';
import type { ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import type { Names } from '../journal/conditions.ts';

/** A figure as it is said, and the calls behind it. */
export interface Figure {
  id: string;
  value: number;
  said: string;
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
}
export interface Breakdown {
  title: string;
  definition: string;
  columns: { id: string; label: string; definition: string }[];
  /** by their size, the largest first; bands of talk in their order */
  rows: BreakdownRow[];
  totals: Figure[];
  series: { id: string; label: string; tone: 'answered' | 'missed' | 'outgoing' | 'failed' | 'muted' }[];
  /** the largest row */
  most: number;
}

/** A report as bars, pie and table take it. */
export function breakdownOf(
  report: Report,
  answer: ReportAnswer,
  filter: CallFilter,
  company: Company,
  names: Names,
  format: Format,
  words: Words['statistics']['blocks'],
): Breakdown {
  const plan = planReport(report, filter, company);
  const table = tableOf(plan, answer);
  const language = format.locale;
  const drawn = report.chart?.series ?? [];
  const labelOf = (key: string) => {
    if (report.by === 'talk') return bandLabel(key, format, words);
    if (report.by === 'number') return names.number(key);
    return report.by === 'group' ? names.group(key) : names.employee(key);
  };
  const figuresOf = (cells: (typeof table.totals)[number][]): Figure[] =>
    report.measures.map((id, i) => {
      const { value, drill } = cells[i + (report.by === null ? 0 : 1)] ?? { value: null, drill: null };
      const number = typeof value === 'number' ? value : 0;
      return { id, value: number, said: MEASURES[id].format === 'duration' ? format.duration(number) : format.number(number), drill };
    });
  const rows = table.rows.map(({ key, cells }): BreakdownRow => {
    const figures = figuresOf(cells);
    const series = drawn.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
    return {
      ...{ key: key ?? '', label: labelOf(key ?? ''), drill: cells[0]?.drill ?? null, figures, drawn: series },
      total: series.reduce((sum, { value }) => sum + value, 0),
    };
  });
  if (report.by !== 'talk') rows.sort((a, b) => b.total - a.total || a.label.localeCompare(b.label, language));
  return {
    title: report.title[language],
    definition: report.definition[language],
    columns: report.measures.map((id) => ({
      id,
      label: (MEASURES[id].short ?? MEASURES[id].label)[language],
      definition: MEASURES[id].definition[language],
    })),
    rows,
    totals: figuresOf(table.totals),
    series: drawn.map((id) => {
      const { label, short = label, mark } = MEASURES[id];
      return { id, label: short[language], tone: mark.colour };
    }),
    most: Math.max(1, ...rows.map((row) => row.total)),
  };
}

function bandLabel(key: string, format: Format, words: Words['statistics']['blocks']): string {
  if (key === UNANSWERED) return words.unanswered;
  const [from = '0', to = ''] = key.split('-');
  const said = (seconds: string) => format.duration(Number(seconds));
  return to === '' ? words.longer(said(from)) : words.band(said(from), said(to));
}
