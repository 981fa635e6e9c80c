import { networkOf } from '@callscope/modules/access/attempts.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { type SignInResult, signIn } from '@callscope/modules/access/sign-in.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail, redirect } from '@sveltejs/kit';
import { PAGES } from '#page/sign-in/flood.ts';
import { deviceOf, fieldsOf, letIn } from '#page/sign-in/visitor.ts';
import { keepSecret, readSecret } from '../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

/** What another page sends people here with. */
const SAYS = ['over', 'notLinked', 'providerFailed'] as const;

export const load: PageServerLoad = ({ locals, url }) => {
  if (locals.session) redirect(303, '/');
  return { says: SAYS.find((word) => word === url.searchParams.get('says')) ?? null, providers: deps().providers.list };
};

export const actions: Actions = {
  default: async (event) => {
    const given = await fieldsOf(event.request, ['domain', 'login', 'password']);
    if (Object.values(given).some((v) => v.trim() === '')) return fail(400, { error: 'empty' as const });
    const { db, clock, attempts } = deps();
    let result: SignInResult;
    try {
      result = await signIn(db, attempts, given, deviceOf(event), readSecret(event, 'mark'), clock.now());
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { error: 'busy' as const });
      throw error;
    }
    // the form comes back empty (L-25): what was typed is nobody's business who looks at the screen
    if (result.kind === 'wrong') return fail(401, { error: 'wrong' as const });
    if (result.kind === 'locked') {
      attempts.take(`flood ${networkOf(event.getClientAddress())}`, PAGES, clock.now());
      return fail(429, { error: 'locked' as const });
    }
    if (result.kind === 'in') return letIn(event, result);
    keepSecret(event, 'step', result.ticket);
    redirect(303, `/sign-in/code${event.url.search}`);
  },
};
