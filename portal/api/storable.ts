import type { Context } from 'hono';
import { type FieldError, Problem } from './problem.ts';

/**
 * PostgreSQL keeps neither NUL nor half of a surrogate pair in a text, and no name, id or number needs them: they are refused
 * once, before a route sees them.
 */
const MESSAGE = 'holds a NUL character or half of a surrogate pair, which no text here may have';
/** how JSON writes them; a NUL as it is does not parse, half a pair cannot be in UTF-8 */
const SUSPECT = /\\u(?:0000|d[89a-f])/i;

/** @throws Problem 400 naming the fields */
export async function requireStorable(c: Context): Promise<void> {
  const errors: FieldError[] = [];
  const { pathname, searchParams } = new URL(c.req.url);
  if (/%00/.test(pathname)) errors.push({ field: 'path', message: MESSAGE });
  for (const [name, value] of searchParams)
    if (!isStorable(name) || !isStorable(value)) errors.push({ field: shown(name), message: MESSAGE });
  if (['PUT', 'POST', 'PATCH'].includes(c.req.method)) {
    // what does not parse is said by the route's own check
    const text = await c.req.text();
    if (SUSPECT.test(text)) collect(parsed(text), '', errors);
  }
  if (errors.length > 0) throw new Problem(400, 'the request is wrong in these fields', errors);
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function shown(name: string): string {
  return name.replaceAll('\0', '\\0').toWellFormed();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function collect(value: unknown, path: string, errors: FieldError[]): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) errors.push({ field: path, message: MESSAGE });
  } else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      const below = path === '' ? shown(key) : `${path}.${shown(key)}`;
      if (!isStorable(key)) errors.push({ field: below, message: MESSAGE });
      collect(item, below, errors);
    }
}
