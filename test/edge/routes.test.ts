import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneCall } from './dialog.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';
import { telephony } from './provisioning.ts';
import { storedCall } from './stored-call.ts';

const lacking = missing('opensips', 'rtpengine');
const NUMBER = '74951000101';

/** No agent runs beside this edge: what it keeps in memory stays as it was, so that a change can only be in force because it asks. */
describe.skipIf(lacking !== null)('routes of own numbers, through a real OpenSIPS', () => {
  let edge: Edge;
  const phones: Record<string, Phone> = {};
  let inbound: Phone;
  let outbound: Phone;

  beforeAll(async () => {
    edge = await startEdge();
    for (const user of ['101', '102', '103', '105', '106']) phones[user] = await edge.phone(user);
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
    outbound = await edge.carrier(HOSTS.carrierOut, '0');
  });
  afterAll(() => edge?.end());

  const phone = (user: string) => phones[user] as Phone;
  const to = (value: string) => ({ kind: 'extension', value });
  const route = (rules: object[], whiteList: object[] = []) =>
    edge.stack.rest('PUT', `/tenants/t1/pbx/numbers/${NUMBER}/route`, { rules, whiteList });
  const answered = async (call: PhoneCall) => {
    expect(await call.final).toBe(200);
    call.bye();
    await call.ended;
    return storedCall(edge, call.callId);
  };

  it('a call before and after a rule was changed goes different ways, at once', async () => {
    expect(await answered(inbound.call(NUMBER))).toMatchObject({ answeredBy: '101' });
    await route([{ callers: ['7916*'], to: to('102') }, { to: to('103') }]);
    expect(await answered(inbound.call(NUMBER))).toMatchObject({ answeredBy: '102' });
    expect(await answered(inbound.call(NUMBER, { from: '79031234567' }))).toMatchObject({ answeredBy: '103' });
    // a period that is over, and one that holds all day
    const over = [{ dates: [{ from: '2020-01-01', to: '2020-12-31' }] }];
    await route([{ when: over, to: to('102') }, { when: [{}], to: to('106') }, { to: to('101') }]);
    expect(await answered(inbound.call(NUMBER))).toMatchObject({ answeredBy: '106' });
  });

  it('a caller of the black list is refused and nobody rings, until a white list lets them through', async () => {
    await route([{ to: to('101') }]);
    await edge.stack.rest('PUT', '/tenants/t1/pbx/black-list', { data: [{ pattern: '7916*' }] });
    const rung = phone('101').received.length;
    const refused = inbound.call(NUMBER);
    expect(await refused.final).toBe(603);
    expect(await storedCall(edge, refused.callId)).toMatchObject({
      direction: 'in',
      from: '79161234567',
      number: NUMBER,
      answeredBy: null,
    });
    expect(phone('101').received.length).toBe(rung);
    expect(await answered(inbound.call(NUMBER, { from: '79031234567' }))).toMatchObject({ answeredBy: '101' });
    await route([{ to: to('101') }], [{ pattern: '79161234567' }]);
    expect(await answered(inbound.call(NUMBER))).toMatchObject({ answeredBy: '101' });
    expect(await inbound.call(NUMBER, { from: '79031234567' }).final).toBe(603);
    await edge.stack.rest('PUT', '/tenants/t1/pbx/black-list', { data: [] });
    await route([{ to: { kind: 'reject', code: 486 } }]);
    expect(await inbound.call(NUMBER).final).toBe(486);
  });

  it("a call that goes outside shows the caller's number, or the one that was called, as its rule says", async () => {
    const outside = (shown: string) => route([{ to: { kind: 'outside', value: '79035550001', shown } }]);
    const seen: (string | undefined)[] = [];
    for (const shown of ['caller', 'number', 'company']) {
      await outside(shown);
      await answered(inbound.call(NUMBER, { from: '79161234567' }));
      seen.push(/sips?:\+?(\d+)@/.exec(outbound.received.at(-1)?.remote ?? '')?.[1]);
    }
    expect(seen).toEqual(['79161234567', NUMBER, '74951000101']);
  });

  it('"follow me" rings the next phone, then a telephone for its time, then the forward; the journal has all of them', async () => {
    const { t1 } = telephony();
    const pbx = t1.pbx as { shortNumbers: { number: string }[] };
    const follow = [
      { number: '102', seconds: 5 },
      { number: '79035550001', seconds: 5 },
    ];
    const shortNumbers = pbx.shortNumbers.map((s) =>
      s.number === '101' ? { ...s, ringSeconds: 5, follow, forward: { noAnswer: '103' }, displayName: 'Anna Ivanova' } : s,
    );
    await edge.stack.rest('PUT', '/tenants/t1/pbx', { ...pbx, shortNumbers });
    for (const each of [phone('101'), phone('102'), outbound]) each.manner = { answer: null };
    const seen = await answered(inbound.call(NUMBER));
    expect(seen).toMatchObject({ direction: 'in', result: 'answered', answeredBy: '103' });
    expect(seen.legs.map((l) => l.target)).toEqual(['101', '102', '79035550001', '103']);
    for (const each of [phone('101'), phone('102'), outbound]) each.manner = {};
  });

  it("a colleague's phone shows the caller's name in Latin letters, whoever they call first and last (S-24)", async () => {
    await answered(phone('101').call('106'));
    expect(phone('106').received.at(-1)?.remote).toMatch(/^"Anna Ivanova" ?<sip:101@alfa\.pbx\.test>/);
    phone('105').manner = { answer: 486 };
    await answered(phone('101').call('105'));
    expect(phone('106').received.at(-1)?.remote).toMatch(/^"Anna Ivanova" ?<sip:101@/);
    await answered(phone('103').call('106'));
    expect(phone('106').received.at(-1)?.remote).toMatch(/^<sip:103@/);
  });
});
