import { deps } from '@callscope/portal/deps.ts';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** Live state of the company as Server-Sent Events: see portal/live/feed.ts. */
export const GET: RequestHandler = (event) => {
  const scope = requireRight(event, 'calls:read');
  const last = event.request.headers.get('last-event-id') ?? event.url.searchParams.get('lastEventId');
  return new Response(deps().live.stream(scope, last, event.request.signal), {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
};
