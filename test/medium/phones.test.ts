import { afterAll, beforeAll, expect, test } from 'vitest';
import { companies, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Phone {
  account: string;
  domain: string;
  extensions: string[];
  employee: { id: string; name: string } | null;
  state: string;
  inCall: boolean;
  unregisteredAt: string | null;
  bindings: { contact: string; address: string; transport: string; userAgent: string; registeredAt: string; expiresAt: string }[];
}
interface Stretch {
  contact: string;
  registeredAt: string;
  expiresAt: string;
  endedAt: string | null;
}

/** The captured words of the registrar; what was to expire an hour after the capture expires in an hour. */
const registrar = () =>
  events()
    .filter((text) => text.includes('"E_UL_'))
    .map((text) => text.replace(/"expires":1\d{9}/, `"expires":${Math.floor(Date.now() / 1_000) + 3_600}`));

/** A captured 200 to REGISTER as if it were of now: the capture's own time is long ago, and so would its expiry be. */
function answerToRegister(account: string): Buffer {
  const found = hep('udp').find((p) => {
    const text = p.toString('latin1');
    return text.includes('SIP/2.0 200 OK') && /CSeq: \d+ REGISTER/.test(text) && text.includes(`To: <sip:${account}>`);
  });
  if (!found) throw new Error(`no REGISTER of ${account} was captured`);
  const packet = Buffer.from(found);
  // HEP3 chunks: u16 vendor, u16 type, u16 length, value; 9 and 10 are the time (seconds, µs)
  for (let at = 6; at + 6 <= packet.length; at += packet.readUInt16BE(at + 4))
    if (packet.readUInt16BE(at + 2) === 9) packet.writeUInt32BE(Math.floor(Date.now() / 1_000), at + 6);
  return packet;
}

let stack: Stack;
const phonesOf = async (tenant: string) => (await stack.rest<{ data: Phone[] }>('GET', `/tenants/${tenant}/phones`)).data;
const states = async (tenant: string) => (await phonesOf(tenant)).map((p) => `${p.account} ${p.state}`);
const ALFA = ['101 registered', '102 registered', '103 registered', '104 registered', '105 registered', '106 gone'];

beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
});
afterAll(() => stack?.end());

test('the words of a real registrar become the phones of each company, with their people', async () => {
  const before = (await phonesOf('t1')).map((p) => p.state);
  expect(new Set(before)).toEqual(new Set(['unknown']));
  const isEnd = (text: string) => text.includes('_DELETE"');
  await sendTcp(
    stack.ports.events,
    registrar().filter((text) => !isEnd(text)),
  );
  await until('six phones stand', async () => (await states('t1')).includes('106 registered'));
  await sendTcp(stack.ports.events, registrar().filter(isEnd));
  await until('106 is gone and five phones stand', async () => {
    const now = await states('t1');
    return ALFA.every((line) => now.includes(line));
  });
  const [phone] = (await phonesOf('t1')).filter((p) => p.account === '101');
  expect(phone).toMatchObject({
    domain: 'alfa.pbx.test',
    inCall: false,
    unregisteredAt: null,
    bindings: [{ contact: 'sip:101@127.0.1.101:5060', address: '127.0.1.101:5060', transport: 'udp', userAgent: 'lab-phone/1.0' }],
  });
  expect(phone?.employee).not.toBeNull();
  const registered = (await states('t2')).filter((line) => line.endsWith(' registered'));
  expect(registered).toEqual(['201 registered', '202 registered', '203 registered', '204 registered']);
});

test('a company sees its own phones alone, and the operator those of no company', async () => {
  const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'phones', scopes: ['read'] });
  const as = (path: string) => stack.fetch(`/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await as('/tenants/t1/phones')).status).toBe(200);
  for (const path of ['/tenants/t2/phones', '/tenants/t2/phones/201/history']) expect((await as(path)).status, path).toBe(404);
  expect((await as('/ops/phones')).status).toBe(403);
  const ofNobody = registrar()
    .filter((text) => text.includes('101@alfa') && text.includes('CONTACT_INSERT'))
    .map((text) => text.replaceAll('alfa.pbx.test', 'nobody.test'));
  await sendTcp(stack.ports.events, ofNobody);
  await until('the operator sees it', async () => {
    const { data } = await stack.rest<{ data: Phone[] }>('GET', '/ops/phones');
    return data.some((p) => p.account === '101' && p.domain === 'nobody.test' && p.state === 'registered');
  });
  expect((await phonesOf('t1')).filter((p) => p.domain === 'nobody.test')).toEqual([]);
});

test('a phone in a call is said to be, until the call ends', async () => {
  const now = Date.now() * 1_000;
  const event = (state: string, more: object) =>
    JSON.stringify({
      ...{ jsonrpc: '2.0', method: 'E_PBX_CALL' },
      params: {
        ...{ callid: 'phones-1', tenant: 't1', direction: 'out', src: '101', dst: '79161112233', did: '', code: '', who: '', state },
        ...{ ts: Math.floor(now / 1e6), ts_us: now % 1e6, ...more },
      },
    });
  const inCall = async () => (await phonesOf('t1')).filter((p) => p.inCall).map((p) => p.account);
  await sendTcp(stack.ports.events, [event('start', {}), event('answered', { code: 200, who: '79161112233@trunk' })]);
  await until('101 talks', async () => (await inCall()).join() === '101');
  await sendTcp(stack.ports.events, [event('ended', { who: 'downstream' })]);
  await until('nobody talks', async () => (await inCall()).length === 0);
});

test('after the assembler and the portal were killed the same phones stand, with the same beginnings', async () => {
  const before = await phonesOf('t1');
  process.kill(stack.pidOf('assembler'), 'SIGKILL');
  process.kill(stack.pidOf('portal'), 'SIGKILL');
  await until('the same phones', async () => JSON.stringify(await phonesOf('t1')) === JSON.stringify(before), 60_000);
});

test('the history says when a phone was registered, and when it was no more', async () => {
  const history = async (account: string, query = '') =>
    (await stack.rest<{ data: Stretch[] }>('GET', `/tenants/t1/phones/${account}/history${query}`)).data;
  await until('both are stored', async () => (await history('101')).length === 1 && typeof (await history('106'))[0]?.endedAt === 'string');
  const [stands] = await history('101');
  expect(stands).toMatchObject({ contact: 'sip:101@127.0.1.101:5060', endedAt: null });
  const [gone] = await history('106');
  expect(Date.parse(gone?.endedAt ?? '')).toBeGreaterThan(Date.parse(gone?.registeredAt ?? ''));
  const hourBefore = new Date(Date.parse(stands?.registeredAt ?? '') - 3_600_000).toISOString();
  const inVain = await history('101', `?from=${hourBefore}&to=${stands?.registeredAt}`);
  expect(inVain).toEqual([]);
  expect((await stack.fetch('/api/v1/tenants/t1/phones/101/history?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).status).toBe(400);
});

test('without events the answers to REGISTER are enough', async () => {
  // only the network speaks of 106 now: it comes back
  await until('the event of 106 is some seconds old', async () => {
    await sendUdp(stack.ports.hep, [answerToRegister('106@alfa.pbx.test')]);
    return (await states('t1')).includes('106 registered');
  });
});
