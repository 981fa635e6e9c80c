import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { changeDirectory, DirectoryMoved } from '@callscope/modules/directory/change.ts';
import { DirectoryEditError } from '@callscope/modules/directory/edit.ts';
import { deps } from '@callscope/portal/deps.ts';
import { whenApplied } from '@callscope/portal/directory/applied.ts';
import { authorOf } from '@callscope/portal/directory/author.ts';
import { error } from '@sveltejs/kit';
import type { EditAnswer } from './answer.ts';
import { currentDirectory } from './load.ts';
import { momentsOf, type Validity } from './validity.ts';

export interface Wanted {
  kind: 'edit' | 'import';
  validity: Validity;
  /** the directory's version that the page showed */
  version: number;
}

/** When a change of this page would hold, and what would be in force by then. */
export async function momentFor(scope: TenantScope, company: Tenant, validity: Validity) {
  const current = await currentDirectory(scope, company);
  return { current, ...momentsOf(validity, company.timezone, deps().clock.now(), current.since) };
}

/** Changes the directory as a person of the pages; waits until ingest uses it. */
export async function changeAs(
  locals: App.Locals,
  scope: TenantScope,
  company: Tenant,
  wanted: Wanted,
  edit: (body: DirectoryBody) => DirectoryBody,
): Promise<EditAnswer> {
  if (!locals.session) error(404, 'no such company');
  const { db, bus } = deps();
  const { from, recompute } = await momentFor(scope, company, wanted.validity);
  try {
    const outcome = await changeDirectory(
      db,
      scope,
      {
        author: authorOf(locals.session.caller),
        actor: actorOf(locals.session.caller),
        kind: wanted.kind,
        validFrom: from,
        recomputeFrom: recompute,
        expected: wanted.version,
      },
      edit,
    );
    if (!outcome) error(404, 'no such company');
    return { done: true, applied: await whenApplied(bus, scope.tenant, outcome.version) };
  } catch (cause) {
    if (cause instanceof DirectoryMoved) return { done: false, fault: { code: 'moved' } };
    if (cause instanceof DirectoryEditError) return { done: false, fault: cause.fault };
    throw cause;
  }
}
