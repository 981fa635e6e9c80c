import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { encodeHep3 } from '@callscope/ingest/decode/hep3.ts';
import type { Ladder } from '@callscope/portal/calls/ladder.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, conversations, events, hep, rtcpHep, type TrueCall } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

/** npm test says that the analyser is missing (test/run.ts); what others can see is tested all the same. */
const HAS_TSHARK = (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, 'tshark')));
const CAPTURE = new URL('../fixtures/edge/hep/hep-udp.pcap', import.meta.url).pathname;

interface Message {
  at: string;
  src: string;
  dst: string;
  method: string;
  code: number | null;
  text: string;
}
interface Found {
  callId: string;
  method: string;
  code: number | null;
  fromUser: string;
  toUser: string;
  agent: string;
  messages: number;
  methods: string[];
  firstCode: number | null;
  lastCode: number | null;
  hosts: string[];
  call: { tenant: string; id: string } | null;
}

let stack: Stack;
let store: ClickHouseClient;
let cookie = '';
/** of an admin of each company */
const admins: Record<string, string> = {};
const listed = conversations(true);
const period = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' };

beforeAll(async () => {
  stack = await startStack();
  store = connectClickhouse(stack.storeUrl(), 'ladder-test');
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  // the same by both transports: each message is there once
  await Promise.all([sendUdp(stack.ports.hep, [...hep('udp'), ...rtcpHep()]), sendTcp(stack.ports.events, events())]);
  await sendTcp(stack.ports.hep, hep('tcp'));
  await until('all calls are there', async () => {
    const counts = await Promise.all(
      ['t1', 't2'].map(async (t) => (await stack.rest<{ data: unknown[] }>('GET', `/tenants/${t}/calls?limit=100`)).data.length),
    );
    return counts.reduce((a, b) => a + b, 0) >= listed.length;
  });
  await until(
    'every message is stored',
    async () => (await rows('SELECT uniqExact(hash, src_ip, dst_ip, at) AS n FROM messages')) >= hep('udp').length,
  );
  for (const tenant of ['t1', 't2']) {
    await stack.rest('PUT', `/tenants/${tenant}/users/admin`, { password: 'secret-secret', role: 'admin' });
    admins[tenant] = await signedIn('admin', tenant);
  }
  await stack.rest('PUT', '/tenants/t1/users/observer', { password: 'secret-secret', role: 'observer' });
  cookie = admins.t1 ?? '';
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

async function rows(query: string): Promise<number> {
  const [row] = await (await store.query({ query, format: 'JSONEachRow' })).json<{ n: string }>();
  return Number(row?.n);
}

async function signedIn(login: string, tenant = 't1'): Promise<string> {
  const { headers } = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ domain: String(companies()[tenant]?.tenant.domain), login, password: 'secret-secret' }),
  });
  return (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
}

const ofPage = (path: string, as = cookie) => fetch(`${stack.portal}${path}`, { headers: { cookie: as, accept: 'application/json' } });
const search = async (query: Record<string, string>) =>
  (await stack.rest<{ data: Found[] }>('GET', `/ops/messages?${new URLSearchParams({ ...period, ...query })}`)).data;
