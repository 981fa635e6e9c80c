import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { MOST_SCREENS } from '@callscope/modules/boards/rules.ts';
import { deps } from '@callscope/portal/deps.ts';
import { BoardPart } from '@callscope/portal/live/board-part.ts';
import { error } from '@sveltejs/kit';
import { boardPhones } from './load.ts';

/**
 * Calls in progress for one screen on a wall.
 * @param standing begins to look whether what the screen stands on still stands
 * @param board whose screen it is; null: of somebody who signed in
 * @throws 429 when the board is on as many screens as it may be
 */
export async function wallStream(
  { request, url }: { request: Request; url: URL },
  scope: TenantScope,
  standing: () => AbortSignal,
  board: string | null = null,
): Promise<Response> {
  const { live } = deps();
  const part = new BoardPart(scope.within, await boardPhones(scope), board);
  // nothing is waited for from here on: two that come at once do not both get the last place
  if (board !== null && live.screens(scope, board) >= MOST_SCREENS) error(429, 'this board is on as many screens as it may be');
  const last = request.headers.get('last-event-id') ?? url.searchParams.get('lastEventId');
  return new Response(live.stream(scope, last, standing(), undefined, part), {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}
