import { ownAccount } from '@callscope/modules/access/account.ts';
import { enrol } from '@callscope/modules/access/second-factor.ts';
import { newTotpSecret, totpAddress } from '@callscope/modules/access/totp.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { encode } from 'uqr';
import { requireSession } from '#page/company.ts';
import { fieldsOf } from '#page/sign-in/visitor.ts';
import { keepSecret } from '../../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

const SECRET = /^[A-Z2-7]{32}$/;

export const load: PageServerLoad = async (event) => {
  const session = requireSession(event);
  if (session.hasSecondFactor) return { mustEnrol: false, secret: '', qr: null };
  const { company } = await ownAccount(deps().db, session);
  const secret = newTotpSecret();
  const { data, size } = encode(totpAddress(secret, 'Callscope', company === null ? session.login : `${session.login} (${company})`), {
    border: 0,
  });
  // one path of unit squares
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { mustEnrol: session.mustEnrol, secret, qr: { path, size } };
};

export const actions: Actions = {
  default: async (event) => {
    const session = requireSession(event);
    const { secret, code } = await fieldsOf(event.request, ['secret', 'code']);
    const { db, clock } = deps();
    const done = SECRET.test(secret) ? await enrol(db, session, secret, code, clock.now()) : null;
    if (!done) return fail(401, { wrong: true as const });
    keepSecret(event, 'session', done.token);
    return { codes: done.recoveryCodes };
  },
};
