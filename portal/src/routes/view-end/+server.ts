import { leaveView } from '@callscope/modules/access/support.ts';
import { deps } from '@callscope/portal/deps.ts';
import { redirect } from '@sveltejs/kit';
import { requireSession } from '#page/company.ts';
import { keepSecret } from '../../cookies.ts';
import type { RequestHandler } from './$types';

/** Back to oneself, and to the page from which people are looked as. Nothing to end: it may have ended by itself. */
export const POST: RequestHandler = async (event) => {
  const session = requireSession(event);
  if (!session.view) redirect(303, '/');
  const { db, clock } = deps();
  keepSecret(event, 'session', await leaveView(db, session, clock.now()));
  redirect(303, `/c/${session.view.tenant}/view-as`);
};
