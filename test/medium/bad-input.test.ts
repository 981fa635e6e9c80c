import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { badHep, companies, events, hep, shuffled } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Stage {
  stage: string;
  received: number;
  stored: number;
  duplicate: number;
  dropped: Record<string, number>;
  inFlight: number;
  unexplained: number;
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { EDGE_TCP_IDLE_SECONDS: '1', EDGE_MAX_TCP_CONNECTIONS: '5' } });
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
});
afterAll(() => stack.end());

async function stage(name: string): Promise<Stage> {
  const ledger = await stack.rest<{ closed: boolean; stages: Stage[] }>('GET', '/ops/ledger');
  expect(ledger.closed, JSON.stringify(ledger)).toBe(true);
  return ledger.stages.find((s) => s.stage === name) as Stage;
}

/** Waits until everything sent so far is decoded. */
async function decoded(received: number): Promise<Stage> {
  await until(`${received} packets decoded`, async () => {
    const s = await stage('decode');
    return s.received >= received && s.inFlight === 0;
  });
  return stage('decode');
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

/** Opens a connection, writes, and gives what comes back until it is closed or enough came. */
function talk(port: number, parts: (Buffer | string)[], enough: (answer: string) => boolean = () => false): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (enough(answer)) socket.end();
    });
    socket.on('close', () => done(answer));
    socket.on('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? done(answer) : failed(error)));
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
    });
  });
}

test('every hostile datagram is dropped with a reason and the next good packet is stored', async () => {
  const control = badHep('control-valid.bin');
  const before = await stage('decode');
  const files = readdirSync(new URL('../fixtures/edge/hep-bad/', import.meta.url)).filter(
    (f) => f.endsWith('.bin') && f !== 'control-valid.bin',
  );
  expect(files).toHaveLength(17);
  let seconds = 1;
  const good = () => {
    // a time of its own: the same packet again would be a copy
    const packet = Buffer.from(control);
    let at = 6;
    while (packet.readUInt16BE(at + 2) !== 9) at += packet.readUInt16BE(at + 4);
    packet.writeUInt32BE(packet.readUInt32BE(at + 6) + seconds++, at + 6);
    return packet;
  };
  await sendUdp(
    stack.ports.hep,
    files.flatMap((f) => [badHep(f), good()]),
  );
  const after = await decoded(before.received + 2 * files.length);
  expect(after.stored - before.stored).toBe(files.length);
  expect(sum(after.dropped) - sum(before.dropped)).toBe(files.length);
});

test('junk on the TCP port closes that connection only, and is counted', async () => {
  const before = await stage('edge');
  expect(await talk(stack.ports.hep, ['GET / HTTP/1.1\r\n\r\n'])).toBe('');
  await until(
    'the junk is in the ledger',
    async () => ((await stage('edge')).dropped.tcp_framing ?? 0) > (before.dropped.tcp_framing ?? 0),
  );
});

test('HEP over TCP is put together from any pieces', async () => {
  const before = await stage('decode');
  const all = Buffer.concat(hep('tcp').slice(0, 40));
  const socket = connect(stack.ports.hep, '127.0.0.1');
  for (let at = 0, n = 1; at < all.length; at += n, n = (n * 7) % 1_000 || 1)
    await new Promise((done) => socket.write(all.subarray(at, at + n), done));
  await new Promise<void>((done) => socket.end(done));
  const after = await decoded(before.received + 40);
  expect(after.stored + after.duplicate - before.stored - before.duplicate).toBe(40);
});

test('a connection that stops in the middle of a packet is closed and what was lost is counted', async () => {
  const before = await stage('edge');
  await talk(stack.ports.hep, [(hep('tcp')[0] as Buffer).subarray(0, 100)]);
  await until('the cut packet is in the ledger', async () => ((await stage('edge')).dropped.tcp_cut ?? 0) > (before.dropped.tcp_cut ?? 0));
});

test('more connections than allowed are refused, the others live', async () => {
  const open = Array.from({ length: 5 }, () => connect(stack.ports.hep, '127.0.0.1'));
  await Promise.all(open.map((s) => new Promise((done) => s.once('connect', done))));
  const sixth = connect(stack.ports.hep, '127.0.0.1');
  await new Promise<void>((done) => sixth.once('close', () => done()).on('error', () => undefined));
  for (const socket of open) socket.destroy();
});

test('a request with an id is answered once the bus has it, whatever its id', async () => {
  const texts = shuffled(events(), 3).slice(0, 20);
  const asked = texts.map((text, i) => JSON.stringify({ ...(JSON.parse(text) as object), id: i % 2 === 0 ? 1 : `x${i}` }));
  const answer = await talk(stack.ports.events, asked, (a) => a.split('"result":"ok"').length > 20);
  expect(answer.split('"result":"ok"')).toHaveLength(21);
  expect(answer.startsWith('{"jsonrpc":"2.0","result":"ok","id":')).toBe(true);
});

