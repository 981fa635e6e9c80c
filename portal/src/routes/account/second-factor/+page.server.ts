import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { ownAccount } from '@callscope/modules/access/account.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { enrol } from '@callscope/modules/access/second-factor.ts';
import { newTotpSecret, totpAddress } from '@callscope/modules/access/totp.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireSession } from '#page/company.ts';
import { qrOf } from '#page/qr.ts';
import { fieldsOf } from '#page/sign-in/visitor.ts';
import { keepSecret } from '../../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

const MOST_TRIES = 10;
const SECRET = /^[A-Z2-7]{32}$/;

export const load: PageServerLoad = async (event) => {
  const session = requireSession(event);
  if (session.hasSecondFactor) return { mustEnrol: false, login: session.login, secret: '', qr: null };
  const { company } = await ownAccount(deps().db, session);
  const secret = newTotpSecret();
  const address = totpAddress(secret, 'Callscope', company === null ? session.login : `${session.login} (${company})`);
  return { mustEnrol: session.mustEnrol, login: session.login, secret, qr: qrOf(address) };
};

export const actions: Actions = {
  default: async (event) => {
    const session = requireSession(event);
    const given = await fieldsOf(event.request, ['secret', 'code', 'password']);
    if (!SECRET.test(given.secret)) return fail(401, { wrong: 'wrongCode' as const });
    const { db, clock, factors, attempts, log } = deps();
    // a browser that somebody found open must not try passwords without end
    if (!attempts.take(`own ${session.userId}`, MOST_TRIES, clock.now())) return fail(429, { wrong: 'tooMany' as const });
    try {
      const done = await enrol(db, factors, session, given, clock.now());
      if (done === 'password') return fail(401, { wrong: 'wrongPassword' as const });
      if (done === 'code') return fail(401, { wrong: 'wrongCode' as const });
      attempts.clear(`own ${session.userId}`);
      keepSecret(event, 'session', done.token);
      return { codes: done.recoveryCodes };
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { wrong: 'busy' as const });
      if (!(error instanceof KeysMissing)) throw error;
      log.error('a second step of sign-in cannot be turned on', { error: error.message });
      return fail(503, { wrong: 'keys' as const });
    }
  },
};
