import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { noticeId, noticeRuleForm } from '@callscope/modules/notices/forms.ts';
import { listNotices, sendAgain } from '@callscope/modules/notices/log.ts';
import { addRule, changeRule, listRules, removeRule } from '@callscope/modules/notices/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { Actions, PageServerLoad } from './$types';

/** Of the log. */
const SHOWN = 50;

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db, mail, clock } = deps();
  const [company, rules, log, directory] = await Promise.all([
    companyOf(scope),
    listRules(db, scope),
    listNotices(db, scope, 'missed', SHOWN, null),
    getDirectory(db, scope, new Date(clock.now())),
  ]);
  const numbers = (directory?.body ?? EMPTY).numbers.map(({ number, label, channel }) => ({
    number: normalizePhone(number, company.country),
    name: label || channel || '',
  }));
  return {
    rules,
    numbers,
    hasMail: mail !== null,
    log: log.map(({ madeAt, sentAt, ...notice }) => ({ ...notice, madeAt: madeAt.getTime(), sentAt: sentAt?.getTime() ?? null })),
  };
};

function formIn(given: FormData) {
  const all = (name: string) => given.getAll(name).map(String);
  const [numbers, kinds, isLetter] = [all('numbers'), all('kinds'), given.get('channel') === 'email'];
  const form = noticeRuleForm.safeParse({
    ...{ name: given.get('name'), channel: given.get('channel'), on: given.get('on') === 'on' },
    ...{ numbers: numbers.length === 0 ? null : numbers, kinds: kinds.length === 0 ? null : kinds },
    targets: String(given.get('targets') ?? '')
      .split(isLetter ? /[\s,;]+/ : /\s+/)
      .filter((target) => target !== ''),
  });
  if (form.success) return { form: form.data };
  const fields = form.error.issues.map(({ path }) => path[0]);
  return { wrong: fail(400, { wrong: (['name', 'targets'] as const).find((field) => fields.includes(field)) ?? 'form' }) };
}

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const company = await companyOf(scope);
    const given = await event.request.formData();
    const { form, wrong } = formIn(given);
    if (!form) return wrong;
    const { db, keysPath } = deps();
    const { caller } = requireSession(event);
    if (!given.get('id')) {
      try {
        const made = await addRule(db, scope, caller, form, company.country, keysPath);
        return typeof made === 'string' ? fail(409, { wrong: made }) : { done: made.rule.id, secret: made.secret };
      } catch (error) {
        if (error instanceof KeysMissing) return fail(503, { wrong: 'keys' });
        throw error;
      }
    }
    const id = noticeId.safeParse(given.get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const changed = await changeRule(db, scope, caller, id.data, form, company.country);
    return typeof changed === 'string' ? fail(changed === 'unknown' ? 404 : 409, { wrong: changed }) : { done: changed.id, secret: null };
  },
  remove: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const id = noticeId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const fault = await removeRule(deps().db, scope, requireSession(event).caller, id.data);
    return fault === null ? { done: id.data } : fail(404, { wrong: fault });
  },
  again: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const id = noticeId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const isThere = await sendAgain(deps().db, scope, requireSession(event).caller, 'missed', 'notice.send', id.data);
    return isThere ? { done: id.data } : fail(404, { wrong: 'unknown' });
  },
};
