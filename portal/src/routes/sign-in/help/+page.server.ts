import { errorText } from '@callscope/core/node/log.ts';
import { networkOf } from '@callscope/modules/access/attempts.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { deviceOf, EMAIL } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad } from './$types';

const ASKED_AN_HOUR = 5;
const MOST = { name: 100, company: 100, contact: 200, text: 4_000 } as const;

export const load: PageServerLoad = () => {
  const { mail } = deps();
  return { hasSupport: mail !== null && mail.support !== null };
};

export const actions: Actions = {
  default: async (event) => {
    const { mail, letters, clock, log } = deps();
    if (!mail?.support) return fail(409, { error: 'noMail' as const });
    const form = await event.request.formData();
    const field = (name: keyof typeof MOST) =>
      String(form.get(name) ?? '')
        .trim()
        .slice(0, MOST[name]);
    // a line of a header or of the first lines must not be able to begin another
    const line = (name: keyof typeof MOST) => field(name).replaceAll(/\s+/g, ' ');
    const [contact, text] = [line('contact'), field('text')];
    if (contact === '' || text === '') return fail(400, { error: 'empty' as const });
    const { address } = deviceOf(event);
    if (!letters.take(`help ${networkOf(address)}`, ASKED_AN_HOUR, clock.now())) return fail(429, { error: 'tooMany' as const });
    try {
      await mail.send({
        to: mail.support,
        subject: `Нужна помощь: ${line('company') || contact}`,
        text: `Имя: ${line('name')}\nКомпания: ${line('company')}\nКонтакт: ${contact}\nАдрес: ${address}\n\n${text}\n`,
        ...(EMAIL.test(contact) ? { replyTo: contact } : {}),
      });
    } catch (error) {
      log.error('what somebody asked support was not sent: see SMTP_URL', { error: errorText(error) });
      return fail(502, { error: 'failed' as const });
    }
    return { sent: true };
  },
};
