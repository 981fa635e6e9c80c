import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { DIMENSIONS, type Dimension } from '../catalog/dimensions.ts';
import type { Language, Unit } from '../catalog/words.ts';
import type { Figures, ReportAnswer } from '../query/answer.ts';
import type { Report } from '../reports/define.ts';
import { restColumns } from './table.ts';

export interface ReportJson {
  columns: { id: string; type: string; label: string; unit: Unit | null; definition: string }[];
  /** by column id */
  rows: Record<string, string | number | null>[];
  totals: Record<string, number | null>;
  definition: string;
}

/** Figures by the names of their columns. */
function named(report: Report, figures: Figures): Record<string, number | null> {
  return Object.fromEntries(report.measures.map((id) => [report.as?.[id] ?? id, figures[id] ?? null]));
}

function keyJson({ by }: Report, key: string | null, nameOf: (key: string) => string): Record<string, string | number | null> {
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
