import type { RouterRoute } from 'hono/types';

/** What no route names: a middleware is one for every method. */
const ANY = 'ALL';

/**
 * Methods that a path has, for 405 and its Allow (RFC 9110, 15.5.6); none = nothing is there.
 * @param routes of the whole application, paths as they are asked for
 */
export function methodsAt(routes: readonly RouterRoute[], path: string): string[] {
  const methods = new Set<string>();
  for (const route of routes) if (route.method !== ANY && patternOf(route.path).test(path)) methods.add(route.method);
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

const patterns = new Map<string, RegExp>();

/** `/calls/:id` as an expression; a parameter is one segment, in which a slash is %2F. */
function patternOf(path: string): RegExp {
  const known = patterns.get(path);
  if (known) return known;
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')));
  const pattern = new RegExp(`^${parts.join('/')}$`);
  patterns.set(path, pattern);
  return pattern;
}
