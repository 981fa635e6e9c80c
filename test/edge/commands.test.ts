import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_TOKEN, until } from '../medium/stack.ts';
import type { PhoneCall } from './dialog.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';
import { wav } from './sound.ts';
import { storedCall } from './stored-call.ts';

const lacking = missing('opensips', 'rtpengine');

interface Told {
  status: number;
  body: { id?: string; node?: string; detail?: string; errors?: { message: string }[]; [more: string]: unknown };
}
describe.skipIf(lacking !== null)('what the portal says is done to calls through a real OpenSIPS and rtpengine', () => {
  let edge: Edge;
  let inbound: Phone;
  const phones: Record<string, Phone> = {};
  const phone = (user: string) => phones[user] as Phone;

  beforeAll(async () => {
    edge = await startEdge();
    await edge.startAgent();
    for (const user of ['101', '102', '103', '106']) phones[user] = await edge.phone(user);
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
  });
  afterAll(() => edge?.end());

  const tell = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Told> => {
    const response = await fetch(`${edge.stack.portal}/api/v1/tenants/t1/${path}`, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Told['body'] };
  };
  const order = (call: PhoneCall, what: string, body: unknown = {}) =>
    tell('POST', `calls/${encodeURIComponent(call.callId)}/${what}`, body);
  /** a call that both have answered and that the live state knows as answered */
  const talking = async (caller: Phone, number: string): Promise<PhoneCall> => {
    const call = caller.call(number);
    expect(await call.final).toBe(200);
    // 409 until then; afterwards the edge has nothing to bring back
    await until('it is known as answered', async () => (await order(call, 'unhold')).status === 422);
    return call;
  };
  const stored = (call: PhoneCall) => storedCall(edge, call.callId);
  const last = (user: string) => phone(user).received.at(-1) as PhoneCall;

  it('hold sends re-INVITEs to both phones, unhold brings both back, and both are among the events', async () => {
    const call = await talking(inbound, '74951000101');
    const callee = last('101');
    expect(await order(call, 'hold')).toMatchObject({ status: 200, body: { node: 'edge-1' } });
    await until('both are on hold', () => call.directions.length === 1 && callee.directions.length === 1);
    expect(await order(call, 'unhold')).toMatchObject({ status: 200 });
    await until('both are back', () => call.directions.length === 2 && callee.directions.length === 2);
    expect([call.directions, callee.directions]).toEqual([
      ['inactive', 'sendrecv'],
      ['inactive', 'sendrecv'],
    ]);
    // media still flows through the relay
    const before = phone('101').heard;
    await inbound.speak(call, 10);
    await until('the callee hears again', () => phone('101').heard > before);
    call.bye();
    await call.ended;
    const { events } = await stored(call);
    const holds = events
      .filter((e) => e.method === 'E_CALL_HOLD' && e.params.state === 'ok')
      .map((e) => `${e.params.action} ${e.params.leg}`);
    expect(holds.sort()).toEqual(['hold callee', 'hold caller', 'unhold callee', 'unhold caller']);
  });

  it('a blind transfer sends the phone on: one conversation, answered by whom it was sent to, the old dialog ended', async () => {
    const call = await talking(phone('102'), '101');
    expect(await order(call, 'transfer', { to: '103', leg: 'caller' })).toMatchObject({ status: 200 });
    await until('102 calls 103', () => phone('102').referred.length === 1);
    const next = phone('102').referred[0] as PhoneCall;
    expect(await next.final).toBe(200);
    await Promise.all([call.ended, last('101').ended]);
    next.bye();
    await next.ended;
    const seen = await stored(call);
    await until('the conversation has both calls', async () => (await stored(call)).callIds.includes(next.callId));
    expect(seen).toMatchObject({ direction: 'internal', result: 'answered' });
    expect(await stored(next)).toMatchObject({ id: call.callId, answeredBy: '103' });
  });

  it('a transfer that the phone refuses is said so, and the call goes on', async () => {
    const call = await talking(phone('102'), '101');
    phone('102').manner = { refer: 603 };
    expect(await order(call, 'transfer', { to: '103', leg: 'caller' })).toMatchObject({ status: 422 });
    phone('102').manner = {};
    expect(call.endedAt).toBe(0);
    // and may be tried again
    expect(await order(call, 'transfer', { to: '103', leg: 'caller' })).toMatchObject({ status: 200 });
    await call.ended;
    phone('102').referred.at(-1)?.bye();
  });

  it('an announcement is heard by both sides', async () => {
    mkdirSync(join(edge.announcements, 't1'), { recursive: true });
    writeFileSync(join(edge.announcements, 't1/notice.wav'), wav());
    const call = await talking(phone('102'), '101');
    const before = [phone('101').heard, phone('102').heard];
    expect(await order(call, 'announcement', { name: 'notice' })).toMatchObject({ status: 200, body: { milliseconds: 500 } });
    await until('both heard it', () => ['101', '102'].every((user, i) => phone(user).heard > (before[i] ?? 0) + 10));
    expect(await order(call, 'announcement', { name: 'nowhere' })).toMatchObject({ status: 422 });
    call.bye();
    await call.ended;
  });

  it('hang-up ends the call for both sides, told as ended by the system', async () => {
    const call = await talking(phone('102'), '101');
    expect(await order(call, 'hangup')).toMatchObject({ status: 200 });
    await Promise.all([call.ended, last('101').ended]);
    expect(await stored(call)).toMatchObject({ result: 'answered', hangupBy: 'system' });
    expect(await order(call, 'hangup')).toMatchObject({ status: 404 });
  });

  it('recording is stopped, started, masked and unmasked: each part is its own, nothing of what was masked', async () => {
    const call = await talking(phone('102'), '101');
    const speak = () => Promise.all([phone('102').speak(call, 10), phone('101').speak(last('101'), 10)]);
    await speak();
    expect(await order(call, 'recording', { action: 'mask' })).toMatchObject({ status: 200 });
    await speak();
    expect(await order(call, 'recording', { action: 'start' })).toMatchObject({ status: 409 });
    expect(await order(call, 'recording', { action: 'unmask' })).toMatchObject({ status: 200 });
    await speak();
    expect(await order(call, 'recording', { action: 'stop' })).toMatchObject({ status: 200 });
    await speak();
    // what was stopped stays stopped when a mask upon it ends
    expect(await order(call, 'recording', { action: 'mask' })).toMatchObject({ status: 200 });
    expect(await order(call, 'recording', { action: 'unmask' })).toMatchObject({ status: 200 });
    await speak();
    expect(await order(call, 'recording', { action: 'start' })).toMatchObject({ status: 200 });
    await speak();
    call.bye();
    await call.ended;
    const folder = join(edge.spool, 'metadata');
    const mine = () => readdirSync(folder).filter((f) => f.includes(encodeURIComponent(call.callId)));
    await until('three parts are complete', () => mine().length === 3);
    const said = mine().map((f) => {
      const hex = /[0-9a-f]{40,}/.exec(readFileSync(join(folder, f), 'utf8').replace(/^.*\n/, ''))?.[0] ?? '';
      return JSON.parse(Buffer.from(hex, 'hex').toString('utf8')) as { segment: number; reason: string };
    });
    expect(said.map(({ segment, reason }) => `${segment} ${reason}`).sort()).toEqual(['1 policy', '2 unmask', '3 demand']);
  });

  it('a recording is told nothing before the answer, at which the edge would begin it all the same', async () => {
    phone('103').manner = { answer: null };
    const call = phone('101').call('103');
    await until('it is known', async () => (await order(call, 'recording', { action: 'start' })).status !== 404);
    for (const action of ['start', 'stop', 'mask']) expect(await order(call, 'recording', { action })).toMatchObject({ status: 409 });
    call.cancel();
    await call.ended;
    phone('103').manner = {};
  });

  it('where the policy records nothing neither a start nor the end of a mask begins a recording', async () => {
    expect(await tell('PUT', 'recordings/policy', { mode: 'none' })).toMatchObject({ status: 200 });
    const call = await talking(phone('102'), '101');
    expect(await order(call, 'recording', { action: 'start' })).toMatchObject({ status: 409 });
    expect(await order(call, 'recording', { action: 'mask' })).toMatchObject({ status: 200 });
    expect(await order(call, 'recording', { action: 'unmask' })).toMatchObject({ status: 409 });
    call.bye();
    await call.ended;
    // on request: nobody asked before the mask, so nothing begins after it
    expect(await tell('PUT', 'recordings/policy', { mode: 'demand' })).toMatchObject({ status: 200 });
    const asked = await talking(phone('102'), '101');
    for (const action of ['mask', 'unmask']) expect(await order(asked, 'recording', { action })).toMatchObject({ status: 200 });
    asked.bye();
    await asked.ended;
    expect(readdirSync(join(edge.spool, 'pcaps')).some((file) => file.includes(encodeURIComponent(asked.callId)))).toBe(false);
    expect(await tell('PUT', 'recordings/policy', { mode: 'all' })).toMatchObject({ status: 200 });
  });

  it("an account's phones are kicked: calls do not reach it until it registers again", async () => {
    expect(await tell('DELETE', 'phones/103')).toMatchObject({ status: 200 });
    expect(await phone('101').call('103').final).toBe(480);
    expect(await tell('DELETE', 'phones/103')).toMatchObject({ status: 404 });
    expect(await phone('103').register()).toBe(200);
    const call = phone('101').call('103');
    expect(await call.final).toBe(200);
    call.bye();
    await call.ended;
  });
});
