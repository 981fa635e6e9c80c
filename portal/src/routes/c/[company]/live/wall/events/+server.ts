import { requireRight } from '#page/company.ts';
import { whileStanding } from '#page/live/standing.ts';
import { ownWall } from '#page/wall/own.ts';
import { wallStream } from '#page/wall/stream.ts';
import type { RequestHandler } from './$types';

/** Calls in progress for the wall of whoever signed in, as Server-Sent Events. */
export const GET: RequestHandler = async (event) => {
  const whole = requireRight(event, 'calls:read');
  const { scope } = await ownWall(event, whole);
  return wallStream(event, scope, () => whileStanding(event, scope, 'calls:read', async (now) => (await ownWall(event, now)).scope));
};
