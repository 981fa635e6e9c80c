import { mailingForm, mailingId } from '@callscope/modules/mailings/forms.ts';
import {
  addMailing,
  changeMailing,
  listMailings,
  type Mailing,
  type MailingFault,
  removeMailing,
  sendNow,
} from '@callscope/modules/mailings/store.ts';
import { listViews } from '@callscope/modules/views/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

/** Who is written to is the company's matter, and not of who sees a part of it. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'views:share', 'company');
  const { caller } = requireSession(event);
  const { db, mail } = deps();
  const [company, mailings, views] = await Promise.all([companyOf(scope), listMailings(db, scope, caller), listViews(db, scope, caller)]);
  return {
    zone: company.timezone,
    hasMail: mail !== null,
    mailings: mailings.map(({ nextAt, addresses, last, ...mailing }) => ({
      ...mailing,
      nextAt: nextAt?.getTime() ?? null,
      addresses: addresses.map(({ address, left }) => ({ address, left: left !== null })),
      last: last && { ...last, dueAt: last.dueAt.getTime() },
    })),
    views: views.map(({ id, page, name, query }) => ({ id, page, name, isFixed: new URLSearchParams(query).has('from') })),
  };
};

const told = (answer: Mailing | MailingFault) =>
  typeof answer === 'string' ? fail(answer === 'unknown' ? 404 : 409, { wrong: answer }) : { done: answer.id };

function formIn(given: FormData) {
  const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(String(given.get('time') ?? '').trim());
  const form = mailingForm.safeParse({
    ...{ view: given.get('view'), format: given.get('format'), every: given.get('every') },
    ...{ weekday: Number(given.get('weekday') ?? 1), day: Number(given.get('day') ?? 1) },
    minute: time && Number(time[1]) * 60 + Number(time[2]),
    addresses: String(given.get('addresses') ?? '')
      .split(/[\s,;]+/)
      .filter((address) => address !== ''),
  });
  if (form.success) return { form: form.data };
  const fields = form.error.issues.map(({ path }) => path[0]);
  return { wrong: fail(400, { wrong: (['view', 'minute', 'addresses'] as const).find((field) => fields.includes(field)) ?? 'form' }) };
}

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'views:share', 'company');
    const company = await companyOf(scope);
    const given = await event.request.formData();
    const { form, wrong } = formIn(given);
    if (!form) return wrong;
    const { db, clock } = deps();
    const { caller } = requireSession(event);
    const id = given.get('id');
    if (id === null || id === '') return told(await addMailing(db, scope, caller, form, company.timezone, clock.now()));
    const known = mailingId.safeParse(id);
    if (!known.success) return fail(400, { wrong: 'form' });
    return told(await changeMailing(db, scope, caller, known.data, form, company.timezone, clock.now()));
  },
  off: async (event) => {
    const scope = requireRight(event, 'views:share', 'company');
    const company = await companyOf(scope);
    const id = mailingId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const { db, clock } = deps();
    return told(await changeMailing(db, scope, requireSession(event).caller, id.data, null, company.timezone, clock.now()));
  },
  send: async (event) => {
    const scope = requireRight(event, 'views:share', 'company');
    const id = mailingId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const letters = await sendNow(deps().db, scope, requireSession(event).caller, id.data, deps().clock.now());
    return letters === null ? fail(404, { wrong: 'unknown' }) : { letters };
  },
  remove: async (event) => {
    const scope = requireRight(event, 'views:share', 'company');
    const id = mailingId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const fault = await removeMailing(deps().db, scope, requireSession(event).caller, id.data);
    return fault === null ? { done: id.data } : fail(404, { wrong: fault });
  },
};
