import { type CallFilter, FIELDS, FilterError, filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { z } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

type Parameters = Record<keyof CallFilter, z.ZodOptional<z.ZodString>>;

/** Parameters that hold a number, for those who make a client from the description. */
const NUMBERS: readonly string[] = [
  ...(['talkMin', 'talkMax', 'waitMin', 'waitMax', 'scoreMin', 'scoreMax', 'talkShareMin', 'talkShareMax'] as const),
  ...(['monologueMin', 'silenceMin', 'overtalkMin', 'mosMin', 'mosMax'] as const),
];

/** The filter's parameters for the description of a route; `readFilter` understands their values. */
export const filterParameters = Object.fromEntries(
  Object.entries(FIELDS).map(([name, { about, example }]) => [
    name,
    z
      .string()
      .optional()
      .openapi({ description: about, example, ...(NUMBERS.includes(name) ? { type: 'number' } : {}) }),
  ]),
) as Parameters;

/** @throws Problem 400 naming the wrong fields */
export function readFilter(query: Partial<Record<keyof CallFilter, string>>): CallFilter {
  return orProblem(() => filterFromQuery(new URLSearchParams(query)));
}

/** What `make` gives; its FilterError as a Problem. */
export function orProblem<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof FilterError) throw new Problem(400, 'the request is wrong in these fields', error.errors);
    throw error;
  }
}
