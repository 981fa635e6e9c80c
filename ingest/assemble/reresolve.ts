import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { pageOfCalls } from '../write/call-store.ts';
import type { Revision } from './block.ts';
import { resolveAgain } from './resolve.ts';
import { sameCall } from './same-call.ts';

const PAGE = 2_000;
/** Later than any call, µs: year 2255. */
const NEVER_US = Number.MAX_SAFE_INTEGER;

/** Which written calls are looked at again: those that began in [from, until), ms; `until` null = all since. */
export interface Stretch {
  tenant: string;
  from: number;
  until: number | null;
}

/** Where a stretch was left: the last row looked at. */
export type Place = CallRow | null;

/**
 * Written calls that a directory says something else about than when they were resolved: unassigned ones that now have a
 * company, and the company's own whose people or numbers are now known. Reads pages; each is handed on before the next is
 * read, so that doing a part twice does no harm.
 * @param after where to go on, null = at the stretch's beginning. @param pages read at most
 * @returns how many calls changed, and where to go on; null = the stretch is done
 */
export async function resolveWritten(
  client: ClickHouseClient,
  directories: Directories,
  stretch: Stretch,
  write: (revisions: Revision[], superseded: CallRow[]) => Promise<void>,
  after: Place = null,
  pages = Number.POSITIVE_INFINITY,
): Promise<{ changed: number; next: Place }> {
  const { tenant } = stretch;
  let place = after;
  let changed = 0;
  for (let n = 0; n < pages; n++) {
    const page: CallRow[] = await pageOfCalls(client, {
      tenants: [UNASSIGNED, tenant],
      edgeTenant: tenant,
      sinceUs: Math.floor(stretch.from * 1_000),
      untilUs: stretch.until === null ? NEVER_US : Math.floor(stretch.until * 1_000),
      after: place,
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
    place = page.at(-1) ?? place;
    if (page.length < PAGE) return { changed, next: null };
  }
  return { changed, next: place };
}