/** Fields of a capture as the analyser reads them, a line a packet. */
function tshark(file: string, filter: string, ...fields: string[]): string[][] {
  const args = ['-r', file, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}
const callIdsOf = (call: TrueCall) => conversationIds.get(call.call_id) ?? [call.call_id];
const conversationIds = new Map<string, string[]>();

describe.skipIf(!HAS_TSHARK)('an analyser reads the same', () => {
  /** Call-ID -> its messages' start lines in the capture that the edge's own machine took */
  let captured: Map<string, string[]>;
  beforeAll(() => {
    captured = new Map();
    // it knows no HEP: the datagrams are its, and what SIP they carry is found in them as text
    for (const [hex = ''] of tshark(CAPTURE, 'udp.dstport == 9060', 'udp.payload')) {
      const text = Buffer.from(hex.replaceAll(':', ''), 'hex').toString('latin1');
      const [line = ''] =
        /(?:INVITE|ACK|BYE|CANCEL|REGISTER|REFER|NOTIFY) sips?:\S+ SIP\/2\.0(?=\r\n)|SIP\/2\.0 \d{3} [^\r]*(?=\r\n)/.exec(text) ?? [];
      const callId = /\r\nCall-ID: ([^\r]+)/i.exec(text)?.[1] ?? '';
      captured.set(callId, [...(captured.get(callId) ?? []), line]);
    }
  });

  test('the ladder of each call has exactly the messages of the capture, in its order', async () => {
    expect([...captured.values()].flat()).toHaveLength(hep('udp').length);
    for (const call of listed) {
      const answer = await ofPage(`/c/${call.tenant}/calls/${encodeURIComponent(call.call_id)}/signalling`, admins[call.tenant ?? '']);
      const ladder = (await answer.json()) as Ladder;
      conversationIds.set(call.call_id, ladder.callIds);
      const arrows = ladder.rows.filter((row) => row.kind === 'message');
      const said = arrows.map((a) => a.text.split('\n')[0] ?? '');
      const expected = ladder.callIds.flatMap((id) => captured.get(id) ?? []);
      expect([...said].sort(), call.kind).toEqual(expected.sort());
      for (const [i, id] of ladder.callIds.entries()) {
        const own = arrows.filter((a) => a.call === i);
        expect(own.map((a) => a.text.split('\n')[0])).toEqual(captured.get(id));
      }
    }
    // one of them is two dialogs
    expect([...conversationIds.values()].filter((ids) => ids.length > 1)).toHaveLength(1);
  });

  test('the file of a call reads back with the same Call-IDs, methods and answers', async () => {
    for (const call of listed.filter((c) => c.tenant === 't1').slice(0, 5)) {
      const file = join(stack.dataDir, 'read-back.pcap');
      const answer = await ofPage(`/c/t1/calls/${encodeURIComponent(call.call_id)}/signalling?as=pcap`);
      writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      const read = tshark(file, 'sip', 'sip.Call-ID', 'sip.Request-Line', 'sip.Status-Line');
      expect(read.map(([id, request, status]) => `${id} ${(request || status || '').trim()}`).sort()).toEqual(
        callIdsOf(call)
          .flatMap((id) => (captured.get(id) ?? []).map((line) => `${id} ${line}`))
          .sort(),
      );
    }
  });

  test('so does the file of a Call-ID that became no call', async () => {
    const [registration] = await search({ method: 'REGISTER' });
    if (!registration) throw new Error('no registration');
    const file = join(stack.dataDir, 'registration.pcap');
    const answer = await stack.fetch(`/api/v1/ops/messages/${encodeURIComponent(registration.callId)}?format=pcap`);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const read = tshark(file, 'sip', 'sip.Request-Line', 'sip.Status-Line').map(([request, status]) => (request || status || '').trim());
    expect(read).toEqual(captured.get(registration.callId));
  });
});

describe('the ladder of a call', () => {
  const [call] = listed.filter((c) => c.tenant === 't1' && c.answered_by !== null);
  if (!call) throw new Error('no answered call of t1');
  const address = `/c/t1/calls/${encodeURIComponent(call.call_id)}/signalling`;

  test('names its lanes as the company does, and has what was told between the messages', async () => {
    const ladder = (await (await ofPage(address)).json()) as Ladder;
    const names = companies().t1?.directory as { employees: { name: string; extensions: string[] }[] };
    const employee = names.employees.find((e) => ladder.lanes.some((l) => e.extensions.includes(l.user)));
    expect(ladder.lanes.map((l) => l.name)).toContain(employee?.name);
    expect(ladder.lanes.filter((l) => l.kind === 'edge')).toHaveLength(1);
    expect(ladder.rows.some((row) => row.kind === 'event' && row.label === 'E_PBX_CALL start')).toBe(true);
    const times = ladder.rows.map((row) => row.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('is for whoever has its right alone, and the files are too', async () => {
    const observer = await signedIn('observer');
    expect((await ofPage(`/c/t1/calls/${encodeURIComponent(call.call_id)}`, observer)).status).toBe(200);
    for (const as of ['', '?as=pcap', '?as=text']) {
      expect((await ofPage(address + as, observer)).status).toBe(403);
      expect((await ofPage(address.replace('/t1/', '/t2/') + as)).status).toBe(404);
    }
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reads', scopes: ['calls:read'] });
    const asked = (path: string) => fetch(`${stack.portal}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked(`/tenants/t1/calls/${encodeURIComponent(call.call_id)}`)).status).toBe(200);
    expect((await asked(`/tenants/t1/calls/${encodeURIComponent(call.call_id)}/messages`)).status).toBe(403);
    expect((await asked('/ops/messages')).status).toBe(403);
  });

  test('text and capture come as files that are called by it', async () => {
    for (const [as, type, end] of [
      ['text', 'text/plain; charset=utf-8', 'txt'],
      ['pcap', 'application/vnd.tcpdump.pcap', 'pcap'],
    ] as const) {
      const { headers } = await ofPage(`${address}?as=${as}`);
      expect(headers.get('content-type')).toBe(type);
      expect(headers.get('content-disposition')).toMatch(new RegExp(`^attachment; filename="[\\w.-]+\\.${end}"$`));
    }
  });
});

describe('what is masked where packets come in', () => {
  test('no answer to a password question is kept anywhere, and all that is kept has its length', async () => {
    const sent = hep('udp').map((p) => p.toString('latin1'));
    const secrets = new Set(sent.flatMap((text) => [...text.matchAll(/response="([0-9a-f]{32})"/g)].map((m) => m[1] ?? '')));
    expect(secrets.size).toBeGreaterThan(5);
    const kept = await (await store.query({ query: 'SELECT payload FROM messages', format: 'JSONEachRow' })).json<{ payload: string }>();
    const texts = kept.map(({ payload }) => payload);
    for (const text of texts) for (const [, secret = ''] of text.matchAll(/response="([^"]*)"/g)) expect(secret).toBe('x'.repeat(32));
    expect(texts.some((text) => /^(Proxy-)?Authorization: Digest username="\w+"/m.test(text))).toBe(true);
    for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

describe('the search', () => {
  test('finds by number in any spelling, method, answer, agent, address and Call-ID; a message has all that is asked', async () => {
    const call = listed.find((c) => c.direction === 'in' && c.answered_by !== null);
    if (!call) throw new Error('no incoming call');
    const number = call.from.slice(1);
    for (const user of [call.from, `+${call.from}`, `8${number}`, number]) {
      const found = await search({ user });
      expect(found.map((f) => f.callId)).toContain(call.call_id);
      for (const f of found) expect([f.fromUser, f.toUser].some((u) => u.endsWith(number))).toBe(true);
    }
    const [same] = await search({ user: call.from, method: 'INVITE', callId: '' });
    expect(same?.call).toMatchObject({ tenant: call.tenant });

    const busy = await search({ code: '486' });
    expect(busy.length).toBeGreaterThan(0);
    for (const f of busy) expect([f.code, f.method]).toEqual([486, 'INVITE']);
    const refused = await search({ code: '4xx', method: 'REGISTER' });
    for (const f of refused) expect(f.code).toBe(401);
    expect(refused.length).toBeGreaterThan(0);

    const at = await search({ ip: '127.0.1.103' });
    expect(at.length).toBeGreaterThan(0);
    for (const f of at) expect(f.hosts).toContain('127.0.1.103');

    const [whole] = await search({ callId: call.call_id });
    const messages = hep('udp').filter((p) => p.includes(call.call_id)).length;
    expect(whole).toMatchObject({
      callId: call.call_id,
      fromUser: call.from,
      messages,
      call: { tenant: call.tenant, id: call.conversation },
    });
    expect([whole?.firstCode, whole?.lastCode]).toEqual([200, 200]);
    expect(whole?.methods).toEqual(expect.arrayContaining(['INVITE', 'ACK', 'BYE']));
    expect(await search({ callId: 'nobody@nowhere' })).toEqual([]);
    expect(await search({ user: '70000000000' })).toEqual([]);
    // the two conditions hold of no one message
    expect(await search({ method: 'REGISTER', code: '486' })).toEqual([]);
  });

  test('each Call-ID is there once, the newest first, and all of them are', async () => {
    const found = await search({ limit: '200' });
    const ids = new Set(hep('udp').flatMap((p) => /\r\nCall-ID: ([^\r]+)/i.exec(p.toString('latin1'))?.[1] ?? []));
    expect(found.map((f) => f.callId).sort()).toEqual([...ids].sort());
    expect(await search({ limit: '3' })).toEqual(found.slice(0, 3));
  });

  test('what names nothing of a call is found too: a scanner by its agent', async () => {
    const text = [
      ...['OPTIONS sip:100@192.0.2.1 SIP/2.0', 'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1', 'From: <sip:100@1.1.1.1>;tag=1'],
      ...['To: <sip:100@1.1.1.1>', 'Call-ID: scan-1', 'CSeq: 1 OPTIONS', 'User-Agent: friendly_scanner 100%', 'Content-Length: 0', '', ''],
    ].join('\r\n');
    const at = Date.now() * 1_000;
    await sendUdp(stack.ports.hep, [
      encodeHep3({
        srcIp: '198.51.100.7',
        srcPort: 5060,
        dstIp: '192.0.2.1',
        dstPort: 5060,
        at,
        type: 1,
        payload: Buffer.from(text),
        correlationId: '',
      }),
    ]);
    const now = async (query: Record<string, string>) =>
      (await stack.rest<{ data: Found[] }>('GET', `/ops/messages?${new URLSearchParams(query)}`)).data;
    await until('it is found', async () => (await now({ agent: 'LY_SCANNER 100%' })).length === 1);
    expect((await now({ agent: 'friendly-scanner' })).length).toBe(0);
    expect((await now({ ip: '198.51.100.7' }))[0]).toMatchObject({
      callId: 'scan-1',
      methods: ['OPTIONS'],
      lastCode: null,
      call: null,
      fromUser: '100',
    });
    const page = await stack.rest<{ data: Message[] }>('GET', '/ops/messages/scan-1');
    expect(page.data).toMatchObject([{ src: '198.51.100.7:5060', method: 'OPTIONS', code: null }]);
    expect((await stack.fetch('/api/v1/ops/messages/scan-2')).status).toBe(404);
  });

  test.each([
    ['code=4', 'code'],
    ['code=700', 'code'],
    ['from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z', 'from'],
    ['from=2026-01-01T00:00:00Z&to=2026-11-23T00:00:00Z', 'from'],
    ['limit=0', 'limit'],
  ])('what cannot be searched is said by field: %s', async (query, field) => {
    const answer = await stack.fetch(`/api/v1/ops/messages?${query}`);
    expect(answer.status).toBe(400);
    expect((await answer.json()) as object).toMatchObject({ errors: [{ field }] });
  });
});
