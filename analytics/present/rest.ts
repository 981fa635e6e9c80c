import type { Language, Unit } from '../catalog/words.ts';
import type { ReportAnswer } from '../query/answer.ts';
import type { Report } from '../reports/define.ts';
import { columnsOf } from './table.ts';

export interface ReportJson {
  columns: { id: string; type: string; label: string; unit: Unit | null; definition: string }[];
  /** by column id */
  rows: Record<string, string | number | null>[];
  totals: Record<string, number | null>;
  definition: string;
}

/** A report as programs get it. @param language of labels and definitions */
export function reportJson(report: Report, answer: ReportAnswer, language: Language): ReportJson {
  return {
    columns: columnsOf(report).map(({ id, type, label, unit, definition }) => ({
      id,
      type,
      label: label[language],
      unit,
      definition: definition[language],
    })),
    rows: answer.rows.map(({ key, figures }) => ({ ...(report.by === null ? {} : { [report.by]: key }), ...figures })),
    totals: { ...answer.totals },
    definition: report.definition[language],
  };
}
