import { z } from '@hono/zod-openapi';

const ID = /^\d{1,18}$/;

/** An id of PostgreSQL's in the address. */
export const numberIn = (name: string) =>
  z
    .string()
    .regex(ID, 'a number')
    .openapi({ param: { name, in: 'path' } });

/** A log that goes back by key: what is added meanwhile moves nothing. */
export const newestFirst = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().regex(ID, 'a cursor').optional().describe('`next` of the page before'),
});

export const pageOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next: z.string().nullable() });

/** @param found one more than the page has, where there is one */
export function paged<Row extends { id: string }, Out>(found: readonly Row[], limit: number, of: (row: Row) => Out) {
  const page = found.slice(0, limit);
  return { data: page.map(of), next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
}
