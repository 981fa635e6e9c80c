import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSipp } from '../medium/edge-processes.ts';
import { OPERATOR_TOKEN, until } from '../medium/stack.ts';
import type { PhoneCall } from './dialog.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';
import { type StoredCall, storedCall } from './stored-call.ts';

const lacking = missing('opensips', 'rtpengine', 'sipp');

/** SIPp's own uas keeps no Record-Route, which RFC 3261, 12.1.1 asks of it. */
const reply = (code: string, body = '') => `<send><![CDATA[
SIP/2.0 ${code}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${body === '' ? '' : 'Content-Type: application/sdp\n'}Content-Length: [len]

${body}]]></send>`;
const ANSWERS = `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="answers">
<recv request="INVITE"/>
${reply('180 Ringing')}
${reply('200 OK', 'v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 0\n')}
<recv request="ACK"/>
<recv request="BYE"/>
${reply('200 OK').replace(';tag=[call_number]', '')}
</scenario>
`;

describe.skipIf(lacking !== null)("a call from an employee's phone that the portal asks for", () => {
  let edge: Edge;
  let employee: Phone;
  let colleague: Phone;
  let outside: Phone;

  beforeAll(async () => {
    edge = await startEdge();
    await edge.startAgent();
    employee = await edge.phone('101');
    colleague = await edge.phone('102');
    outside = await edge.carrier(HOSTS.carrierOut, '0');
  });
  afterAll(() => edge?.end());

  const ask = async (body: unknown, key?: string) => {
    const response = await fetch(`${edge.stack.portal}/api/v1/tenants/t1/calls`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${OPERATOR_TOKEN}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { id: string; detail?: string } };
  };
  const stored = (id: string) => storedCall(edge, id);
  const last = (phone: Phone) => phone.received.at(-1) as PhoneCall;
  const listed = async () => (await edge.stack.rest<{ data: StoredCall[] }>('GET', '/tenants/t1/calls')).data;

  it('rings the employee, then the number, media through the edge, and is one outbound conversation', async () => {
    const { status, body } = await ask({ from: '101', to: '89035550001' });
    expect(status).toBe(201);
    await until('the number is called', () => outside.received.length === 1);
    await until('both talk', () => last(employee).answeredAt > 0 && last(outside).answeredAt > 0);
    expect([last(employee).media?.host, last(outside).media?.host]).toEqual([HOSTS.edge, HOSTS.edge]);
    await Promise.all([employee.speak(last(employee), 10), outside.speak(last(outside), 10)]);
    await until('both hear', () => employee.heard > 0 && outside.heard > 0);
    last(employee).bye();
    await Promise.all([last(employee).ended, last(outside).ended]);
    const seen = await stored(body.id);
    expect(seen).toMatchObject({
      direction: 'out',
      result: 'answered',
      from: '101',
      dialled: '79035550001',
      answeredBy: '79035550001',
      hangupBy: 'caller',
      legs: [{ target: '79035550001', result: 'answered' }],
    });
    expect(seen.callIds).toHaveLength(2);
    expect(seen.recording.reason).not.toBe('policy_off');
    expect((await listed()).filter((c) => c.callIds.includes(body.id))).toHaveLength(1);
  });

  it('a request that is repeated with its key calls once and has the first answer; the key names no other request', async () => {
    const before = employee.received.length;
    const first = await ask({ from: '101', to: '102' }, 'wish-1');
    expect(first.status).toBe(201);
    await until('the colleague talks', () => colleague.received.length === 1 && last(colleague).answeredAt > 0);
    expect(await ask({ from: '101', to: '102' }, 'wish-1')).toEqual(first);
    expect(await ask({ from: '101', to: '103' }, 'wish-1')).toMatchObject({ status: 422 });
    last(colleague).bye();
    await Promise.all([last(employee).ended, last(colleague).ended]);
    expect(await ask({ from: '101', to: '102' }, 'wish-1')).toEqual(first);
    expect(employee.received.length).toBe(before + 1);
    expect(await stored(first.body.id)).toMatchObject({ direction: 'internal', result: 'answered', from: '101', answeredBy: '102' });
  });

  it('a number that is busy ends the employee as well, and the call is busy', async () => {
    outside.manner = { answer: 486 };
    const { body } = await ask({ from: '101', to: '79035550002' });
    await until('the employee was called and let go', () => last(employee).callId === body.id && last(employee).endedAt > 0);
    outside.manner = {};
    expect(await stored(body.id)).toMatchObject({
      direction: 'out',
      result: 'busy',
      from: '101',
      dialled: '79035550002',
      answeredBy: null,
    });
  });

  it('an employee who does not take it calls nobody', async () => {
    const before = outside.received.length;
    employee.manner = { answer: 603 };
    const { body } = await ask({ from: '101', to: '79035550003' });
    employee.manner = {};
    const seen = await stored(body.id);
    expect(seen.callIds).toEqual([body.id]);
    expect(outside.received.length).toBe(before);
  });

  it('is refused without a phone, without an account, and for a number that is none', async () => {
    expect(await ask({ from: '107', to: '102' })).toMatchObject({ status: 404, body: { detail: 'no phone of 107 is registered' } });
    expect(await ask({ from: '199', to: '102' })).toMatchObject({ status: 404 });
    expect(await ask({ from: '101', to: 'sip:x@y' })).toMatchObject({ status: 400 });
  });

  it('another program on the far side (SIPp) is called the same way', async () => {
    outside.close();
    const dir = mkdtempSync(join(tmpdir(), 'sipp-'));
    writeFileSync(join(dir, 'answers.xml'), ANSWERS);
    const sipp = startSipp('-sf', join(dir, 'answers.xml'), '-i', HOSTS.carrierOut, '-p', '5060');
    try {
      const { body } = await ask({ from: '101', to: '79035550004' });
      await until('it is answered', () => last(employee).callId === body.id && last(employee).answeredAt > 0);
      last(employee).bye();
      await last(employee).ended;
      expect(await stored(body.id)).toMatchObject({ direction: 'out', result: 'answered', answeredBy: '79035550004' });
    } finally {
      await sipp.end();
      rmSync(dir, { recursive: true });
    }
  });
});
