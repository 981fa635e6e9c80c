import { z } from '@hono/zod-openapi';

const file = { schema: z.string().openapi({ format: 'binary' }) };

/** JSON is a page or an answer of REST's own; the others are tables. */
export const formatParameter = z
  .enum(['json', 'csv', 'xlsx'], 'json, csv or xlsx')
  .default('json')
  .describe("csv and xlsx are files in the company's language and zone");

/** What a route that takes `format` answers besides JSON. */
export const fileContent = { 'text/csv': file, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': file };
