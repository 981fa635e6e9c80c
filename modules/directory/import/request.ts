import { z } from 'zod';
import { KINDS } from '../entries.ts';
import { MOST_COLUMNS } from '../files/refused.ts';
import { COLUMNS, type Column } from './columns.ts';

const columns = [...new Set<Column>(KINDS.flatMap((kind) => [...COLUMNS[kind]]))];

/** What goes with a file that is imported. */
export const importRequestSchema = z.object({
  /** the list that it is for, where the file does not say */
  kind: z.enum(KINDS),
  /** how each sheet is read, null = left out; null for all = guess */
  readings: z
    .array(
      z.object({ kind: z.enum(KINDS), hasHead: z.boolean(), columns: z.array(z.enum(columns).nullable()).max(MOST_COLUMNS) }).nullable(),
    )
    .max(20)
    .nullable(),
  removeAbsent: z.boolean(),
  validity: z.unknown(),
  /** of the preview that is applied; null = only look */
  version: z.number().int().nullable(),
});
export type ImportRequest = z.output<typeof importRequestSchema>;
