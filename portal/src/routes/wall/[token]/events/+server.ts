import { whileSame } from '#page/live/standing.ts';
import { boardStill, requireBoard, UNTOLD } from '#page/wall/followed.ts';
import { wallStream } from '#page/wall/stream.ts';
import type { RequestHandler } from './$types';

/** A board that was revoked, or whose maker may make none any more, is dark within ten seconds. */
const LOOK_MS = 5_000;

/** Calls in progress for the board as Server-Sent Events. It ends also when it reaches elsewhere, and is opened again by the screen. */
export const GET: RequestHandler = async (event) => {
  event.setHeaders(UNTOLD);
  const { board, scope } = await requireBoard(event);
  const look = async () => (await boardStill(event))?.scope ?? null;
  return wallStream(event, scope, () => whileSame(event.request.signal, scope, LOOK_MS, look), board.id);
};
