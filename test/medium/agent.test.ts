import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { askEdge } from '@callscope/modules/edge/ask.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins } from '../e2e/events.ts';
import { type AgentProcess, anchorCall, isThere, type Rtpengine, speak, startAgent, startRtpengine } from './edge-processes.ts';
import { OPERATOR_TOKEN, type Stack, sendTcp, startStack, until } from './stack.ts';

const hasRtpengine = isThere('rtpengine', 'apt-get install rtpengine');
const DOMAIN = 'alfa.pbx.test';
const CALL = 'told@127.0.0.30';

interface Metadata {
  tenant: string;
  conversation: string;
  segment: number;
  reason: string;
}

describe.skipIf(!hasRtpengine)('an edge told what to do', () => {
  let stack: Stack;
  let media: Rtpengine;
  let agent: AgentProcess;
  let bus: Bus;
  let mediaPort = 0;
  const announcements = mkdtempSync(join(tmpdir(), 'announcements-'));

  beforeAll(async () => {
    [stack, media] = await Promise.all([startStack(), startRtpengine()]);
    for (const id of ['t1', 't2']) await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: id === 't1' ? DOMAIN : 'bravo.pbx.test' });
    await stack.rest('PUT', '/tenants/t1/directory', { employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }] });
    bus = await connectBus(stack.natsUrl(), 'test', createLog('test', { level: 'error', format: 'text' }));
    agent = startAgent({
      NATS_URL: stack.natsUrl(),
      // nothing listens there: what OpenSIPS would do is refused with that reason
      EDGE_MI_URL: 'http://127.0.0.1:9/mi',
      EDGE_RTPENGINE: `127.0.0.1:${media.port}`,
      EDGE_NODE_ID: 'lab',
      EDGE_ANNOUNCEMENTS_DIR: announcements,
    });
    await until('the agent is there', async () => /"message":"active"/.test(agent.log()));
    mediaPort = await anchorCall(media.ng, CALL);
    const begins = callBegins({
      ...{ id: CALL, tenant: 't1', domain: DOMAIN, direction: 'in', from: '79261112233', to: '74951000102' },
      ...{ startedAt: Date.now() - 5_000, wait: 3, talk: 60, legs: [{ target: '101', after: 0, code: 200 }] },
    });
    await sendTcp(stack.ports.events, begins);
    // a call that nobody tells of is refused until ingest has it
    await until('the call is known', async () => (await tell('t1', CALL, 'recording', { action: 'unmask' })).reason === 'not_masked');
  });
  afterAll(async () => {
    await agent?.end();
    await bus?.close();
    await media?.end();
    await stack?.end();
  });

  async function tell(tenant: string, call: string, path: string, body: unknown, token = OPERATOR_TOKEN) {
    const response = await stack.fetch(`/api/v1/tenants/${tenant}/calls/${encodeURIComponent(call)}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    const said = (await response.json()) as { detail?: string; node?: string; milliseconds?: number; errors?: { message: string }[] };
    return { status: response.status, reason: said.errors?.[0]?.message, ...said };
  }
  const parts = (): Metadata[] =>
    readdirSync(join(media.spool, 'metadata'))
      .map(
        (file) =>
          readFileSync(join(media.spool, 'metadata', file), 'utf8')
            .trim()
            .split('\n')
            .at(-1) ?? '',
      )
      .map((hex) => JSON.parse(Buffer.from(hex, 'hex').toString()) as Metadata)
      .sort((a, b) => a.segment - b.segment);
  const audit = async (callId: string) => {
    const postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error', format: 'text' }));
    const rows = await postgres.db.selectFrom('edge_commands').selectAll().where('call_id', '=', callId).orderBy('at').execute();
    await postgres.close();
    return rows;
  };

  test('recording starts, is masked and goes on, and stops: two parts in the spool, nothing of what was masked', async () => {
    expect(await tell('t1', CALL, 'recording', { action: 'start' })).toMatchObject({ status: 200, node: 'lab' });
    await speak(mediaPort, 40, 0);
    expect(await tell('t1', CALL, 'recording', { action: 'mask' })).toMatchObject({ status: 200 });
    await until('the first part is complete', () => parts().length === 1);
    await speak(mediaPort, 300, 40);
    expect(await tell('t1', CALL, 'recording', { action: 'start' })).toMatchObject({ status: 409, reason: 'masked' });
    expect(await tell('t1', CALL, 'recording', { action: 'unmask' })).toMatchObject({ status: 200 });
    await speak(mediaPort, 40, 340);
    expect(await tell('t1', CALL, 'recording', { action: 'stop' })).toMatchObject({ status: 200 });
    await until('the second part is complete', () => parts().length === 2);
    expect(parts()).toEqual([
      { tenant: 't1', conversation: CALL, segment: 1, reason: 'demand' },
      { tenant: 't1', conversation: CALL, segment: 2, reason: 'unmask' },
    ]);
    const sizes = readdirSync(join(media.spool, 'pcaps')).map((file) => statSync(join(media.spool, 'pcaps', file)).size);
    expect(sizes).toHaveLength(2);
    // 40 packets of 230 bytes each, the 300 masked ones in neither
    for (const size of sizes) {
      expect(size).toBeGreaterThan(5_000);
      expect(size).toBeLessThan(20_000);
    }
  });

  test('each command stands in the audit with who, what and its outcome', async () => {
    const rows = (await audit(CALL)).filter(({ outcome }) => outcome === 'ok');
    expect(rows.map(({ command }) => command)).toEqual(['start', 'mask', 'unmask', 'stop']);
    expect(rows[0]).toMatchObject({ tenant: 't1', author_kind: 'operator', node: 'lab' });
    expect((await audit(CALL)).map(({ outcome }) => outcome)).toContain('masked');
  });

  test("another company's call is not there, and a token needs the scope", async () => {
    expect(await tell('t2', CALL, 'recording', { action: 'start' })).toMatchObject({ status: 404, reason: 'no_call' });
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reads', scopes: ['read'] });
    expect(await tell('t1', CALL, 'recording', { action: 'start' }, token)).toMatchObject({ status: 403 });
    const other = await stack.rest<{ token: string }>('POST', '/tenants/t2/tokens', { name: 'acts', scopes: ['calls:control'] });
    expect(await tell('t1', CALL, 'hangup', {}, other.token)).toMatchObject({ status: 404 });
    expect(await tell('t1', 'nobody@nowhere', 'hangup', {})).toMatchObject({ status: 404, reason: 'no_call' });
    expect(parts()).toHaveLength(2);
  });

  test('an announcement is played; one that is not there is refused with the reason', async () => {
    mkdirSync(join(announcements, 't1'));
    writeFileSync(join(announcements, 't1', 'recorded.wav'), silence(1_600));
    const played = await tell('t1', CALL, 'announcement', { name: 'recorded' });
    expect(played).toMatchObject({ status: 200, node: 'lab' });
    expect(played.milliseconds).toBeGreaterThan(0);
    expect(await tell('t1', CALL, 'announcement', { name: 'missing' })).toMatchObject({ status: 422, reason: 'refused' });
    expect(await tell('t1', CALL, 'announcement', { name: '../t1/recorded' })).toMatchObject({ status: 400 });
  });

  test('where OpenSIPS does not answer the command says so', async () => {
    expect(await tell('t1', CALL, 'hangup', {})).toMatchObject({ status: 503, reason: 'unreachable' });
    const { data } = await stack.rest<{ data: unknown[] }>('GET', '/ops/edges');
    expect(data).toMatchObject([{ node: 'lab', opensips: null, rtpengine: { calls: 1 }, calls: null }]);
  });

  test('a command that is asked again is carried out once', async () => {
    const command = { do: 'record', callId: CALL, tenant: 't1', conversation: CALL, segment: 1, reason: 'demand' } as const;
    const first = await askEdge(bus, 'lab', 'the-same', command);
    expect(first).toMatchObject({ node: 'lab', result: { ok: true } });
    await askEdge(bus, 'lab', 'stop', { do: 'stop-recording', callId: CALL });
    await askEdge(bus, 'lab', 'the-same', command);
    // were it carried out again there would be a file of a recording under way
    expect(readdirSync(join(media.spool, 'tmp'))).toEqual([]);
    expect((await askEdge(bus, 'lab', 'another', command)).result.ok).toBe(true);
    expect(readdirSync(join(media.spool, 'tmp'))).toHaveLength(1);
  });
});

/** A WAV file of 8 kHz, 16 bit, mono. */
function silence(samples: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples * 2, 4);
  head.write('WAVEfmt ', 8);
  for (const [at, value] of [
    [16, 16],
    [24, 8_000],
    [28, 16_000],
    [40, samples * 2],
  ] as const)
    head.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    head.writeUInt16LE(value, at);
  head.write('data', 36);
  return Buffer.concat([head, Buffer.alloc(samples * 2)]);
}
