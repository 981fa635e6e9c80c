import { followLeave, leave } from '@callscope/modules/mailings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Actions, PageServerLoad } from './$types';

/** What the link at the end of a letter ends: it is asked, so that a program that opens links ends nothing. */
export const load: PageServerLoad = async ({ params }) => {
  const found = await followLeave(deps().db, params.token);
  return { of: found && { view: found.view, address: found.address } };
};

export const actions: Actions = {
  default: async ({ params }) => {
    await leave(deps().db, params.token, deps().clock.now());
    return { left: true };
  },
};
