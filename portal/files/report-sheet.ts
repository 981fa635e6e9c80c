import { DIMENSIONS, type Dimension } from '@callscope/analytics/catalog/dimensions.ts';
import { definitionIn, MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Format as Shown } from '@callscope/analytics/catalog/words.ts';
import { chartOf } from '@callscope/analytics/present/chart.ts';
import { keyJson } from '@callscope/analytics/present/rest.ts';
import { restColumns } from '@callscope/analytics/present/table.ts';
import type { Figures, ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { ReportPlan } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { CompanyNames } from '../src/page/names.ts';
import { namesOf } from '../src/page/names.ts';
import { chartSvg } from './chart-svg.ts';
import { PAPER_CHART } from './paper-limits.ts';
import { periodText, questionFacts } from './question-facts.ts';
import { type CellKind, type CellValue, partOfRows, type Sheet, type SheetColumn, type SheetFact, type SheetRow } from './sheet.ts';
import type { Speech } from './speech.ts';

/** Columns that say which row it is. */
export interface Keys {
  columns: SheetColumn[];
  cells: (key: string) => CellValue[];
}

/** As programs have them in JSON. @param nameOf what the directory calls a value; '' = nothing */
export function keysOfRest(report: Report, nameOf: (key: string) => string, { locale }: Pick<Speech, 'locale'>): Keys {
  if (report.by === null) return { columns: [], cells: () => [] };
  const { format }: Dimension = DIMENSIONS[report.by];
  const figures = report.measures.length;
  const columns = restColumns(report)
    .slice(0, -figures)
    .map(({ id, type, label }): SheetColumn => {
      const kind = type === 'instant' ? 'instant' : id === report.by && format === 'phone' ? 'phone' : type === 'text' ? 'text' : type;
      return { id, head: label[locale], kind };
    });
  return {
    columns,
    cells: (key) => {
      const said = keyJson(report, key, nameOf);
      return columns.map(({ id, kind }) => (kind === 'instant' ? Date.parse(String(said[id])) : said[id] || (said[id] ?? null)));
    },
  };
}

/** As pages say them. @param labelOf what the page calls a row */
export function keysOfPage(report: Report, labelOf: (key: string) => string, names: CompanyNames, { locale, words }: Speech): Keys {
  const { by } = report;
  if (by === null) return { columns: [], cells: () => [] };
  const { label } = DIMENSIONS[by];
  const column = (kind: CellKind, head: string = label[locale], id: string = by): SheetColumn => ({ id, head, kind });
  if (by === 'hour')
    return {
      columns: [column('day', DIMENSIONS.day.label[locale], 'day'), column('time')],
      cells: (key) => [Date.parse(key), Date.parse(key)],
    };
  if (by === 'day') return { columns: [column('day')], cells: (key) => [Date.parse(key)] };
  if (by === 'weekHour')
    return {
      columns: [column('text', words.files.weekday, 'weekday'), column('text', DIMENSIONS.hour.label[locale], 'hour')],
      cells: (key) => {
        const [weekday = 1, hour = 0] = key.split('-').map(Number);
        return [words.format.weekdays[weekday % 7] ?? '', `${String(hour).padStart(2, '0')}:00`];
      },
    };
  if (by === 'account') return { columns: [column('phone')], cells: (key) => [key] };
  if (by === 'number') {
    const own = new Map(names.numbers.map(({ number, name }) => [number, name]));
    return {
      columns: [column('phone'), column('text', words.files.name, 'label')],
      cells: (key) => (key === '' ? [words.journal.withoutNumber, null] : [key, own.get(key) || null]),
    };
  }
  return { columns: [column('text')], cells: (key) => [labelOf(key)] };
}

const KINDS: Partial<Record<Shown, CellKind>> = { count: 'integer', duration: 'duration', share: 'share', moment: 'instant' };

export function measureColumn(id: MeasureId, { locale }: Pick<Speech, 'locale'>, name: string = id): SheetColumn {
  const { label, format } = MEASURES[id];
  return { id: name, head: label[locale], kind: KINDS[format] ?? 'number' };
}

export function figureCells(measures: readonly MeasureId[], figures: Figures): CellValue[] {
  return measures.map((id) => figures[id] ?? null);
}

export interface Answered {
  plan: ReportPlan;
  answer: ReportAnswer;
  /** as it was asked, without what the report itself is about */
  filter: CallFilter;
  title: string;
  plainName: string;
}

/**
 * A report on its way into a file: all its rows, and totals; a report without rows is one line of figures.
 * @param order keys of the rows, in the order of the file; none: that of the answer
 */
export function reportSheet(
  { plan, answer, filter, title, plainName }: Answered,
  keys: Keys,
  names: CompanyNames,
  speech: Speech,
  order?: readonly string[],
): Sheet {
  const { report } = plan;
  const { measures } = report;
  const figures = new Map(answer.rows.map((row) => [row.key ?? '', row.figures]));
  const rows: SheetRow[] =
    report.by === null
      ? [{ cells: figureCells(measures, answer.totals) }]
      : (order ?? answer.rows.map(({ key }) => key ?? '')).map((key) => ({
          cells: [...keys.cells(key), ...figureCells(measures, figures.get(key) ?? {})],
        }));
  const chart = chartOf(plan, answer);
  // of a key's cells the last says most: a number has its name there
  const labelOf = (key: string) => String(keys.cells(key).findLast((cell) => cell !== null && cell !== '') ?? '');
  return {
    ...{ locale: speech.locale, zone: speech.format.zone, plainName },
    title: `${title}, ${periodText(filter, speech)}`,
    columns: [...keys.columns, ...measures.map((id) => measureColumn(id, speech, report.as?.[id] ?? id))],
    ...{ rows: [partOfRows(rows)], count: rows.length },
    totals: report.by === null ? null : () => [...totalCells(keys.columns, speech), ...figureCells(measures, answer.totals)],
    facts: [...questionFacts(filter, namesOf(names, speech), speech), ...definitions(plan, speech)],
    ...(chart !== null && rows.length > 0 && { chart: () => chartSvg({ plan, chart, format: speech.format, labelOf, ...PAPER_CHART }) }),
  };
}

/** «Итого» in the first column that holds words. */
export function totalCells(columns: readonly SheetColumn[], { words }: Speech): CellValue[] {
  return columns.map((_, i) => (i === 0 ? words.kit.total : null));
}

export function definitions({ report, company }: Pick<ReportPlan, 'report' | 'company'>, { locale }: Speech): SheetFact[] {
  return [
    { label: report.title[locale], value: report.definition[locale] },
    ...report.measures.map((id) => ({ label: MEASURES[id].label[locale], value: definitionIn(id, company.rules)[locale] })),
  ];
}
