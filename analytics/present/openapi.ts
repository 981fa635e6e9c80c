import type { Report } from '../reports/define.ts';
import { type Column, restColumns } from './table.ts';

/** The part of JSON Schema that rows need. */
export type RowSchema = {
  type: 'object';
  title: string;
  description: string;
  required: string[];
  properties: Record<string, { type: 'string' | 'integer' | ('string' | 'number' | 'null')[]; format?: 'date-time'; description: string }>;
};

/** What a row of the report holds, in English. */
export function rowSchema(report: Report): RowSchema {
  const columns = restColumns(report);
  return {
    type: 'object',
    title: report.id,
    description: report.definition.en,
    required: columns.map((column) => column.id),
    properties: Object.fromEntries(columns.map((column) => [column.id, property(column)])),
  };
}

/** The reports and their columns, as Markdown. */
export function describeReports(reports: readonly Report[]): string {
  return reports
    .map((report) => {
      const columns = restColumns(report).map((column) => column.id);
      const period = report.mostDays === null ? '' : `; from and to needed, at most ${report.mostDays} days`;
      return `- \`${report.id}\`: ${report.title.en}; ${columns.join(', ')}${period}`;
    })
    .join('\n');
}

function property({ type, unit, format, definition }: Column): RowSchema['properties'][string] {
  const description = unit === null ? definition.en : `${definition.en} Unit: ${unit}.`;
  if (format === 'moment') return { type: ['string', 'null'], format: 'date-time', description: definition.en };
  if (type === 'instant') return { type: 'string', format: 'date-time', description };
  if (type === 'text') return { type: 'string', description };
  return { type: type === 'number' ? ['number', 'null'] : 'integer', description };
}
