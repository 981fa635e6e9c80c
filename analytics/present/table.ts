import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { DIMENSIONS, type Dimension } from '../catalog/dimensions.ts';
import { definitionIn, MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Format, Unit, Words } from '../catalog/words.ts';
import type { Figures, ReportAnswer } from '../query/answer.ts';
import { drill } from '../query/drill.ts';
import type { CallFilter } from '../query/filter.ts';
import type { ReportPlan } from '../query/plan.ts';
import type { Report } from '../reports/define.ts';

export interface Column {
  /** the dimension's or the measure's id */
  id: string;
  type: 'instant' | 'text' | 'integer' | 'number';
  unit: Unit | null;
  format: Format;
  label: Words;
  /** for narrow places */
  short: Words;
  definition: Words;
}

/** A value as it is, and the list of calls that a click on it opens; null: there can be no call behind it. */
export interface Cell {
  value: string | number | null;
  drill: CallFilter | null;
}
export interface Table {
  columns: Column[];
  /** cells in the order of the columns; `key` is the dimension's value, which also stands in the first cell */
  rows: { key: string | null; cells: Cell[] }[];
  /** in the order of the columns; nothing under the dimension */
  totals: Cell[];
}

/** The dimension first, then the figures in the report's order. @param rules the company's, said in definitions; none: of no company */
export function columnsOf(report: Report, rules?: FigureRules): Column[] {
  const figures = report.measures.map((id): Column => {
    const { kind, unit, format, label, short = label, definition } = MEASURES[id];
    return {
      id: report.as?.[id] ?? id,
      type:
        kind === 'peakAt'
          ? 'instant'
          : kind === 'peak' || kind === 'count' || kind === 'offers' || kind === 'callers'
            ? 'integer'
            : 'number',
      unit,
      format,
      label,
      short,
      definition: rules ? definitionIn(id, rules) : definition,
    };
  });
  if (report.by === null) return figures;
  const { type, format, label, definition } = DIMENSIONS[report.by];
  return [{ id: report.by, type, unit: null, format, label, short: label, definition }, ...figures];
}

/** The same as programs get them: a key of several parts is several columns, and one that the directory names has its name beside it. */
export function restColumns(report: Report, rules?: FigureRules): Column[] {
  const columns = columnsOf(report, rules);
  if (report.by === null) return columns;
  const { parts, named, label }: Dimension = DIMENSIONS[report.by];
  const [key, ...figures] = columns as [Column, ...Column[]];
  if (parts) return [...parts.columns.map((part) => ({ unit: null, format: 'count' as const, short: part.label, ...part })), ...figures];
  if (named === undefined) return columns;
  const definition = { ru: 'Как это называет справочник; пусто = никак.', en: 'What the directory calls it; empty = nothing.' };
  const beside: Column = { id: named, type: 'text', unit: null, format: 'name', label: NAMES[named], short: label, definition };
  return [key, beside, ...figures];
}

const NAMES = { label: { ru: 'Название', en: 'Label' }, name: { ru: 'Имя', en: 'Name' } };

export function tableOf(plan: ReportPlan, answer: ReportAnswer): Table {
  const { report } = plan;
  const cells = (key: string | null, figures: Figures): Cell[] => [
    ...(report.by === null ? [] : [{ value: key, drill: drill(plan, key, null) }]),
    ...report.measures.map((id: MeasureId) => ({ value: figures[id] ?? null, drill: drill(plan, key, id, figures) })),
  ];
  return {
    columns: columnsOf(report, plan.company.rules),
    rows: answer.rows.map(({ key, figures }) => ({ key, cells: cells(key, figures) })),
    totals: cells(null, answer.totals),
  };
}
