import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { DIMENSIONS, type Dimension } from '../catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Language, Unit } from '../catalog/words.ts';
import { type Change, type Changes, changesOf, earlierRows } from '../compare/change.ts';
import type { Compared } from '../compare/period.ts';
import type { Figures, ReportAnswer } from '../query/answer.ts';
import type { ReportPlan } from '../query/plan.ts';
import type { Report } from '../reports/define.ts';
import { restColumns } from './table.ts';

export interface ReportJson {
  columns: { id: string; type: string; label: string; unit: Unit | null; definition: string }[];
  /** by column id */
  rows: Record<string, string | number | null>[];
  totals: Record<string, string | number | null>;
  definition: string;
}

/** A figure as programs get it: a moment in RFC 3339. */
export function figureJson(id: MeasureId, value: number | null): string | number | null {
  return value === null || MEASURES[id].format !== 'moment' ? value : new Date(value).toISOString();
}

/** Figures by the names of their columns. */
function named(report: Report, figures: Figures): Record<string, string | number | null> {
  return Object.fromEntries(report.measures.map((id) => [report.as?.[id] ?? id, figureJson(id, figures[id] ?? null)]));
}

/** What says which row it is, by column id. */
export function keyJson({ by }: Report, key: string | null, nameOf: (key: string) => string): Record<string, string | number | null> {
  if (by === null || key === null) return {};
  const { parts, named: beside }: Dimension = DIMENSIONS[by];
  if (parts) return parts.of(key);
  return { [by]: key, ...(beside === undefined ? {} : { [beside]: nameOf(key) }) };
}

/** A report as programs get it. @param rules the company's. @param language of labels and definitions. @param nameOf what the directory calls a value of the dimension; '' = nothing */
export function reportJson(
  report: Report,
  answer: ReportAnswer,
  rules: FigureRules,
  language: Language,
  nameOf: (key: string) => string = () => '',
): ReportJson {
  return {
    columns: restColumns(report, rules).map(({ id, type, label, unit, definition }) => ({
      id,
      type,
      label: label[language],
      unit,
      definition: definition[language],
    })),
    rows: answer.rows.map(({ key, figures }) => ({ ...keyJson(report, key, nameOf), ...named(report, figures) })),
    totals: named(report, answer.totals),
    definition: report.definition[language],
  };
}

/** What the figures were and how they differ: one a row of the report, in its order. */
export interface ComparisonJson {
  from: string;
  to: string;
  /** by column id; null: that time was not yet compared, as of hours that are still to come */
  rows: (Record<string, Change> | null)[];
  totals: Record<string, Change>;
}

export function comparisonJson(plan: ReportPlan, answer: ReportAnswer, before: ReportAnswer, compared: Compared): ComparisonJson {
  const { report } = plan;
  const earlier = earlierRows(plan, before, compared);
  const named = (changes: Changes) =>
    Object.fromEntries(report.measures.flatMap((id) => (changes[id] ? [[report.as?.[id] ?? id, changes[id]] as const] : [])));
  return {
    from: new Date(compared.from).toISOString(),
    to: new Date(compared.until).toISOString(),
    rows: answer.rows.map(({ key, figures }) => {
      const then = earlier(key);
      return then && named(changesOf(report, figures, then));
    }),
    totals: named(changesOf(report, answer.totals, before.totals)),
  };
}
