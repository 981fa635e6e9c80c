import { beginView, LEAST_REASON, MOST_REASON, VIEW_MINUTES } from '@callscope/modules/access/support.ts';
import { listUsers } from '@callscope/modules/access/users.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail, redirect } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { fieldsOf } from '#page/sign-in/visitor.ts';
import { keepSecret } from '../../../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

/** The company's people, for whoever of the operator's looks as one of them. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'people:view');
  const { db, clock } = deps();
  const [users, directory] = await Promise.all([listUsers(db, scope), getDirectory(db, scope, new Date(clock.now()))]);
  const names = new Map((directory?.body.employees ?? []).map(({ id, name }) => [id, name]));
  return {
    minutes: VIEW_MINUTES,
    people: users.map(({ login, role, employee, blocked }) => ({
      login,
      role,
      blocked,
      employee: employee === null ? null : (names.get(employee) ?? employee),
    })),
  };
};

export const actions: Actions = {
  default: async (event) => {
    const scope = requireRight(event, 'people:view');
    const { login, reason } = await fieldsOf(event.request, ['login', 'reason']);
    const why = reason.trim();
    if (why.length < LEAST_REASON || why.length > MOST_REASON) return fail(400, { fault: 'reason' as const });
    const { db, clock } = deps();
    const token = await beginView(db, scope, requireSession(event), login, why, clock.now());
    if (token === null) return fail(404, { fault: 'gone' as const });
    keepSecret(event, 'session', token);
    redirect(303, `/c/${scope.tenant}`);
  },
};
