import { addOperator, changeOperator, deleteOperator, listOperators, type OperatorRefusal } from '@callscope/modules/access/operators.ts';
import { madePassword, SignInBusy } from '@callscope/modules/access/passwords.ts';
import { isOperatorRole } from '@callscope/modules/access/rights.ts';
import { LOGIN } from '@callscope/modules/access/users.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireOperatorRight, requireSession } from '#page/company.ts';
import { EMAIL, fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'operators:write');
  const { login } = requireSession(event);
  const people = await listOperators(deps().db, scope);
  return { people: people.map((one) => ({ ...one, isMe: one.login.toLowerCase() === login.toLowerCase() })) };
};

const STATUS = { gone: 404, last: 409, self: 403 } as const satisfies Record<OperatorRefusal, number>;
const refused = (why: OperatorRefusal) => fail(STATUS[why], { fault: why });

/** What a form does; more passwords at once than can be hashed are told so. */
async function unlessBusy<T>(work: () => Promise<T>) {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SignInBusy) return fail(429, { fault: 'busy' as const });
    throw cause;
  }
}

const rightOf = (event: Pick<RequestEvent, 'locals' | 'url'>) => ({
  scope: requireOperatorRight(event, 'operators:write'),
  caller: requireSession(event).caller,
  db: deps().db,
});

export const actions: Actions = {
  add: async (event) => {
    const { scope, caller, db } = rightOf(event);
    const given = await fieldsOf(event.request, ['login', 'role', 'email']);
    const { role } = given;
    const [login, email] = [given.login.trim(), given.email.trim() || null];
    if (!LOGIN.test(login)) return fail(400, { fault: 'login' as const });
    if (!isOperatorRole(role)) return fail(400, { fault: 'role' as const });
    if (email !== null && !EMAIL.test(email)) return fail(400, { fault: 'email' as const });
    return unlessBusy(async () => {
      const password = madePassword();
      if (!(await addOperator(db, scope, caller, login, { role, email, password }))) return fail(409, { fault: 'taken' as const });
      return { done: 'added' as const, made: { login, password } };
    });
  },
  save: async (event) => {
    const { scope, caller, db } = rightOf(event);
    const { login, role, email: given, resetFactor } = await fieldsOf(event.request, ['login', 'role', 'email', 'resetFactor']);
    const email = given.trim() || null;
    if (!isOperatorRole(role)) return fail(400, { fault: 'role' as const });
    if (email !== null && !EMAIL.test(email)) return fail(400, { fault: 'email' as const });
    const change = { role, email, ...(resetFactor === '' ? {} : { secondFactor: false as const }) };
    const why = await changeOperator(db, scope, caller, login, change);
    return why === null ? { done: 'saved' as const } : refused(why);
  },
  password: async (event) => {
    const { scope, caller, db } = rightOf(event);
    const { login } = await fieldsOf(event.request, ['login']);
    return unlessBusy(async () => {
      const password = madePassword();
      const why = await changeOperator(db, scope, caller, login, { password });
      return why === null ? { made: { login, password } } : refused(why);
    });
  },
  block: async (event) => {
    const { scope, caller, db } = rightOf(event);
    const { login, blocked } = await fieldsOf(event.request, ['login', 'blocked']);
    const why = await changeOperator(db, scope, caller, login, { blocked: blocked === '1' });
    return why === null ? { done: blocked === '1' ? ('blockedNow' as const) : ('unblockedNow' as const) } : refused(why);
  },
  remove: async (event) => {
    const { scope, caller, db } = rightOf(event);
    const { login } = await fieldsOf(event.request, ['login']);
    const why = await deleteOperator(db, scope, caller, login);
    return why === null ? { done: 'removed' as const } : refused(why);
  },
};
