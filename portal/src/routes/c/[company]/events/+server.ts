import { deps } from '@callscope/portal/deps.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { accountsWithin } from '#page/directory/load.ts';
import { whileStanding } from '#page/live/standing.ts';
import type { RequestHandler } from './$types';

/** Live state of the company as Server-Sent Events: see portal/live/feed.ts. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const last = event.request.headers.get('last-event-id') ?? event.url.searchParams.get('lastEventId');
  const accounts = scope.within && (await accountsWithin(scope, await companyOf(scope)));
  return new Response(deps().live.stream(scope, last, whileStanding(event, scope, 'calls:read'), accounts), {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
};
