import { projectSchema, removeProject, saveProject, setProjectPeople } from '@callscope/modules/access/projects.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { projectParts } from '@callscope/portal/people/project-parts.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadProjects } from '#page/people/projects.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'users:write');
  return { projects: await loadProjects(scope) };
};

const ID = /^\d{1,18}$/;

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'users:write');
    const form = await event.request.formData();
    const id = String(form.get('id') ?? '');
    if (id !== '' && !ID.test(id)) return fail(404, { fault: 'gone' as const });
    const given = projectSchema.safeParse({
      name: form.get('name'),
      numbers: form.getAll('number').map(String),
      groups: form.getAll('group').map(String),
    });
    if (!given.success) return fail(400, { fault: given.error.issues[0]?.path[0] === 'name' ? ('name' as const) : ('unknown' as const) });
    const { db, clock } = deps();
    const { country } = await companyOf(scope);
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    const { parts, unknown } = projectParts(directory?.body, country, given.data);
    if (unknown.numbers.length + unknown.groups.length > 0) return fail(400, { fault: 'unknown' as const });
    if (parts.numbers.length + parts.groups.length === 0) return fail(400, { fault: 'parts' as const });
    const { caller } = requireSession(event);
    const saved = await saveProject(db, scope, caller, id === '' ? null : id, { name: given.data.name, ...parts });
    if (saved === 'unknown') return fail(404, { fault: 'gone' as const });
    if (typeof saved === 'string') return fail(409, { fault: saved });
    return { done: id === '' ? ('added' as const) : ('saved' as const) };
  },
  people: async (event) => {
    const scope = requireRight(event, 'users:write');
    const form = await event.request.formData();
    const id = String(form.get('id') ?? '');
    const outside = form.getAll('outside').map(String);
    if (![id, ...outside].every((one) => ID.test(one))) return fail(404, { fault: 'gone' as const });
    const people = form.getAll('person').map(String);
    const said = await setProjectPeople(deps().db, scope, requireSession(event).caller, id, { people, outside });
    if (said === 'unknown') return fail(404, { fault: 'gone' as const });
    if (said) return fail(409, { fault: 'people' as const });
    return { done: 'saved' as const };
  },
  remove: async (event) => {
    const scope = requireRight(event, 'users:write');
    const id = String((await event.request.formData()).get('id') ?? '');
    if (!ID.test(id) || !(await removeProject(deps().db, scope, requireSession(event).caller, id)))
      return fail(404, { fault: 'gone' as const });
    return { done: 'removed' as const };
  },
};
