import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Block, Revision } from '../assemble/block.ts';
import { insertBlock, type Table } from '../write/block-writer.ts';
import { CALLS, writeCall } from '../write/call-rows.ts';
import type { CallWriter } from '../write/call-writer.ts';
import {
  bothRows,
  type Comparison,
  compareReplay,
  type Difference,
  differingCalls,
  type ReplayScope,
  type ReplayTables,
} from '../write/replay-store.ts';
import { RowSink } from '../write/rowbinary.ts';
import { rebuild } from './rebuild.ts';

/** Raw rows of a call that began in the period are looked for so long before and after it, µs. */
const BEFORE_US = 600_000_000;
const SAY_EVERY_MS = 2_000;
const BLOCK_ROWS = 20_000;
/** their ids travel in the address of a request: see call-store.ts */
const APPLY_AT_ONCE = 250;

export interface ReplayContext {
  client: ClickHouseClient;
  directories: Directories;
  log: Log;
  stopping: AbortSignal;
  tables: ReplayTables;
  /** longest call, ms: so long after the period its raw rows are looked for */
  dialogLimitMs: number;
}

/** Rebuilds every call of the scope beside the ones there are. @returns how many Call-IDs were read and calls rebuilt */
export async function rebuildBeside(
  context: ReplayContext,
  scope: ReplayScope,
  nowUs: number,
): Promise<{ callIds: number; calls: number }> {
  const { client, directories, log, stopping, tables } = context;
  const rows = new RowSink(1 << 24);
  const seen = new RowSink(1 << 20);
  const seenTable: Table = { name: tables.seen, columns: ['call_id'] };
  const flush = async (most: number) => {
    if (rows.rows > most) {
      await insertBlock(client, { ...CALLS, name: tables.calls }, rows.view(), rows.rows, { stopping, log });
      rows.clear();
    }
    if (seen.rows > most) {
      await insertBlock(client, seenTable, seen.view(), seen.rows, { stopping, log });
      seen.clear();
    }
  };
  let callIds = 0;
  let calls = 0;
  let saidAt = performance.now();
  const limitUs = context.dialogLimitMs * 1_000;
  const raw = { from: scope.from - BEFORE_US, to: scope.to + limitUs };
  for await (const part of rebuild(client, directories, raw, nowUs - limitUs)) {
    callIds += part.seen.length;
    for (const callId of part.seen) {
      seen.str(callId);
      seen.endRow();
    }
    for (const row of part.rows) {
      const isInScope = row.startedAt >= scope.from && row.startedAt < scope.to && (scope.tenant === '' || row.tenant === scope.tenant);
      if (!isInScope) continue;
      calls++;
      writeCall(rows, row, nowUs / 1_000);
    }
    await flush(BLOCK_ROWS);
    if (performance.now() - saidAt > SAY_EVERY_MS) {
      saidAt = performance.now();
      log.info('rebuilding', { callIds, calls });
    }
  }
  await flush(0);
  return { callIds, calls };
}

export const compare = (context: ReplayContext, scope: ReplayScope): Promise<Comparison> =>
  compareReplay(context.client, context.tables, scope);

const TO_APPLY: readonly Difference[] = ['changed', 'gone', 'new'];

/** Who works on finished calls hears of what was written. */
type Told = (name: string, block: Pick<Block, 'rows' | 'revisions' | 'removed'>) => Promise<void>;

/** Brings what differs into `calls`, a part at a time, each change with a line in `call_revisions`. Safe to repeat. */
export async function apply(
  context: ReplayContext,
  scope: ReplayScope,
  writer: CallWriter,
  tell: Told,
  run: string,
  nowMs: number,
): Promise<number> {
  const { client, tables, log } = context;
  const all = await differingCalls(client, tables, scope, TO_APPLY);
  let applied = 0;
  for (let part = 0; part * APPLY_AT_ONCE < all.length; part++) {
    const differing = all.slice(part * APPLY_AT_ONCE, (part + 1) * APPLY_AT_ONCE);
    const { old, rebuilt } = await bothRows(client, tables, scope, [...new Set(differing.map((d) => d.id))]);
    const isWanted = new Set(differing.map((d) => `${d.tenant} ${d.id}`));
    const wanted = (row: CallRow) => isWanted.has(`${row.tenant} ${row.id}`);
    const { revisions, added, gone } = pair(old.filter(wanted), rebuilt.filter(wanted));
    await writer.revise(revisions, []);
    if (added.length > 0) await writer.write({ seq: part, at: nowMs, rows: added, revisions: [], removed: [], security: [] });
    const removed = gone.map((row) => ({ row, into: rebuilt.find((r) => r.callIds.includes(row.callIds[0] ?? '')) ?? null }));
    if (removed.length > 0) await writer.remove(removed, nowMs, `replay-${run}-${part}`, 'replay');
    await tell(`replay-${run}-${part}`, { rows: added, revisions, removed });
    applied += revisions.length + added.length + gone.length;
    log.info('writing', { written: applied, of: all.length });
  }
  return applied;
}

/** Rows of one id are one call, also when it belongs to another company now. */
function pair(old: readonly CallRow[], rebuilt: readonly CallRow[]): { revisions: Revision[]; added: CallRow[]; gone: CallRow[] } {
  const revisions: Revision[] = [];
  const added: CallRow[] = [];
  const left = new Set(old);
  for (const row of rebuilt) {
    const same = [...left].filter((o) => o.id === row.id);
    const seen =
      same.find((o) => o.tenant === row.tenant) ?? same.find((o) => rebuilt.every((r) => r.id !== o.id || r.tenant !== o.tenant));
    if (!seen) {
      added.push(row);
      continue;
    }
    left.delete(seen);
    revisions.push({ old: seen, row: { ...row, revision: seen.revision + 1 }, why: 'replay' });
  }
  return { revisions, added, gone: [...left] };
}
