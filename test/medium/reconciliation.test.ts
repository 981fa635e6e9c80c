import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../recordings/archived.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, recordingOf } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { companies, conversations, events, hep, type TrueCall } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Day {
  day: string;
  state: string;
  failure: string;
  hasCapture: boolean;
  compared: Record<string, number>;
  found: Record<string, number>;
}
interface Finding {
  cause: string;
  tenant: string | null;
  call: string | null;
  detail: string;
}

/** On it the fixtures' calls were made. */
const DAY = '2026-11-23';

let stack: Stack;
const numbered = (n: number) => conversations(true).find((c) => c.n === n) as TrueCall;
/** answered calls, each of which loses something; other calls of their companies lose nothing */
const [withoutCdr, withoutBye, withoutEvents, withoutPackets] = [numbered(3), numbered(25), numbered(20), numbered(29)];
const [lost, unrecorded, orphaned] = RECORDED;
const about = (text: string | Uint8Array, call: TrueCall) => Buffer.from(text).includes(call.call_id);
const isBye = (packet: Uint8Array) => /BYE sips?:/.test(Buffer.from(packet).toString('latin1'));

async function reconciled(): Promise<{ day: Day; found: Finding[] }> {
  await stack.rest('POST', '/ops/reconciliation', { day: DAY });
  let day: Day | undefined;
  await until('the day is reconciled', async () => {
    const { data } = await stack.rest<{ data: Day[] }>('GET', '/ops/reconciliation');
    day = data.find((d) => d.day === DAY);
    return day?.state === 'done' || day?.state === 'failed';
  });
  return { day: day as Day, found: (await stack.rest<{ data: Finding[] }>('GET', `/ops/reconciliation/${DAY}`)).data };
}

async function inDatabase(sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseUrl() });
  await client.connect();
  try {
    await client.query(sql, values);
  } finally {
    await client.end();
  }
}

describe.skipIf(FFMPEG === null)('a day is reconciled', () => {
  beforeAll(async () => {
    stack = await startStack();
    for (const [id, { tenant, directory }] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, directory);
    }
    await sendUdp(
      stack.ports.hep,
      hep('udp').filter((packet) => !about(packet, withoutPackets) && !(about(packet, withoutBye) && isBye(packet))),
    );
    await sendTcp(
      stack.ports.events,
      events().filter((event) => !about(event, withoutEvents) && !(about(event, withoutCdr) && event.includes('E_ACC_CDR'))),
    );
    for (const recorded of RECORDED.filter((r) => r !== unrecorded)) put(stack.dataDir, recorded, nameOf(recorded));
    for (const recorded of RECORDED.filter((r) => r !== unrecorded))
      await until('it can be heard', async () => (await recordingOf(stack, recorded)).status === 'ready', 60_000);
    const objects = connectObjects(pathToFileURL(join(stack.dataDir, 'objects')).href);
    const keys = new Map((await rowsOf(stack)).map((r) => [r.segment, r.object_key as string]));
    const keyOf = (call: TrueCall) => [...keys.values()].find((key) => key.includes(call.call_id)) as string;
    rmSync(join(stack.dataDir, 'objects', keyOf((lost as (typeof RECORDED)[number]).call)));
    const nameless = 't1/2026/11/23/somebody/0123456789abcdef.mp3';
    await objects.write(nameless, Readable.from([Buffer.from('sound')]));
    // one that is young may still get its row
    utimesSync(join(stack.dataDir, 'objects', nameless), new Date(`${DAY}T12:00:00Z`), new Date(`${DAY}T12:00:00Z`));
    // a recording whose call is in no store, and an accounting row that nobody took
    await inDatabase("UPDATE recordings SET call_id = 'call-of-nobody' WHERE object_key = $1", [
      keyOf((orphaned as (typeof RECORDED)[number]).call),
    ]);
    await inDatabase(
      "INSERT INTO edge.acc (method, callid, tenant, time, written_at) VALUES ('INVITE', 'not-delivered', 't1', $1::timestamp, $1::timestamptz), ('INVITE', 'without-a-call', 't1', $1::timestamp, $1::timestamptz)",
      [`${DAY}T12:00:00Z`],
    );
    await inDatabase("UPDATE edge.acc SET confirmed_at = now() WHERE callid = 'without-a-call'");
  });
  afterAll(() => stack?.end());

  test('each thing that is missing is listed once, with a cause of its own, and nothing else is', async () => {
    const { day, found } = await reconciled();
    expect(day).toMatchObject({ state: 'done', failure: '', hasCapture: true });
    // as every page and answer has it; that of the orphan's call is gone with its row
    const failed: string[] = [];
    for (const call of conversations(true)) {
      const path = `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`;
      const { recording } = await stack.rest<{ recording: { status: string } }>('GET', path);
      if (recording.status === 'failed') failed.push(call.call_id);
    }
    expect(failed).toContain(unrecorded?.call.call_id);
    expect(failed).toContain(orphaned?.call.call_id);
    const of = (cause: string) => found.filter((f) => f.cause === cause).map((f) => f.call);
    expect(Object.fromEntries([...new Set(found.map((f) => f.cause))].map((cause) => [cause, of(cause)]))).toEqual({
      cdr_missing: [withoutCdr.call_id],
      accounting_not_delivered: ['not-delivered'],
      events_missing: [withoutEvents.call_id],
      bye_missing: [withoutBye.call_id],
      capture_missing: [withoutPackets.call_id],
      call_missing: ['without-a-call'],
      recording_missing: expect.toSatisfy((list: string[]) => list.toSorted().join() === failed.toSorted().join()),
      recording_lost: [lost?.call.call_id],
      recording_orphan: ['call-of-nobody'],
      object_orphan: [null],
    });
    expect(Object.values(day.found).reduce((a, b) => a + b, 0)).toBe(found.length);
  });

  test('what is not there any more is found no more', async () => {
    await inDatabase("DELETE FROM edge.acc WHERE callid IN ('not-delivered', 'without-a-call')");
    await inDatabase("UPDATE recordings SET call_id = $1 WHERE call_id = 'call-of-nobody'", [orphaned?.call.call_id]);
    const { found } = await reconciled();
    expect(found.map((f) => f.cause)).not.toContain('accounting_not_delivered');
    expect(found.map((f) => f.cause)).not.toContain('recording_orphan');
    const missing = found.filter((f) => f.cause === 'recording_missing').map((f) => f.call);
    expect(missing).toContain(unrecorded?.call.call_id);
    expect(missing).not.toContain(orphaned?.call.call_id);
  });

  test('a day that lies ahead is refused, and the day before is in line without anybody asking', async () => {
    const response = await stack.fetch('/api/v1/ops/reconciliation', {
      method: 'POST',
      body: JSON.stringify({ day: '2999-01-01' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(400);
    const { data } = await stack.rest<{ data: Day[] }>('GET', '/ops/reconciliation');
    expect(data.some((d) => Date.now() - Date.parse(`${d.day}T00:00:00Z`) < 2.1 * 24 * 3_600_000)).toBe(true);
  });
});
