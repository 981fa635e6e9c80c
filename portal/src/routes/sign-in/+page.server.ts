import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { SESSION_DAYS, signIn } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail, redirect } from '@sveltejs/kit';
import { safeTarget } from '#page/choice.ts';
import { SESSION_COOKIE } from '../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (locals.session) redirect(303, '/');
  return {};
};

export const actions: Actions = {
  default: async ({ request, cookies, getClientAddress, url }) => {
    const form = await request.formData();
    const field = (name: string) => String(form.get(name) ?? '').slice(0, 300);
    const given = { domain: field('domain'), login: field('login'), password: field('password') };
    if (Object.values(given).some((v) => v.trim() === '')) return fail(400, { error: 'empty' as const });
    const { db, clock } = deps();
    const device = { userAgent: request.headers.get('user-agent') ?? '', address: getClientAddress() };
    let token: string | null;
    try {
      token = await signIn(db, given, device, clock.now());
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { error: 'busy' as const });
      throw error;
    }
    // the form comes back empty (L-25): what was typed is nobody's business who looks at the screen
    if (token === null) return fail(401, { error: 'wrong' as const });
    cookies.set(SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: 'lax',
      secure: url.protocol === 'https:',
      maxAge: SESSION_DAYS * 86_400,
    });
    redirect(303, safeTarget(url.searchParams.get('to')));
  },
};
