import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Caller, tenantScope } from '@callscope/modules/access/callers.ts';
import type { MarkedCall, Tag } from '@callscope/modules/marks/kinds.ts';
import { type Collection, listCollections } from '@callscope/modules/marks/library.ts';
import { type CallMarks, mayRemoveOthers, readCallMarks } from '@callscope/modules/marks/store.ts';
import { listTags } from '@callscope/modules/marks/tags.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';

/** What is said of one call, and what the person may say. */
export interface MarksData extends CallMarks {
  /** the company's, also archived ones */
  list: Tag[];
  /** into which the person may put the call */
  collections: Collection[];
  may: { tag: boolean; comment: boolean; removeOthers: boolean };
}

/** The call that is marked, as far as the right reaches. @throws 404 */
export async function markedCall(scope: TenantScope, id: string): Promise<MarkedCall> {
  const call = id.length > 600 ? null : await findCall(deps().store, scope, id);
  if (!call) error(404, 'no such call');
  return call;
}

/** May tag this call: with a right that reaches it. */
export async function mayTag(caller: Caller, tenant: string, id: string): Promise<boolean> {
  const scope = tenantScope(caller, tenant, 'calls:tag');
  return scope !== null && (await findCall(deps().store, scope, id)) !== null;
}

/** All that stands beside a call: asked by its page and by the journal's row as it unfolds. */
export async function loadMarks(scope: TenantScope, caller: Caller, call: MarkedCall): Promise<MarksData> {
  const { db } = deps();
  const [said, list, collections, tag] = await Promise.all([
    readCallMarks(db, scope, caller, call.id),
    listTags(db, scope),
    listCollections(db, scope, caller),
    mayTag(caller, scope.tenant, call.id),
  ]);
  const [comment, removeOthers] = [tenantScope(caller, scope.tenant, 'calls:comment') !== null, mayRemoveOthers(caller, scope.tenant)];
  return { ...said, list, collections: collections.filter((one) => tag || !one.shared), may: { tag, comment, removeOthers } };
}
