import type { Stack } from '../medium/stack.ts';
import { mixed, Random } from '../simulation/generator/random.ts';
import { type Schema, valueFor } from './schema.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  schema?: Schema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses: Record<string, unknown>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Asked {
  /** answers by status */
  statuses: Record<string, number>;
  /** operations that were answered with 2xx at least once */
  reached: number;
  operations: number;
  /** what is wrong, a line each */
  problems: string[];
}

/** requests at once: as many as the pages of some people send */
const AT_ONCE = 8;
/** an answer takes seconds when it takes long */
const HANG_MS = 60_000;
/** enough of a stream (live calls, files) to see how it begins */
const MOST_BYTES = 200_000;
const MOST_PROBLEMS = 30;
/** no form, and no document of one: what PATCH, PUT and POST are sent now and then */
const BROKEN = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"a":',
  '\ufeff{}',
  '1e999',
  '[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]',
  '{"a":1,"a":2}',
  '{"\\u0000":1}',
];

/**
 * Requests made from the portal's own OpenAPI, as the operator and as somebody with an odd token: each is answered in time, never with 5xx (but 503 where
 * OpenAPI names it), every refusal
 * is problem+json with its status, and every status is one that OpenAPI names for the operation.
 */
export async function fuzzRest(stack: Stack, { requests, seed }: { requests: number; seed: number }): Promise<Asked> {
  const document = (await (await fetch(`${stack.portal}/api/v1/openapi.json`)).json()) as Document;
  const components = document.components?.schemas ?? {};
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => /^(get|put|post|patch|delete)$/.test(method))
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const companies = ['t1', 't2', 'nobody'];
  for (const id of ['t1', 't2']) await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: `${id}.pbx.test` });
  const statuses: Record<string, number> = {};
  const reached = new Set<string>();
  const problems = new Map<string, string>();
  let next = 0;

  const one = async (n: number): Promise<void> => {
    const random = new Random(mixed(seed, n));
    const { path, method, operation } = random.pick(operations);
    const { url, init } = requestOf(path, method, operation, components, companies, random);
    const key = `${method} ${path}`;
    const wrong = (what: string) => {
      if (problems.size < MOST_PROBLEMS && !problems.has(`${key} ${what.slice(0, 30)}`))
        problems.set(
          `${key} ${what.slice(0, 30)}`,
          `${key}: ${what}\n  request ${n} of seed ${seed}: ${url.slice(0, 600)} ${String(init.body ?? '').slice(0, 600)}`,
        );
    };
    try {
      const response = await stack.fetch(url, { ...init, signal: AbortSignal.timeout(HANG_MS) });
      const text = await beginning(response);
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      if (response.ok) reached.add(key);
      // 503 with its reason is an answer where OpenAPI names it: an edge or a server that is not there
      if (response.status >= 500 && !(response.status === 503 && '503' in operation.responses))
        wrong(`${response.status} ${text.slice(0, 300)}`);
      if (!(String(response.status) in operation.responses)) wrong(`${response.status} is not in OpenAPI: ${text.slice(0, 200)}`);
      if (response.status >= 400) {
        const type = response.headers.get('content-type');
        if (type !== 'application/problem+json') wrong(`${response.status} with ${type}`);
        else if ((JSON.parse(text) as { status?: number }).status !== response.status)
          wrong(`${response.status} says ${text.slice(0, 100)}`);
      }
    } catch (error) {
      wrong(`no answer: ${String(error)}`);
    }
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < requests) await one(next++);
    }),
  );
  return { statuses, reached: reached.size, operations: operations.length, problems: [...problems.values()] };
}

function requestOf(
  path: string,
  method: string,
  operation: Operation,
  components: Record<string, Schema>,
  companies: readonly string[],
  random: Random,
): { url: string; init: RequestInit } {
  const made = (schema: Schema | undefined) => {
    const value = valueFor(schema ?? { type: 'string' }, components, random);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let filled = path;
  for (const { name, in: place, required, schema } of operation.parameters ?? []) {
    if (place === 'path') {
      const value = name === 'tenant' && random.chance(0.95) ? random.pick(companies) : made(schema);
      // an empty name, or one of dots, is another path
      filled = filled.replace(`{${name}}`, /^\.*$/.test(value) ? 'x' : encodeURIComponent(value.toWellFormed()));
    } else if (place === 'query' && random.chance(required ? 0.95 : 0.3)) {
      query.append(name, made(schema));
      if (random.chance(0.03)) query.append(name, made(schema));
    }
  }
  if (random.chance(0.03)) query.append(random.hex(3), made(undefined));
  if (random.chance(0.03)) headers.authorization = random.pick(['Bearer ', 'Bearer x', 'Basic eDp4', 'Bearer cs_x.y.z', '']);
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  let body: string | undefined;
  if (content && method !== 'GET') {
    const [type, { schema }] = content;
    headers['content-type'] = random.chance(0.97)
      ? type
      : random.pick(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'x']);
    body = random.chance(0.04) ? random.pick(BROKEN) : JSON.stringify(valueFor(schema ?? {}, components, random));
  }
  const asked = query.size > 0 ? `?${query}` : '';
  return { url: `/api/v1${filled}${asked}`, init: { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) } };
}

async function beginning(response: Response): Promise<string> {
  // live answers never end
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return '';
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
