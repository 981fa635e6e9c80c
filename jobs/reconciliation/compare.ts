import {
  callIdsWithoutCall,
  callsAgainstSources,
  callsNotThere,
  dialogsWithoutCall,
  firstPacket,
} from '@callscope/analytics/run/reconciliation.ts';
import { answeredCalls } from '@callscope/analytics/run/recorded.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Objects } from '@callscope/core/node/objects/store.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { Findings, MOST_LISTED, NEEDS_CAPTURE } from '@callscope/modules/reconciliation/causes.ts';
import { accountingRows, recordingsUnder } from '@callscope/modules/reconciliation/store.ts';
import { isExpected } from '@callscope/modules/recordings/count.ts';
import { companiesKeeping } from '@callscope/modules/recordings/leaving.ts';
import { PENDING_MS, recordingOf } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { retentionRules } from '@callscope/modules/retention/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';
import { lengthOf } from '../recordings/archive.ts';

const JOBS = ownService('jobs');
const DAY_MS = 24 * 3_600_000;
const PAGE = 5_000;

export interface Sources {
  store: ClickHouseClient;
  db: Kysely<PostgresSchema>;
  objects: Objects;
}
export interface Reconciled {
  findings: Findings;
  /** calls, captured, told, accounted, accountingRows, expected, recordings, objects */
  compared: Record<string, number>;
  hasCapture: boolean;
}

/**
 * What capture, events, accounting, calls, recordings and the archive say of a day, each against the others. What is younger
 * than ten minutes may still come and is left out.
 * @param day yyyy-mm-dd, UTC @param now ms @throws what a store says
 */
export async function reconcile(sources: Sources, scope: OperatorScope, day: string, now: number): Promise<Reconciled> {
  const from = Date.parse(`${day}T00:00:00Z`);
  const to = Math.min(from + DAY_MS, now - PENDING_MS);
  const findings = new Findings();
  if (to <= from) return { findings, compared: {}, hasCapture: true };
  const first = await firstPacket(sources.store, scope, { from, to });
  const { messages } = await retentionRules(sources.db, scope);
  // packets that are a day from going may have gone in part
  const hasCapture = now - (first ?? from) < (messages - 1) * DAY_MS;
  const calls = await callsAgainstSources(sources.store, scope, { from, to, most: MOST_LISTED });
  for (const { cause, count, some } of calls.found) {
    if (!hasCapture && (NEEDS_CAPTURE.includes(cause) || cause === 'cdr_missing')) continue;
    findings.addCounted(
      cause,
      count,
      some.map((call) => ({ cause, ...call, detail: '' })),
    );
  }
  const lost = await dialogsWithoutCall(sources.store, scope, { from, to, most: MOST_LISTED });
  findings.addCounted(
    'call_missing',
    lost.count,
    lost.some.map(({ callId, at, isCaptured }) => ({
      ...{ cause: 'call_missing', tenant: '', callId, at },
      detail: isCaptured ? 'capture' : 'accounting',
    })),
  );
  const rows = await accounting(sources, scope, { from, to }, new Set(lost.some.map((l) => l.callId)), findings);
  const sums = { expected: 0, recordings: 0, objects: 0 };
  for (const tenant of await companiesKeeping(sources.db, scope)) {
    sums.expected += await expectedRecordings(sources, tenant, { from, to }, now, findings);
    const archived = await archiveOf(sources, scope, tenant, { day, from, now }, findings);
    sums.recordings += archived.recordings;
    sums.objects += archived.objects;
  }
  const { found: _, ...counts } = calls;
  return { findings, compared: { ...counts, accountingRows: rows, ...sums }, hasCapture };
}

/** Rows that the edges wrote themselves, where they write them into this database. @returns how many there were */
async function accounting(
  { store, db }: Sources,
  scope: OperatorScope,
  { from, to }: { from: number; to: number },
  told: ReadonlySet<string>,
  findings: Findings,
): Promise<number> {
  let count = 0;
  for (let after = '0'; ; ) {
    const page = await accountingRows(db, scope, { from, to, after, limit: PAGE });
    const none = await callIdsWithoutCall(
      store,
      scope,
      page.map((r) => r.callId),
    );
    for (const { callId, tenant, at, isConfirmed } of page) {
      count++;
      if (!isConfirmed) findings.add({ cause: 'accounting_not_delivered', tenant, callId, at, detail: '' });
      else if (none.has(callId) && !told.has(callId)) findings.add({ cause: 'call_missing', tenant: '', callId, at, detail: 'accounting' });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return count;
    after = last.id;
  }
}

/** Calls whose rule records by itself, and no recording came of it. @returns how many were to be recorded */
async function expectedRecordings(
  { store, db }: Sources,
  tenant: string,
  { from, to }: { from: number; to: number },
  now: number,
  findings: Findings,
): Promise<number> {
  const scope = tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
  let count = 0;
  for await (const page of answeredCalls(store, scope, from, to)) {
    const expected = page.filter(isExpected);
    count += expected.length;
    const segments = await segmentsOf(
      db,
      scope,
      expected.map((call) => call.id),
    );
    for (const call of expected) {
      const own = segments.get(call.id) ?? [];
      const { status } = recordingOf(call, own, now);
      // what a recorder said of it, where it came that far
      if (status === 'failed')
        findings.add({ cause: 'recording_missing', tenant, callId: call.id, at: call.startedAt / 1_000, detail: own[0]?.reason ?? '' });
    }
  }
  return count;
}

/** Rows of recordings against calls and against the archive, whose names begin with the day (recorder/archive). */
async function archiveOf(
  { store, db, objects }: Sources,
  scope: OperatorScope,
  tenant: string,
  { day, from, now }: { day: string; from: number; now: number },
  findings: Findings,
): Promise<{ recordings: number; objects: number }> {
  const prefix = `${tenant}/${day.replaceAll('-', '/')}/`;
  const rows = await recordingsUnder(db, scope, tenant, prefix);
  const sizes = new Map<string, number>();
  for await (const object of objects.list(prefix)) if (now - object.changedAt > PENDING_MS) sizes.set(object.key, object.bytes);
  const orphans = new Set<string>();
  for (let at = 0; at < rows.length; at += PAGE) {
    const ids = [...new Set(rows.slice(at, at + PAGE).map((r) => r.callId))];
    for (const id of await callsNotThere(store, scope, { tenant, ids, from, to: from + DAY_MS })) orphans.add(id);
  }
  for (const row of rows) {
    const size = sizes.get(row.key);
    const finding = { tenant, callId: row.callId, at: row.at, detail: row.key };
    if (orphans.has(row.callId)) findings.add({ cause: 'recording_orphan', ...finding });
    if (row.status === 'ready' && size !== lengthOf(row) && (await objects.size(row.key)) !== lengthOf(row))
      findings.add({ cause: 'recording_lost', ...finding });
    sizes.delete(row.key);
  }
  const count = rows.length + sizes.size;
  for (const key of sizes.keys()) findings.add({ cause: 'object_orphan', tenant, callId: '', at: null, detail: key });
  return { recordings: rows.length, objects: count };
}
