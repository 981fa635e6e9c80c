import { deps } from '@callscope/portal/deps.ts';
import { BoardPart } from '@callscope/portal/live/board-part.ts';
import { whileSame } from '#page/live/standing.ts';
import { boardStill, requireBoard, UNTOLD } from '#page/wall/followed.ts';
import { boardPhones } from '#page/wall/load.ts';
import type { RequestHandler } from './$types';

/** A board that was revoked, or whose maker may make none any more, is dark within ten seconds. */
const LOOK_MS = 5_000;

/** Calls in progress for the board as Server-Sent Events. It ends also when it reaches elsewhere, and is opened again by the screen. */
export const GET: RequestHandler = async (event) => {
  const { scope } = await requireBoard(event);
  const signal = whileSame(event.request.signal, scope, LOOK_MS, async () => (await boardStill(event))?.scope ?? null);
  const part = new BoardPart(scope.within, await boardPhones(scope));
  const last = event.request.headers.get('last-event-id') ?? event.url.searchParams.get('lastEventId');
  const stream = deps().live.stream(scope, last, signal, undefined, part);
  return new Response(stream, { headers: { ...UNTOLD, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
};
