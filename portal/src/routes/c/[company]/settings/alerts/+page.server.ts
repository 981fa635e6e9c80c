import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { alertId } from '@callscope/modules/alerts/forms.ts';
import { addAlert, changeAlert, listAlarms, listAlerts, removeAlert, tryAlert } from '@callscope/modules/alerts/store.ts';
import { listNotices, sendAgain } from '@callscope/modules/notices/log.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { formIn } from '#page/alerts/form.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import type { Actions, PageServerLoad } from './$types';

/** Of the history, and of the log. */
const SHOWN = 50;

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db, mail } = deps();
  const company = await companyOf(scope);
  const [alerts, history, log, { numbers, groups, employees }] = await Promise.all([
    listAlerts(db, scope),
    listAlarms(db, scope, SHOWN, null),
    listNotices(db, scope, 'alert', SHOWN, null),
    loadNames(scope, company),
  ]);
  const time = (at: Date | null) => at?.getTime() ?? null;
  return {
    alerts: alerts.map((one) => ({ ...one, since: time(one.since), checkedAt: time(one.checkedAt), toldAt: time(one.toldAt) })),
    history: history.map((alarm) => ({ ...alarm, from: alarm.from.getTime(), to: time(alarm.to) })),
    log: log.map((notice) => ({ ...notice, madeAt: notice.madeAt.getTime(), sentAt: time(notice.sentAt) })),
    names: { numbers, groups, employees },
    rules: company.rules,
    hasMail: mail !== null,
  };
};

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const { country } = await companyOf(scope);
    const given = await event.request.formData();
    const { form, wrong } = formIn(given);
    if (!form) return fail(400, { wrong });
    const { db, keysPath, clock } = deps();
    const { caller } = requireSession(event);
    const at = { country, keysPath, now: clock.now() };
    const id = alertId.safeParse(given.get('id'));
    if (given.get('id') && !id.success) return fail(400, { wrong: 'form' });
    try {
      const saved = await (id.success ? changeAlert(db, scope, caller, id.data, form, at) : addAlert(db, scope, caller, form, at));
      if (typeof saved === 'string') return fail(saved === 'unknown' ? 404 : 409, { wrong: saved });
      return { done: saved.alert.id, secret: saved.secret };
    } catch (error) {
      if (error instanceof KeysMissing) return fail(503, { wrong: 'keys' });
      throw error;
    }
  },
  remove: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const id = alertId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const fault = await removeAlert(deps().db, scope, requireSession(event).caller, id.data);
    return fault === null ? { done: id.data } : fail(404, { wrong: fault });
  },
  trial: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const id = alertId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const { db, clock } = deps();
    const isThere = await tryAlert(db, scope, requireSession(event).caller, id.data, clock.now());
    return isThere ? { done: id.data } : fail(404, { wrong: 'unknown' });
  },
  again: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const id = alertId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' });
    const isThere = await sendAgain(deps().db, scope, requireSession(event).caller, 'alert', 'alert.send', id.data);
    return isThere ? { done: id.data } : fail(404, { wrong: 'unknown' });
  },
};
