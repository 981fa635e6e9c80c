import { signOut } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import { redirect } from '@sveltejs/kit';
import { dropSecret } from '../../cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async (event) => {
  if (event.locals.session) await signOut(deps().db, event.locals.session);
  dropSecret(event, 'session');
  redirect(303, '/sign-in');
};
