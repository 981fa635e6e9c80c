import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../medium/stack.ts';
import type { PhoneCall } from './dialog.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import { Phone } from './phone.ts';
import { PASSWORD } from './provisioning.ts';
import { wav } from './sound.ts';
import { type StoredCall, storedCall } from './stored-call.ts';

const lacking = missing('opensips', 'rtpengine');

describe.skipIf(lacking !== null)('what phones do among themselves is told through a real OpenSIPS and rtpengine', () => {
  let edge: Edge;
  let inbound: Phone;
  let outbound: Phone;
  const phones: Record<string, Phone> = {};
  const phone = (user: string) => phones[user] as Phone;
  const last = (user: string) => phone(user).received.at(-1) as PhoneCall;

  beforeAll(async () => {
    edge = await startEdge();
    for (const user of ['101', '102', '103', '104', '105', '106']) phones[user] = await edge.phone(user);
    for (const user of ['201', '202', '203']) phones[user] = await edge.phone(user, 'bravo.pbx.test');
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
    outbound = await edge.carrier(HOSTS.carrierOut, '0');
  });
  afterAll(() => edge?.end());

  const stored = (callId: string, tenant?: string, holds?: (call: StoredCall) => boolean) => storedCall(edge, callId, tenant, holds);
  const answered = async (call: PhoneCall): Promise<PhoneCall> => {
    expect(await call.final).toBe(200);
    return call;
  };
  /** how many rows of /calls have one of these Call-IDs */
  const rows = async (tenant: string, ...ids: string[]) =>
    (await edge.stack.rest<{ data: StoredCall[] }>('GET', `/tenants/${tenant}/calls`)).data.filter((c) =>
      c.callIds.some((id) => ids.includes(id)),
    ).length;

  it('a phone that transfers blindly makes one conversation of both calls', async () => {
    const first = await answered(phone('101').call('102'));
    expect(await last('102').refer('103')).toBe(200);
    last('102').bye();
    await first.ended;
    const second = phone('101').referred.at(-1) as PhoneCall;
    await answered(second);
    second.bye();
    await second.ended;
    const seen = await stored(first.callId, 't1', (c) => c.callIds.length === 2);
    expect(seen).toMatchObject({ direction: 'internal', result: 'answered', from: '101', answeredBy: '103' });
    expect(await rows('t1', first.callId, second.callId)).toBe(1);
  });

  it('a phone that consults first and then transfers (Replaces) makes one conversation of three calls', async () => {
    // other people than before: a REFER is looked for among its people for ten seconds
    const first = await answered(phone('104').call('105'));
    const consult = await answered(phone('105').call('106'));
    expect(await last('105').refer('106', consult)).toBe(200);
    last('105').bye();
    const third = phone('104').referred.at(-1) as PhoneCall;
    await Promise.all([first.ended, consult.ended]);
    third.bye();
    await third.ended;
    const seen = await stored(first.callId, 't1', (c) => c.callIds.length === 3);
    expect(seen).toMatchObject({ direction: 'internal', result: 'answered', from: '104', answeredBy: '106' });
    expect(await rows('t1', first.callId, consult.callId, third.callId)).toBe(1);
  });

  it("a ringing colleague's call is picked up: one conversation, answered by who picked it up", async () => {
    phone('202').manner = { answer: null };
    const call = phone('201').call('202');
    await until('it rings', () => phone('202').received.at(-1)?.callId === call.callId);
    phone('202').manner = {};
    // what a phone learns of a ringing call elsewhere (dialog-info, RFC 4235)
    const replaces = `${call.callId};to-tag=${phone('201').tag(call)};from-tag=${phone('202').tag(last('202'))};early-only`;
    const pickup = await answered(phone('203').call('201', { more: [['Replaces', replaces]] }));
    expect(await call.final).toBe(487);
    pickup.bye();
    await pickup.ended;
    const seen = await stored(call.callId, 't2', (c) => c.callIds.length === 2);
    expect(seen).toMatchObject({ direction: 'internal', result: 'answered', from: '201', answeredBy: '203' });
  });

  it('an offer that comes late is anchored all the same', async () => {
    const call = await answered(phone('101').call('102', { late: true }));
    await until('the callee has the answer', () => last('102').answeredAt > 0);
    expect([call.media?.host, last('102').media?.host]).toEqual([HOSTS.edge, HOSTS.edge]);
    const before = [phone('101').heard, phone('102').heard];
    await Promise.all([phone('101').speak(call, 10), phone('102').speak(last('102'), 10)]);
    await until('both hear', () => phone('101').heard > (before[0] ?? 0) && phone('102').heard > (before[1] ?? 0));
    call.bye();
    await call.ended;
    expect(await stored(call.callId)).toMatchObject({ result: 'answered', answeredBy: '102', hangupBy: 'caller' });
  });

  it('a phone behind NAT registers, calls, is called, hears and is hung up on', async () => {
    const nated = new Phone({ host: '127.5.3.7', port: 0 }, edge.sip, '107', 'alfa.pbx.test', PASSWORD, {
      host: '192.168.7.7',
      port: 5060,
    });
    await nated.open();
    try {
      expect(await nated.register()).toBe(200);
      const out = await answered(nated.call('102'));
      const before = [nated.heard, phone('102').heard];
      await Promise.all([nated.speak(out, 15), phone('102').speak(last('102'), 15)]);
      await until('both hear', () => nated.heard > (before[0] ?? 0) && phone('102').heard > (before[1] ?? 0));
      last('102').bye();
      await out.ended;
      expect(await stored(out.callId)).toMatchObject({ from: '107', answeredBy: '102', hangupBy: 'callee' });
      const called = await answered(phone('101').call('107'));
      called.bye();
      await Promise.all([called.ended, (nated.received.at(-1) as PhoneCall).ended]);
      expect(await stored(called.callId)).toMatchObject({ from: '101', answeredBy: '107', hangupBy: 'caller' });
    } finally {
      nated.close();
    }
  });

  it('what the policy says is recorded: by employee, by kind of call, and never on demand where it says never', async () => {
    const policy = (change: object) => edge.stack.rest('PUT', '/tenants/t1/recordings/policy', { mode: 'all', ...change });
    const ruleOf = async (from: string | Phone, to: string) => {
      const call = (typeof from === 'string' ? phone(from) : from).call(to);
      await answered(call);
      call.bye();
      await call.ended;
      return (await stored(call.callId)).recording.reason;
    };
    try {
      await policy({ employees: { e101: 'none' } });
      expect(await ruleOf('101', '106')).toBe('policy_off');
      expect(await ruleOf('106', '101')).not.toBe('policy_off');
      await policy({ kinds: { internal: false } });
      expect(await ruleOf('106', '101')).toBe('policy_off');
      // as the service before: what is forwarded far away is not recorded, what comes to a phone is (T-02)
      await policy({ kinds: { inForwardedFar: false } });
      expect(await ruleOf(inbound, '74951000103')).toBe('policy_off');
      expect(await ruleOf(inbound, '74951000101')).not.toBe('policy_off');
      await policy({ mode: 'none' });
      const call = await answered(phone('106').call('101'));
      await until('it is known as in progress', async () => {
        const begun = await edge.stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(call.callId)}/recording`, {
          method: 'POST',
          body: JSON.stringify({ action: 'start' }),
          headers: { 'content-type': 'application/json' },
        });
        return begun.status === 409 && (await begun.text()).includes('never recorded');
      });
      call.bye();
      await call.ended;
      expect((await stored(call.callId)).recording.reason).toBe('policy_off');
    } finally {
      await edge.sql.query("DELETE FROM recording_policies WHERE tenant = 't1'");
      await edge.sql.query("UPDATE pbx_accounts SET record = 'company' WHERE tenant = 't1'");
      await edge.sql.query("UPDATE pbx_companies SET record = 'answer' WHERE tenant = 't1'");
    }
  });

  it('what is recorded from the offer of a call that nobody answers is told as not answered', async () => {
    await edge.sql.query("UPDATE pbx_companies SET record = 'offer' WHERE tenant = 't1'");
    try {
      for (const user of ['102', '103', '104']) phone(user).manner = { answer: 486 };
      const call = inbound.call('74951000102');
      expect(await call.final).toBe(486);
      expect(await stored(call.callId)).toMatchObject({ direction: 'in', answeredBy: null, recording: { reason: 'not_answered' } });
    } finally {
      for (const user of ['102', '103', '104']) phone(user).manner = {};
      await edge.sql.query("UPDATE pbx_companies SET record = 'answer' WHERE tenant = 't1'");
    }
  });

  it('a company that calls a number of another company here: one outbound and one inbound call, each with its own people', async () => {
    const outside = outbound.received.length;
    const call = await answered(phone('101').call('74952000201'));
    const callee = last('201');
    expect(callee.callId).toBe(call.callId);
    await Promise.all([phone('101').speak(call, 5), phone('201').speak(callee, 5)]);
    call.bye();
    await Promise.all([call.ended, callee.ended]);
    expect(await stored(call.callId, 't1')).toMatchObject({
      direction: 'out',
      result: 'answered',
      from: '101',
      answeredBy: '74952000201',
      hangupBy: 'caller',
    });
    expect(await stored(call.callId, 't2')).toMatchObject({
      direction: 'in',
      result: 'answered',
      from: '74951000101',
      number: '74952000201',
      answeredBy: '201',
      hangupBy: 'caller',
    });
    expect(outbound.received).toHaveLength(outside);
    phone('201').manner = { answer: 486 };
    const busy = phone('101').call('74952000201');
    expect(await busy.final).toBe(486);
    phone('201').manner = {};
    expect(await stored(busy.callId, 't1')).toMatchObject({ direction: 'out', result: 'busy' });
    expect(await stored(busy.callId, 't2')).toMatchObject({ direction: 'in', result: 'busy', missedKind: 'busy_hit' });
  });

  it('the called company announces that it records, where the caller has no announcement of its own', async () => {
    mkdirSync(join(edge.announcements, 't2'));
    writeFileSync(join(edge.announcements, 't2/notice.wav'), wav());
    await edge.sql.query("UPDATE pbx_companies SET announcement = 'notice.wav' WHERE tenant = 't2'");
    const before = phone('101').heard;
    const call = await answered(phone('101').call('74952000201'));
    await until('the caller hears it', () => phone('101').heard > before + 10);
    await edge.sql.query("UPDATE pbx_companies SET announcement = NULL WHERE tenant = 't2'");
    call.bye();
    await call.ended;
  });

  it("a phone that names another company's call in its requests changes nothing there", async () => {
    const theirs = await answered(phone('101').call('102'));
    const { rows: dialogs } = await edge.sql.query<{ id: string }>('SELECT dlg_id::text AS id FROM edge.dialog WHERE callid = $1', [
      theirs.callId,
    ]);
    const did = BigInt(dialogs[0]?.id ?? '0');
    const osid = `${nibbles(did >> 32n)}.${nibbles(did & 0xffffffffn)}`;
    const stranger = await answered(phone('201').call('', { uri: `sip:202@bravo.pbx.test;osid=${osid}` }));
    // an edge that believed it would end the other call within this time
    await new Promise((done) => setTimeout(done, 3_000));
    stranger.bye();
    await stranger.ended;
    const named = phone('201').call('202', { more: [['Replaces', `${theirs.callId};to-tag=a;from-tag=b`]] });
    expect(await named.final).toBe(481);
    theirs.bye();
    await theirs.ended;
    expect(await stored(theirs.callId)).toMatchObject({ callIds: [theirs.callId], hangupBy: 'caller' });
  });
});

/** Hexadecimal, least significant first, as OpenSIPS writes the id of a dialog ($DLG_did). */
function nibbles(value: bigint): string {
  return [...value.toString(16)].reverse().join('');
}
