import { z } from '@hono/zod-openapi';

const file = { schema: z.string().openapi({ format: 'binary' }) };

/** JSON is a page or an answer of REST's own; the others are tables. */
export const formatParameter = z
  .enum(['json', 'csv', 'xlsx', 'pdf'], 'json, csv, xlsx or pdf')
  .default('json')
  .describe("csv, xlsx and pdf are files in the company's language and zone; a pdf has at most 10,000 rows");

/** What a route that takes `format` answers besides JSON. */
export const fileContent = {
  'text/csv': file,
  'application/pdf': file,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': file,
};
