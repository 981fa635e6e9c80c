import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { signInWithCode } from '@callscope/modules/access/sign-in.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail, redirect } from '@sveltejs/kit';
import { deviceOf, fieldsOf, letIn } from '#page/sign-in/visitor.ts';
import { dropSecret, readSecret } from '../../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  if (event.locals.session) redirect(303, '/');
  if (readSecret(event, 'step') === undefined) redirect(303, '/sign-in');
  return {};
};

export const actions: Actions = {
  default: async (event) => {
    const { code } = await fieldsOf(event.request, ['code']);
    const { db, clock, attempts, factors, log } = deps();
    const ticket = readSecret(event, 'step') ?? '';
    const result = await signInWithCode(db, attempts, factors, ticket, code, deviceOf(event), readSecret(event, 'mark'), clock.now()).catch(
      (error: unknown) => {
        if (!(error instanceof KeysMissing)) throw error;
        log.error('codes of the second step of sign-in cannot be checked', { error: error.message });
        return { kind: 'keys' as const };
      },
    );
    if (result === null) {
      dropSecret(event, 'step');
      redirect(303, '/sign-in?says=over');
    }
    if (result.kind === 'in') return letIn(event, result);
    if (result.kind === 'keys') return fail(503, { error: 'keys' as const });
    return result.kind === 'locked' ? fail(429, { error: 'locked' as const }) : fail(401, { error: 'wrong' as const });
  },
};
