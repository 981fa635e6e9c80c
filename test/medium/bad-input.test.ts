import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { encodeHep3 } from '@callscope/ingest/decode/hep3.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { badHep, companies, events, hep, shuffled } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Stage {
  stage: string;
  received: number;
  stored: number;
  duplicate: number;
  dropped: Record<string, number>;
  deadLettered: number;
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

/** Bytes of datagrams that the receiver at this port has not read yet: rx_queue of /proc/net/udp (proc(5)). */
function bytesInBuffer(port: number): number {
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1);
  const queues = lines.map((line) => /:([0-9A-F]{4}) \S+ \S+ \w+:(\w+)/.exec(line)).filter((m) => Number(`0x${m?.[1]}`) === port);
  return queues.reduce((bytes, m) => bytes + Number(`0x${m?.[2]}`), 0);
}

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

test('every truncation and every single-bit change of a packet is counted, and the next good packet is stored', async () => {
  const packet = hep('udp').find((p) => p.length > 650 && p.length < 750 && p.includes('INVITE')) as Buffer;
  const cuts = Array.from(packet.keys(), (length) => packet.subarray(0, length));
  const flips = Array.from({ length: 8 * packet.length }, (_, bit) => {
    const flipped = Buffer.from(packet);
    flipped[bit >> 3] = (packet[bit >> 3] as number) ^ (1 << (bit & 7));
    return flipped;
  });
  const before = await stage('decode');
  const edge = await stage('edge');
  const all = [...cuts, ...flips];
  // a socket's buffer holds about 150: no more are sent than that while the receiver waits for its turn
  for (let i = 0; i < all.length; i += 50) {
    await sendUdp(stack.ports.hep, all.slice(i, i + 50));
    await until('the receiver has read them', () => bytesInBuffer(stack.ports.hep) === 0);
  }
  const sent = all.length;
  const after = await decoded(before.received + sent);
  // what the kernel dropped would be missing here
  expect((await stage('edge')).dropped).toEqual(edge.dropped);
  const stored = after.stored - before.stored;
  const duplicate = after.duplicate - before.duplicate;
  const dropped = sum(after.dropped) - sum(before.dropped);
  expect([stored + duplicate + dropped, after.deadLettered]).toEqual([sent, before.deadLettered]);
  // no cut packet is one; of the changed ones most change only what the message says
  expect(dropped).toBeGreaterThan(cuts.length);
  expect(stored).toBeGreaterThan(packet.length);
  await sendUdp(stack.ports.hep, [hep('udp')[1] as Buffer]);
  expect((await decoded(before.received + sent + 1)).stored).toBe(after.stored + 1);
});

test('junk on the TCP port closes that connection only, and is counted', async () => {
  const before = await stage('edge');
  expect(await talk(stack.ports.hep, ['GET / HTTP/1.1\r\n\r\n'])).toBe('');
  await until(
    'the junk is in the ledger',
    async () => ((await stage('edge')).dropped.tcp_framing ?? 0) > (before.dropped.tcp_framing ?? 0),
  );
});

test.each(['hep', 'events'] as const)('what never ends on the TCP port of %s is cut off, counted, and costs no memory', async (port) => {
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${stack.pidOf('edge')}/status`, 'utf8'))?.[1]) / 1_024;
  const drops = async () => sum((await stage('edge')).dropped);
  const hugest = Buffer.alloc(65_535, 'x');
  hugest.write('HEP3\xff\xff', 'latin1');
  // a header that announces the most, and goes on behind it; junk; a packet whose length says nothing; a text that never ends
  const beginnings = {
    hep: [hugest, Buffer.from('{'), Buffer.from('HEP3\0\0')],
    events: [Buffer.from('{"method":"'), Buffer.from('['.repeat(9))],
  };
  for (const beginning of beginnings[port]) {
    const before = await drops();
    const rssBefore = rss();
    const socket = connect(stack.ports[port], '127.0.0.1');
    socket.on('error', () => undefined).resume();
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.write(beginning);
    let sentMb = 0;
    const megabyte = Buffer.alloc(1 << 20, 'x');
    const pour = setInterval(() => {
      if (socket.destroyed || ++sentMb > 500) clearInterval(pour);
      else socket.write(megabyte);
    }, 1);
    await closed;
    clearInterval(pour);
    expect(sentMb, 'megabytes until it was closed').toBeLessThan(500);
    expect(rss() - rssBefore, 'more memory, MB').toBeLessThan(100);
    await until('it is in the ledger', async () => (await drops()) > before);
  }
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

test.each([
  ['hep', hep('tcp')[0]?.subarray(0, 5)],
  ['hep', hep('tcp')[0]?.subarray(0, 100)],
  ['events', '{"method":"E_NEW",'],
] as const)(
  'a connection to %s that falls silent in the middle of a message is closed, and what was lost is counted',
  async (port, part) => {
    const before = await stage('edge');
    // nothing but the receiver's own clock ends it: this end stays open
    await talk(stack.ports[port], [part as Buffer | string]);
    await until(
      'the cut message is in the ledger',
      async () => ((await stage('edge')).dropped.tcp_cut ?? 0) > (before.dropped.tcp_cut ?? 0),
    );
  },
);

test('a connection that is silent between messages stays', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const event = (id: number) => JSON.stringify({ jsonrpc: '2.0', method: 'E_NEW', id, params: { callid: 'quiet' } });
  const socket = connect(stack.ports.events, '127.0.0.1', () => socket.write(event(1)));
  socket.on('data', (chunk) => (chunk.includes('"id":2') ? resolve('answered') : setTimeout(() => socket.write(event(2)), 2_500)));
  socket.on('close', () => resolve('closed'));
  expect(await promise).toBe('answered');
  socket.destroy();
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

test('the digits of a SIP INFO are nowhere in its messages', async () => {
  const at = Date.now() * 1_000;
  const info = (i: number, type: string, body: string) =>
    encodeHep3({
      srcIp: '10.0.0.1',
      srcPort: 5060,
      dstIp: '10.0.0.2',
      dstPort: 5060,
      at: at + i * 1_000,
      type: 1,
      payload: Buffer.from(
        `INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKi${i}\r\nFrom: <sip:a@b>;tag=x\r\nTo: <sip:c@d>;tag=y\r\nCall-ID: old\r\nCSeq: ${i} INFO\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    });
  const sent = [
    info(1, 'Content-Type: application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'),
    info(2, 'Content-Type:\r\n application/dtmf-relay', 'Signal="5"\r\nDuration=160\r\n'),
    info(3, 'c: application/vnd.nortelnetworks.digits', 'd=5\r\n'),
  ];
  await sendUdp(stack.ports.hep, sent);
  await sendTcp(stack.ports.hep, sent);
  const text = async () => (await stack.fetch('/api/v1/tenants/t1/calls/old/messages?format=text')).text();
  await until('the messages are there', async () => (await text()).split('INFO sip:a@b').length > 3);
  const bodies = (await text()).match(/^(?:Signal|d)\s*=.*$/gm);
  expect(bodies).toEqual(['Signal=x', 'Signal="x"', 'd=x']);
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
