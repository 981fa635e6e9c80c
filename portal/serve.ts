import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { configureLibrary } from '@callscope/core/node/config.ts';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { answerUnreadable, unreadableResponse } from './api/raw-errors.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** Of one request of a page: the file of an import (modules/directory/files) and what goes with it. */
const MOST_UPLOADED = 6 << 20;

/** On everything that is answered, files and errors too. */
const SAFE_HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
] as const;

const REST = /^\/(api\/|healthz$|healthz\?|metrics$|metrics\?)/;

/**
 * One port for both: REST, health and metrics by Hono, everything else by the pages that `vite build` made.
 * @returns closes the server: requests under way end, streams are cut
 */
export async function serve(app: Hono, host: string, port: number, trustProxy: boolean): Promise<() => Promise<void>> {
  const rest = getRequestListener(app.fetch, { errorHandler: unreadableResponse });
  const pages = await loadPages(trustProxy);
  const server = createServer((request, response) => {
    for (const [name, value] of SAFE_HEADERS) response.setHeader(name, value);
    // what a socket without a proxy says of TLS is a lie
    if (trustProxy && request.headers['x-forwarded-proto'] === 'https')
      response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
    if (REST.test(request.url ?? '')) {
      void rest(request, response);
      return;
    }
    // a forged protocol would make a foreign origin look like ours; without a proxy it is what the socket is
    if (!trustProxy) request.headers['x-forwarded-proto'] = 'http';
    pages(request, response);
  });
  answerUnreadable(server);
  // longer than a proxy keeps an idle connection: else it sends a request into one that was just closed
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((done, failed) => {
    server.once('error', (cause) =>
      failed(new Error(`cannot listen at ${host}:${port}: choose another with PORTAL_HOST and PORTAL_PORT`, { cause })),
    );
    server.listen(port, host, done);
  });
  return () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 2_000).unref();
    });
}

/** @throws when the pages were not built */
async function loadPages(trustProxy: boolean): Promise<Handler> {
  configureLibrary({
    PROTOCOL_HEADER: 'x-forwarded-proto',
    BODY_SIZE_LIMIT: String(MOST_UPLOADED),
    ...(trustProxy ? { ADDRESS_HEADER: 'x-forwarded-for' } : {}),
  });
  const file = new URL('./build/handler.js', import.meta.url).href;
  try {
    return ((await import(file)) as { handler: Handler }).handler;
  } catch (cause) {
    throw new Error('the pages cannot be loaded: build them with `npm run build`, or begin with `npm start`', { cause });
  }
}
