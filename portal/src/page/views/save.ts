import { FilterError } from '@callscope/analytics/query/filter.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Caller } from '@callscope/modules/access/callers.ts';
import { personViewChange, personViewForm, type ViewPage, viewId } from '@callscope/modules/views/forms.ts';
import { addView, changeView, findView, removeView, type SavedView, type ViewFault } from '@callscope/modules/views/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyOf } from '../company.ts';
import type { SaveAnswer } from './answer.ts';
import { questionOf } from './query.ts';

/** Keeps what a page of the company was asked, as a person of the pages. @param given JSON of the request */
export async function saveView(scope: TenantScope, caller: Caller, given: unknown): Promise<SaveAnswer> {
  const form = personViewForm.safeParse(given);
  if (!form.success) return { fault: faultOf(form.error) };
  const { shared, ...view } = form.data;
  const query = await questionIn(scope, view.page, view.query);
  if (query === null) return { fault: 'form' };
  return told(await addView(deps().db, scope, caller, { ...view, query }, shared));
}

export async function renameView(scope: TenantScope, caller: Caller, given: unknown): Promise<SaveAnswer> {
  const form = personViewChange.safeParse(given);
  if (!form.success) return { fault: faultOf(form.error) };
  const { db } = deps();
  const { id, ...change } = form.data;
  const view = await findView(db, scope, caller, id);
  if (!view) return { fault: 'unknown' };
  const query = change.query === undefined ? undefined : await questionIn(scope, view.page, change.query);
  if (query === null) return { fault: 'form' };
  return told(await changeView(db, scope, caller, id, { ...change, query }));
}

export async function dropView(scope: TenantScope, caller: Caller, id: string): Promise<SaveAnswer> {
  if (!viewId.safeParse(id).success) return { fault: 'unknown' };
  const fault = await removeView(deps().db, scope, caller, id);
  return { fault };
}

async function questionIn(scope: TenantScope, page: ViewPage, query: string): Promise<string | null> {
  try {
    return questionOf(page, query, (await companyOf(scope)).timezone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) return null;
    throw cause;
  }
}

const faultOf = ({ issues }: { issues: readonly { path: PropertyKey[] }[] }) => (issues[0]?.path[0] === 'name' ? 'name' : 'form');
const told = (made: SavedView | ViewFault): SaveAnswer => ({ fault: typeof made === 'string' ? made : null });
