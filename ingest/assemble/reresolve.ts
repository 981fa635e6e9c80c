import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { pageOfCalls } from '../write/call-store.ts';
import type { Revision } from './block.ts';
import { resolveAgain } from './resolve.ts';
import { sameCall } from './same-call.ts';

const PAGE = 2_000;

/**
 * Written calls that a changed directory says something else about: unassigned ones that now have a company, and the
 * company's own whose people or numbers are now known. Reads from `sinceMs` on in pages; each page is handed on before
 * the next is read.
 */
export async function resolveWritten(
  client: ClickHouseClient,
  directories: Directories,
  tenant: string,
  sinceMs: number,
  write: (revisions: Revision[], superseded: CallRow[]) => Promise<void>,
): Promise<number> {
  let after: CallRow | null = null;
  let changed = 0;
  for (;;) {
    const page: CallRow[] = await pageOfCalls(client, {
      tenants: [UNASSIGNED, tenant],
      edgeTenant: tenant,
      sinceUs: Math.floor(sinceMs * 1_000),
      after,
      limit: PAGE,
    });
    const revisions: Revision[] = [];
    const superseded: CallRow[] = [];
    page.forEach((row, i) => {
      const next = page[i + 1];
      // a move that was cut short by the death of a process left both rows: the older one goes
      if (next && next.tenant === row.tenant && next.startedAt === row.startedAt && next.id === row.id) {
        superseded.push(row);
        return;
      }
      const again = resolveAgain(row, directories);
      if (!sameCall(row, again)) revisions.push({ old: row, row: { ...again, revision: row.revision + 1 }, why: 'directory' });
    });
    if (revisions.length > 0 || superseded.length > 0) await write(revisions, superseded);
    changed += revisions.length;
    after = page.at(-1) ?? null;
    if (page.length < PAGE) return changed;
  }
}
