import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';

/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What is wrong and what to do'),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('Wrong fields of the request'),
  })
  .openapi('Problem');

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  410: 'Gone',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported media type',
  416: 'No such part',
  422: 'Too large a question',
  429: 'Too many requests',
  431: 'Header fields too large',
  500: 'Our mistake',
  503: 'Not available now',
};

export interface FieldError {
  field: string;
  message: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  /** of the answer, beside its type */
  readonly headers: Record<string, string>;
  constructor(status: number, detail: string, errors?: FieldError[], headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

export function respond(c: Context, problem: Problem): Response {
  return c.body(problemJson(problem), problem.status as 400, problemHeaders(problem));
}

export function problemJson({ status, message, errors }: Problem): string {
  return JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: message, ...(errors ? { errors } : {}) });
}

export function problemHeaders({ status, headers }: Problem): Record<string, string> {
  return { 'content-type': 'application/problem+json', ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}), ...headers };
}

export function fieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
}

const content = { 'application/problem+json': { schema: problemSchema } };

/** Error answers of a route, for its description. */
export function problems<const S extends number>(...statuses: S[]): Record<S, { description: string; content: typeof content }> {
  return Object.fromEntries(statuses.map((s) => [s, { description: TITLES[s] ?? 'Error', content }])) as Record<
    S,
    { description: string; content: typeof content }
  >;
}
