import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { ObjectsError } from '@callscope/core/node/objects/store.ts';
import type { Caller } from '@callscope/modules/access/callers.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { findExport, isReady } from '@callscope/modules/exports/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { disposition } from '../files/disposition.ts';
import { FORMATS } from '../files/formats.ts';
import { noteExport } from '../files/note-export.ts';
import { rangedResponse } from '../files/ranged.ts';

/**
 * A file that was made, whole or the part that Range asks for. The right is that of now: where it reaches less far than the one with
 * which the file was made, the file is refused. Who gets calls is written down before any of it goes.
 * @throws Problem 403, 404, 409, 410, 503
 */
export async function exportResponse(deps: Deps, scope: TenantScope, caller: Caller, id: string, request: Request): Promise<Response> {
  const found = await findExport(deps.db, scope, caller, id);
  if (found === null) throw new Problem(404, `no file ${id} of yours in this company: it was deleted, or its time is over`);
  if (!isReady(found)) throw new Problem(409, `this file is ${found.state}, and not there to be read`);
  if (!found.mayHave) throw new Problem(403, 'what you may see was narrowed since this file was made: have it made again');
  const { format, title, plainName, object, bytes, filter, rows } = found;
  const { mime, extension } = FORMATS[format];
  const headers = { 'content-type': mime, 'content-disposition': disposition(title, plainName, extension) };
  try {
    return await rangedResponse(
      request,
      {
        bytes,
        headers,
        tag: `export-${id}-${found.endedAt?.getTime()}`,
        read: (range) => deps.exports.read(scope, { object, bytes }, range),
      },
      async () => {
        if (filter !== null) await noteExport(deps.db, scope, actorOf(caller), { format, filter: filter as CallFilter, rows });
      },
    );
  } catch (error) {
    if (error instanceof KeysMissing || error instanceof ObjectsError) {
      deps.log.error('a made file cannot be read', { tenant: scope.tenant, export: id, error });
      if (error instanceof ObjectsError && error.fault === 'missing')
        throw new Problem(410, 'this file is not there any more: have it made again');
      throw new Problem(503, 'the store of files does not answer, try again later');
    }
    throw error;
  }
}
