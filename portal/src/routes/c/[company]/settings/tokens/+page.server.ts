import { rightsOf } from '@callscope/modules/access/callers.ts';
import { isCompanyRight } from '@callscope/modules/access/rights.ts';
import { issueToken, listTokens, revokeToken } from '@callscope/modules/access/tokens.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { TOKEN_DAYS } from '#page/settings/token-terms.ts';
import type { Actions, PageServerLoad } from './$types';

const DAY_MS = 86_400_000;

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'tokens:write');
  const { db, clock } = deps();
  const tokens = await listTokens(db, scope);
  return {
    tokens: tokens.map((token) => ({ ...token, isOver: token.expiresAt !== null && token.expiresAt.getTime() <= clock.now() })),
    // nobody gives what they do not have
    mayGive: rightsOf(requireSession(event).caller, scope.tenant).filter(isCompanyRight),
  };
};

export const actions: Actions = {
  issue: async (event) => {
    const scope = requireRight(event, 'tokens:write');
    const { caller } = requireSession(event);
    const form = await event.request.formData();
    const name = String(form.get('name') ?? '').trim();
    const scopes = form.getAll('rights').map(String).filter(isCompanyRight);
    const days = TOKEN_DAYS.find((term) => String(term) === form.get('days'));
    if (name === '' || name.length > 100) return fail(400, { fault: 'name' as const });
    if (scopes.length === 0 || scopes.some((right) => caller.rights[right] === undefined)) return fail(400, { fault: 'rights' as const });
    if (days === undefined) return fail(400, { fault: 'term' as const });
    const { db, clock } = deps();
    const expiresAt = days === 0 ? null : new Date(clock.now() + days * DAY_MS);
    const { token } = await issueToken(db, scope, caller, { name, scopes, expiresAt });
    return { made: { name, token } };
  },
  revoke: async (event) => {
    const scope = requireRight(event, 'tokens:write');
    const id = String((await event.request.formData()).get('id') ?? '');
    const done = /^\d{1,18}$/.test(id) && (await revokeToken(deps().db, scope, requireSession(event).caller, id));
    return done ? { revoked: true } : fail(404, { fault: 'gone' as const });
  },
};
