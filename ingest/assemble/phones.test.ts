import { readFileSync } from 'node:fs';
import type { EventFact } from '@callscope/core/bus/facts.ts';
import type { LivePhone } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { parseEvent } from '../decode/event.ts';
import { registerFact } from '../decode/register.ts';
import { parseSip } from '../decode/sip.ts';
import { eventFact } from '../steps/call-event.ts';
import { Phones } from './phones.ts';

const T0 = 1_795_445_568_000;
const AOR = '101@alfa.pbx.test';
const CONTACT = 'sip:101@127.0.1.101:5060';
const tenantOf = (host: string) => ({ 'alfa.pbx.test': 't1', 'bravo.pbx.test': 't2' })[host];

/** @param s seconds after T0 */
function told(method: string, s: number, more: Record<string, string | number | null> = {}): EventFact {
  const params = {
    ...{ domain: 'location', aor: AOR, uri: CONTACT, received: null, user_agent: 'phone/1.0', socket: 'udp:127.0.0.10:5060' },
    ...{ expires: T0 / 1_000 + s + 3_600, callid: 'r1', cseq: 2, ...more },
  };
  return { kind: 'event', at: (T0 + s * 1_000) * 1_000, callId: String(params.callid), method: `E_UL_${method}`, params };
}
function heard(s: number, contacts: string, cseq = 2): EventFact {
  const text = `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:${AOR}>;tag=a\r\nTo: <sip:${AOR}>;tag=b\r\nCall-ID: r1\r\nCSeq: ${cseq} REGISTER\r\n${contacts}\r\n\r\n`;
  const sip = parseSip(Buffer.from(text));
  if (typeof sip === 'string') throw new Error(sip);
  return registerFact(Buffer.from(text), sip, (T0 + s * 1_000) * 1_000);
}
function play(facts: EventFact[], until = 0): Phones {
  const phones = new Phones(tenantOf);
  for (const fact of facts) phones.apply(fact);
  phones.expire(T0 + until * 1_000);
  return phones;
}
const one = (phones: Phones, tenant = 't1') => JSON.parse(phones.snapshot(tenant)[0] as string) as LivePhone;

