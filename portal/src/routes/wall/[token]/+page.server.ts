import { requireBoard, UNTOLD } from '#page/wall/followed.ts';
import { loadWall } from '#page/wall/load.ts';
import type { PageServerLoad } from './$types';

/** The board on the wall, for whoever has its address. Its maker's right is looked at again each time. */
export const load: PageServerLoad = async (event) => {
  event.setHeaders(UNTOLD);
  const followed = await requireBoard(event);
  // a screen on the wall has no choice of its own
  event.locals.theme = followed.board.theme;
  const board = await loadWall(followed);
  return { board, company: board.company };
};
