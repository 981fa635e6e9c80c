import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/**
 * Address that a request came from: of the socket, or the one that the nearest proxy saw (the last in X-Forwarded-For) where a proxy
 * is trusted; what stands before it anybody may have written.
 */
export function addressOf(c: Context, trustProxy: boolean): string {
  const seen = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  const { incoming } = c.env as Partial<HttpBindings>;
  return seen || (incoming?.socket.remoteAddress ?? '');
}