test('events that are none are refused with a reason, and the connection goes on where it can', async () => {
  const answer = await talk(
    stack.ports.events,
    ['{"jsonrpc":}{"jsonrpc":"2.0","id":4}{"jsonrpc":"2.0","method":"E_NEW","id":5,"params":{"callid":"n1"}}'],
    (a) => a.includes('"id":5'),
  );
  expect(answer).toContain('"code":-32700');
  expect(answer).toContain('"code":-32600');
  expect(answer).toContain('{"jsonrpc":"2.0","result":"ok","id":5}');
  expect(await talk(stack.ports.events, ['hello'])).toContain('"code":-32700');
  expect(await talk(stack.ports.events, [`{"method":"${'x'.repeat(70_000)}`])).toContain('at most 65536 bytes');
});

test('absurd times are clamped, old captures keep theirs', async () => {
  const call = (id: string, ts: number) =>
    ['start', 'failed'].map((state, i) =>
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'E_PBX_CALL',
        params: {
          state,
          callid: id,
          tenant: 't1',
          direction: 'in',
          src: '79160000001',
          dst: '74951000101',
          did: '74951000101',
          code: state === 'failed' ? 486 : '',
          who: '',
          ts: ts + i,
          ts_us: 0,
        },
      }),
    );
  await sendTcp(stack.ports.events, [...call('future', 9_999_999_999), ...call('past', 86_400), ...call('old', 1_100_000_000)]);
  await until('three calls', async () =>
    (await Promise.all(['future', 'past', 'old'].map((id) => stack.fetch(`/api/v1/tenants/t1/calls/${id}`)))).every(
      (r) => r.status === 200,
    ),
  );
  const startOf = async (id: string) => Date.parse((await stack.rest<{ startedAt: string }>('GET', `/tenants/t1/calls/${id}`)).startedAt);
  expect(Math.abs((await startOf('future')) - Date.now())).toBeLessThan(120_000);
  expect(Math.abs((await startOf('past')) - Date.now())).toBeLessThan(120_000);
  expect(await startOf('old')).toBe(1_100_000_000_000);
});

test('DTMF digits are nowhere in the store', async () => {
  await sendTcp(stack.ports.events, [
    '{"jsonrpc":"2.0","method":"E_RTPENGINE_NOTIFICATION","params":{"callid":"old","type":"DTMF","event":7,"duration":160}}',
  ]);
  await until('the notification is kept', async () => {
    const call = await stack.rest<{ events: { method: string; params: Record<string, unknown> }[] }>('GET', '/tenants/t1/calls/old');
    return call.events.some((e) => e.method === 'E_RTPENGINE_NOTIFICATION' && e.params.event === null && e.params.duration === 160);
  });
});

test('a Call-ID used again after its end gets a number, and answers under both', async () => {
  const dialog = (tag: string, ts: number, code: number) =>
    [
      {
        method: 'E_PBX_CALL',
        params: {
          state: 'start',
          callid: 'again',
          tenant: 't1',
          direction: 'in',
          src: '79160000001',
          dst: '74951000101',
          did: '74951000101',
          ts,
          ts_us: 0,
        },
      },
      {
        method: 'E_ACC_MISSED_EVENT',
        params: {
          method: 'INVITE',
          callid: 'again',
          from_tag: tag,
          tenant: 't1',
          direction: 'in',
          src: '79160000001',
          dst: '74951000101',
          sip_code: String(code),
          ts_invite: `${ts}.000000`,
          time: ts + 2,
        },
      },
      { method: 'E_PBX_CALL', params: { state: 'failed', callid: 'again', tenant: 't1', code, who: 'callee', ts: ts + 2, ts_us: 0 } },
    ].map((e) => JSON.stringify({ jsonrpc: '2.0', ...e }));
  const now = Math.floor(Date.now() / 1000);
  await sendTcp(stack.ports.events, dialog('a', now - 100, 486));
  await until('the first dialog', async () => (await stack.fetch('/api/v1/tenants/t1/calls/again')).status === 200);
  await sendTcp(stack.ports.events, dialog('b', now - 50, 603));
  await until('the second dialog', async () => (await stack.fetch('/api/v1/tenants/t1/calls/again~2')).status === 200);
  expect(await stack.rest('GET', '/tenants/t1/calls/again')).toMatchObject({ id: 'again', result: 'busy' });
  expect(await stack.rest('GET', '/tenants/t1/calls/again~2')).toMatchObject({ id: 'again~2', result: 'rejected' });
});
