import { errorText } from '@callscope/core/node/log.ts';
import { networkOf } from '@callscope/modules/access/attempts.ts';
import { beginRecovery } from '@callscope/modules/access/recovery.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { recoveryLetter } from '#page/sign-in/letters.ts';
import { deviceOf, EMAIL, fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad } from './$types';

const LETTERS_AN_HOUR = 3;
const ASKED_AN_HOUR = 20;

export const load: PageServerLoad = () => ({ hasMail: deps().mail !== null });

export const actions: Actions = {
  default: async (event) => {
    const { db, clock, mail, letters, log } = deps();
    if (!mail) return fail(409, { error: 'noMail' as const });
    const email = (await fieldsOf(event.request, ['email'])).email.trim();
    if (!EMAIL.test(email)) return fail(400, { error: 'badEmail' as const });
    const now = clock.now();
    const device = deviceOf(event);
    if (!letters.take(`asked ${networkOf(device.address)}`, ASKED_AN_HOUR, now)) return fail(429, { error: 'tooMany' as const });
    // whether the address is known, and whether it was asked for too often, is told to its mailbox alone: neither words nor time say it
    if (letters.take(`to ${email.toLowerCase()}`, LETTERS_AN_HOUR, now)) {
      void beginRecovery(db, email, device, now)
        .then((people) => {
          for (const person of people) mail.post(recoveryLetter(person, email, mail.portalUrl));
        })
        .catch((error: unknown) => log.error('a recovery failed', { error: errorText(error) }));
    }
    return { sent: true };
  },
};
