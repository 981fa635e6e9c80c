import { signOut } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import { redirect } from '@sveltejs/kit';
import { SESSION_COOKIE } from '../../cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ cookies }) => {
  const token = cookies.get(SESSION_COOKIE);
  if (token !== undefined) await signOut(deps().db, token);
  cookies.delete(SESSION_COOKIE, { path: '/' });
  redirect(303, '/sign-in');
};