test('the captured events leave the registrations that the edge had: 106 is gone, the others stand', () => {
  const lines = readFileSync(new URL('../../test/fixtures/edge/events/all.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const phones = new Phones(tenantOf);
  for (const line of lines) {
    const { recv_time_us: at, raw } = JSON.parse(line) as { recv_time_us: number; raw: string };
    const event = parseEvent(Buffer.from(raw));
    if (typeof event !== 'string' && event.isRegistration) phones.apply(eventFact(event, at));
  }
  phones.expire(1_795_445_700_000);
  const state = (tenant: string) =>
    phones
      .snapshot(tenant)
      .map((t) => JSON.parse(t) as LivePhone)
      .map((p) => `${p.aor.split('@')[0]} ${p.bindings.length}`)
      .sort();
  expect(state('t1')).toEqual(['101 1', '102 1', '103 1', '104 1', '105 1', '106 0']);
  expect(state('t2')).toEqual(['201 1', '202 1', '203 1', '204 1']);
});

const STORY = [
  told('CONTACT_INSERT', 0),
  told('CONTACT_UPDATE', 600, { cseq: 3 }),
  told('CONTACT_DELETE', 900, { cseq: 4, expires: 10 }),
  told('AOR_DELETE', 900.1, { uri: null, cseq: null, callid: '' }),
];
test('order and repetition change nothing', () => {
  const expected = one(play(STORY));
  expect(expected).toMatchObject({ bindings: [], goneAt: T0 + 900_000 });
  for (const order of [[...STORY].reverse(), [...STORY, ...STORY], [STORY[2], STORY[0], STORY[3], STORY[1]] as EventFact[]])
    expect(one(play(order))).toMatchObject({ bindings: [] });
});

test('a refresh goes on with the same stretch, a return after the end begins another one', () => {
  const phones = play([STORY[0], STORY[1]] as EventFact[]);
  expect(one(phones).bindings).toMatchObject([
    { registeredAt: T0, expiresAt: T0 + 4_200_000, userAgent: 'phone/1.0', address: '127.0.1.101:5060' },
  ]);
  expect(phones.takeRows()).toMatchObject([{ tenant: 't1', account: '101', registeredAt: T0, expiresAt: T0 + 4_200_000, endedAt: 0 }]);
  phones.apply(STORY[2] as EventFact);
  phones.apply(told('CONTACT_INSERT', 1_000, { callid: 'r2', cseq: 1 }));
  expect(phones.takeRows().map((r) => [r.registeredAt - T0, r.endedAt === 0 ? 0 : r.endedAt - T0])).toEqual([
    [0, 900_000],
    [1_000_000, 0],
  ]);
});

test('what is not refreshed expires by the time of the stream, after the grace', () => {
  const phones = play([told('CONTACT_INSERT', 0)], 3_629);
  expect(one(phones).bindings).toHaveLength(1);
  expect(phones.nextDue()).toBe(T0 + 3_630_000);
  phones.expire(T0 + 3_630_000);
  expect(one(phones)).toMatchObject({ bindings: [], goneAt: T0 + 3_600_000 });
});

test('an end that is told after the clock had said "expired" is the end', () => {
  const phones = play([told('CONTACT_INSERT', 0)], 3_700);
  expect(one(phones).goneAt).toBe(T0 + 3_600_000);
  phones.apply(told('CONTACT_DELETE', 1_200, { cseq: 3 }));
  expect(one(phones).goneAt).toBe(T0 + 1_200_000);
  // the last row of the stretch is the one that counts
  expect(phones.takeRows()).toMatchObject([{ registeredAt: T0, endedAt: T0 + 1_200_000, version: (T0 + 1_200_000) * 1_000 }]);
});

test('the network alone: contacts with their expiry, unregistered by 0 and by a list without them', () => {
  const a = `Contact: <${CONTACT}>;expires=120, "x, y" <sip:101@10.0.0.1;transport=tls>;expires=60`;
  expect(one(play([heard(0, a)])).bindings).toMatchObject([
    { contact: CONTACT, expiresAt: T0 + 120_000, transport: 'udp' },
    { address: '10.0.0.1', expiresAt: T0 + 60_000, transport: 'tls' },
  ]);
  expect(one(play([heard(0, a), heard(30, `m: <${CONTACT}>;expires=90`, 3)])).bindings).toHaveLength(1);
  expect(one(play([heard(0, a), heard(30, 'Server: x', 3)]))).toMatchObject({ bindings: [], goneAt: T0 + 30_000 });
  expect(one(play([heard(0, `Contact: <${CONTACT}>\r\nExpires: 50`)])).bindings).toMatchObject([{ expiresAt: T0 + 50_000 }]);
});

test('where both tell, the event wins: its expiry and its end stay, whichever comes first', () => {
  const packet = heard(0.2, `Contact: <${CONTACT}>;expires=60`);
  for (const facts of [
    [told('CONTACT_INSERT', 0), packet],
    [packet, told('CONTACT_INSERT', 0)],
  ])
    expect(one(play(facts)).bindings).toMatchObject([{ expiresAt: T0 + 3_600_000, userAgent: 'phone/1.0' }]);
  expect(
    one(play([told('CONTACT_INSERT', 0), told('CONTACT_DELETE', 10), heard(10.1, `Contact: <${CONTACT}>;expires=60`)])).bindings,
  ).toEqual([]);
  // events that stopped coming: the network goes on
  expect(one(play([told('CONTACT_INSERT', 0), heard(3_000, `Contact: <${CONTACT}>;expires=3600`, 9)], 4_000)).bindings).toHaveLength(1);
});

test('a domain that becomes a company takes its phones along, and the bound lets the longest unheard go', () => {
  let owner: string | undefined;
  const phones = new Phones(() => owner, 2);
  phones.apply(told('CONTACT_INSERT', 0));
  expect(one(phones, 'unassigned').aor).toBe(AOR);
  phones.takeNews();
  phones.takeRows();
  owner = 't9';
  phones.lookAgain();
  expect(phones.snapshot('unassigned')).toEqual([]);
  expect(phones.takeNews().get('unassigned')).toEqual({ phones: [], phonesGone: [JSON.stringify(AOR)] });
  expect(phones.takeRows().map((r) => [r.tenant, r.endedAt])).toEqual([
    ['unassigned', T0],
    ['t9', 0],
  ]);
  for (const user of ['a', 'b']) phones.apply(told('CONTACT_INSERT', 1, { aor: `${user}@x` }));
  expect([phones.count, phones.crowdedOut]).toEqual([2, 1]);
  expect(phones.snapshot('t9').map((t) => (JSON.parse(t) as LivePhone).aor)).toEqual(['a@x', 'b@x']);
});

test('a next life begins with the same phones', () => {
  const phones = play([told('CONTACT_INSERT', 0)]);
  const next = new Phones(tenantOf);
  next.restore(phones.saved());
  expect(next.snapshot('t1')).toEqual(phones.snapshot('t1'));
  next.expire(T0 + 3_700_000);
  expect(one(next).bindings).toEqual([]);
});
