import { redirect } from '@sveltejs/kit';
import { beginWith } from '#page/sign-in/with-provider.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  if (event.locals.session) redirect(303, '/');
  redirect(303, await beginWith(event, event.params.provider, null), { external: true });
};
