import { type Caller, tenantScope } from '@callscope/modules/access/callers.ts';
import { collectionForm, markId } from '@callscope/modules/marks/forms.ts';
import type { MarkFault } from '@callscope/modules/marks/kinds.ts';
import { addCollection, changeCollection, listCollections, mayKeepCollections, removeEntry } from '@callscope/modules/marks/library.ts';
import { listTags } from '@callscope/modules/marks/tags.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { libraryPage, placeFromText, placeToText } from '@callscope/portal/marks/library.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { journalRow } from '#page/journal/rows.ts';
import type { Actions, PageServerLoad } from './$types';

const SHOWN = 50;

/** ?q=words&tag=id&collection=id&after=place: what is wrong in it is not asked. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { caller } = requireSession(event);
  const { db, clock } = deps();
  const company = await companyOf(scope);
  const { searchParams } = event.url;
  const given = (name: string) => (markId.safeParse(searchParams.get(name)).success ? (searchParams.get(name) as string) : '');
  const asked = {
    text: (searchParams.get('q') ?? '').replaceAll('\0', '').trim().slice(0, 200),
    tag: given('tag'),
    collection: given('collection'),
  };
  const question = { text: asked.text || undefined, tag: asked.tag || undefined, collection: asked.collection || undefined };
  const place = placeFromText(searchParams.get('after') ?? '');
  const [{ calls, next }, collections, tags, names] = await Promise.all([
    libraryPage(deps(), scope, caller, question, place, SHOWN),
    listCollections(db, scope, caller),
    listTags(db, scope),
    loadNames(scope, company),
  ]);
  const segments = await segmentsOf(
    db,
    scope,
    calls.map(({ call }) => call.id),
  );
  return {
    asked,
    collections,
    tags,
    names,
    next: next && placeToText(next),
    mayTakeOut: mayTakeOut(caller, scope.tenant),
    mayKeep: mayKeepCollections(caller, scope.tenant),
    calls: calls.map(({ call, marks, entries, comments }) => ({
      ...{ row: journalRow(call, segments.get(call.id) ?? [], clock.now()), entries, comments },
      ...{ tags: marks.tags, note: marks.note },
    })),
  };
};

/** Whoever tags calls of the whole company. */
const mayTakeOut = (caller: Caller, tenant: string) => {
  const scope = tenantScope(caller, tenant, 'calls:tag');
  return scope !== null && scope.within === undefined;
};

const told = (answer: object | MarkFault | null) =>
  typeof answer === 'string' ? fail({ unknown: 404, right: 403 }[answer as string] ?? 409, { wrong: answer }) : { done: true };

export const actions: Actions = {
  /** shared: the company's; else one's own */
  make: async (event) => {
    const scope = requireRight(event, 'calls:read');
    await companyOf(scope);
    const given = await event.request.formData();
    const form = collectionForm.safeParse({ name: given.get('name'), about: given.get('about') ?? '' });
    if (!form.success) return fail(400, { wrong: 'form' as const });
    const { caller } = requireSession(event);
    return told(await addCollection(deps().db, scope, caller, form.data, given.get('shared') === 'on'));
  },
  remove: async (event) => {
    const scope = requireRight(event, 'calls:read');
    const id = markId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' as const });
    return told(await changeCollection(deps().db, scope, requireSession(event).caller, id.data, null));
  },
  takeOut: async (event) => {
    const scope = requireRight(event, 'calls:read');
    const { caller } = requireSession(event);
    const id = markId.safeParse((await event.request.formData()).get('id'));
    if (!id.success) return fail(400, { wrong: 'form' as const });
    return told(await removeEntry(deps().db, scope, caller, id.data, mayTakeOut(caller, scope.tenant)));
  },
};
