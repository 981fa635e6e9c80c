import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { boardSchema, changeBoard, listBoards, makeBoard, revokeBoard } from '@callscope/modules/boards/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { pageHref } from '#page/links.ts';
import { boardFields, faultAt } from '#page/wall/form.ts';
import type { Heading } from '#ui/shell.svelte.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'boards:write', 'company');
  const [boards, { groups }] = await Promise.all([listBoards(deps().db, scope), groupsOf(scope)]);
  const words = wordsOf(event.locals.locale);
  const heading: Heading = {
    title: words.boards.title,
    trail: [{ title: words.live.title, href: pageHref(event.params.company, '/live') }],
  };
  return { boards, groups: groups.map(({ id, name }) => ({ value: id, label: name })), heading };
};

const ID = /^\d{1,18}$/;

async function groupsOf(scope: TenantScope) {
  return loadNames(scope, await companyOf(scope));
}

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'boards:write', 'company');
    const { caller } = requireSession(event);
    const form = await event.request.formData();
    const id = String(form.get('id') ?? '');
    if (id !== '' && !ID.test(id)) return fail(404, { fault: 'gone' as const });
    const given = boardSchema.safeParse(boardFields(form));
    if (!given.success) return fail(400, { fault: faultAt(given.error.issues[0]?.path ?? []) });
    const { groups } = await groupsOf(scope);
    // what the directory lost meanwhile stays with a board that had it
    const known = new Set([...groups.map((g) => g.id), ...(id === '' ? [] : await groupsBefore(scope, id))]);
    if (given.data.groups.some((g) => !known.has(g))) return fail(400, { fault: 'groups' as const });
    const { db } = deps();
    if (id !== '') {
      const fault = await changeBoard(db, scope, caller, id, given.data);
      if (fault) return fail(fault === 'taken' ? 409 : 404, { fault: fault === 'taken' ? fault : ('gone' as const) });
      return { saved: true };
    }
    const made = await makeBoard(db, scope, caller, given.data);
    if (typeof made === 'string') return fail(409, { fault: made });
    const origin = deps().portalUrl ?? event.url.origin;
    return { made: { name: given.data.name, address: `${origin}/wall/${made.token}` } };
  },
  revoke: async (event) => {
    const scope = requireRight(event, 'boards:write', 'company');
    const id = String((await event.request.formData()).get('id') ?? '');
    const done = ID.test(id) && (await revokeBoard(deps().db, scope, requireSession(event).caller, id));
    return done ? { revoked: true } : fail(404, { fault: 'gone' as const });
  },
};

async function groupsBefore(scope: TenantScope, id: string): Promise<string[]> {
  return (await listBoards(deps().db, scope)).find((b) => b.id === id)?.groups ?? [];
}
