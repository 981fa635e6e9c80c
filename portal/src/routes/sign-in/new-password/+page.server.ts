import { passwordFault } from '@callscope/modules/access/password-rules.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { isRecoveryOpen, recover } from '@callscope/modules/access/recovery.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { deviceOf, fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
  const { db, clock } = deps();
  return { isOpen: await isRecoveryOpen(db, url.searchParams.get('t') ?? '', clock.now()) };
};

export const actions: Actions = {
  default: async (event) => {
    const { password } = await fieldsOf(event.request, ['password']);
    const fault = await passwordFault(password);
    if (fault !== null) return fail(400, { error: fault === 'known' ? ('known' as const) : ('short' as const) });
    const { db, clock } = deps();
    try {
      const done = await recover(db, event.url.searchParams.get('t') ?? '', password, deviceOf(event), clock.now());
      return done ? { done } : fail(410, { error: 'expired' as const });
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { error: 'busy' as const });
      throw error;
    }
  },
};
