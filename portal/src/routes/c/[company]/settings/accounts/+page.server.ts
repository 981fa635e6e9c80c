import { actorOf } from '@callscope/modules/audit/acts.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { addAccount, type Credentials, listAccounts, renewPassword, setAccountState } from '@callscope/modules/pbx/accounts.ts';
import { accountName, accountStateForm } from '@callscope/modules/pbx/forms.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { qrOf } from '#page/qr.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:write', 'company');
  const { db, clock } = deps();
  const [{ domain }, accounts, directory] = await Promise.all([
    companyOf(scope),
    listAccounts(db, scope),
    getDirectory(db, scope, new Date(clock.now())),
  ]);
  const comments = new Map((directory?.body ?? EMPTY).accounts.map(({ user, comment }) => [user, comment]));
  return { domain, accounts: accounts.map((account) => ({ ...account, comment: comments.get(account.user) ?? '' })) };
};

/** What a phone is set up with: shown, and as a code for its camera. A SIP URI with its password (RFC 3261, 19.1.1), which has no other use. */
function shownOnce(made: Credentials) {
  return { made: { ...made, qr: qrOf(`sip:${made.user}:${made.password}@${made.domain}`) } };
}

export const actions: Actions = {
  add: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const user = accountName.safeParse((await event.request.formData()).get('user'));
    if (!user.success) return fail(400, { wrong: 'name' as const });
    const made = await addAccount(deps().db, scope, actorOf(requireSession(event).caller), user.data);
    if (made === 'unknown') error(404, 'no such company');
    return made === 'taken' ? fail(409, { wrong: made }) : shownOnce(made);
  },
  state: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const form = accountStateForm.safeParse(Object.fromEntries(await event.request.formData()));
    if (!form.success) return fail(400, { wrong: 'name' as const });
    const isThere = await setAccountState(deps().db, scope, actorOf(requireSession(event).caller), form.data.user, form.data.status);
    return isThere ? { done: form.data.user } : fail(404, { wrong: 'unknown' as const });
  },
  password: async (event) => {
    const scope = requireRight(event, 'directory:write', 'company');
    const user = accountName.safeParse((await event.request.formData()).get('id'));
    if (!user.success) return fail(400, { wrong: 'name' as const });
    const made = await renewPassword(deps().db, scope, actorOf(requireSession(event).caller), user.data);
    return made === null ? fail(404, { wrong: 'unknown' as const }) : shownOnce(made);
  },
};
