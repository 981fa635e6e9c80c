import { z } from 'zod';
import { LONGEST_QUERY } from '../views/forms.ts';

export const EXPORT_FORMATS = ['xlsx', 'csv', 'json', 'pdf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const EXPORT_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export type ExportState = (typeof EXPORT_STATES)[number];
/** Of one person or token that are not made yet. */
export const MOST_WAITING = 10;
/** From so many rows on a file is better made in the background: a direct one takes a minute and more, and a connection that stays. */
export const LARGE_ROWS = 50_000;

const query = z.string().max(LONGEST_QUERY).describe('of the address, without ?');
/** Ids of columns of the journal and of reports. */
const id = z.string().regex(/^[\w-]{1,60}$/);

/** What a page shows, as its own download would give it; what only the page knows stands beside the question. */
const ofPage = { query, locale: z.enum(['ru', 'en']), origin: z.string().max(300) };
export const exportQuestion = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('journal'), ...ofPage, columns: z.array(id).min(1).max(60) }),
  z.strictObject({ of: z.literal('block'), ...ofPage, report: id }),
  z.strictObject({ of: z.literal('details'), ...ofPage }),
  z.strictObject({ of: z.literal('missed'), ...ofPage }),
  // as REST gives them
  z.strictObject({ of: z.literal('calls'), query }),
  z.strictObject({ of: z.literal('report'), query, report: id }),
]);
export type ExportQuestion = z.output<typeof exportQuestion>;

/** As a page asks for one. */
export const pageExportForm = z.strictObject({
  of: z.enum(['journal', 'block', 'details', 'missed']),
  query,
  report: id.optional(),
  format: z.enum(EXPORT_FORMATS),
  letter: z.boolean(),
});
export type PageExportForm = z.output<typeof pageExportForm>;

/** As a program asks for one. */
export const restExportForm = z.strictObject({
  of: z.enum(['calls', 'report']),
  report: id.optional().describe('of a report: its id, as in GET /tenants/{tenant}/reports/{report}'),
  query: z.string().max(LONGEST_QUERY).default('').describe('as the query of that GET: `from=…&to=…&direction=in`, for calls also `sort`'),
  format: z.enum(EXPORT_FORMATS).describe("in the company's language and zone; a pdf has at most 10,000 rows"),
});
export type RestExportForm = z.output<typeof restExportForm>;
export const exportId = z.string().regex(/^\d{1,18}$/, 'a number');
