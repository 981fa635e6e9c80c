import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPANIES, type Company } from '../simulation/generator/companies.ts';
import { converse, messagesOf } from '../simulation/generator/conversation.ts';
import { hepPacket } from '../simulation/generator/hep.ts';
import type { Message } from '../simulation/generator/plan.ts';
import { Random } from '../simulation/generator/random.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

/** Conversations of test/simulation, by the real way: what the fixtures of a real edge do not hold. */

interface Detail {
  direction: string;
  result: string;
  legs: { target: string }[];
  events: { params: { tenant?: string } }[];
}

const [ALFA, BRAVO] = COMPANIES;
let stack: Stack;
const detail = (tenant: string, id: string) => stack.rest<Detail>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(id)}`);

/** @param kind of test/simulation; it began ten minutes ago */
function conversation(kind: string, seed: number) {
  const startAt = (Date.now() - 600_000) * 1_000;
  const people = { team: ['300', '301', '302', '303', '304', '305'], otherTeam: ['300', '301', '302', '303', '304', '305'] };
  const numbers = { customer: '79161234567', outside: '79031234567' };
  const planned = converse(kind, seed, { startAt, company: ALFA, other: BRAVO, ...people, ...numbers, ids: new Random(seed) });
  return { ...planned, messages: messagesOf(planned), id: planned.dialogs[0]?.callId as string };
}

async function send(messages: readonly Message[]): Promise<void> {
  const packets = messages.flatMap(({ body, at }) =>
    body.kind === 'sip' ? [hepPacket(body.payload, body.src, body.dst, at, body.correlation)] : [],
  );
  await sendUdp(stack.ports.hep, packets);
  await sendTcp(
    stack.ports.events,
    messages.flatMap(({ body }) => (body.kind === 'event' ? [body.text] : [])),
  );
}

beforeAll(async () => {
  stack = await startStack();
  const put = async ({ id, name, domain, numbers }: Company) => {
    await stack.rest('PUT', `/tenants/${id}`, { name, domain });
    await stack.rest('PUT', `/tenants/${id}/directory`, { numbers: numbers.map((number) => ({ number })) });
  };
  for (const company of COMPANIES) await put(company);
});
afterAll(() => stack?.end());

test('a call between two companies of the edge is outbound for one and inbound for the other, and neither sees the other’s side', async () => {
  const { id, messages, expected, dialogs } = conversation('between two companies on the edge', 7);
  await send(messages);
  const tenants = [ALFA.id, BRAVO.id];
  await until('both have their call', async () => {
    const found = await Promise.all(tenants.map((t) => detail(t, id).catch(() => null)));
    // the packets may be here before the events
    return found.every((c) => c !== null && c.events.length > 0);
  });
  for (const { tenant, direction, legs } of expected) {
    const call = await detail(tenant, id);
    expect(call.direction).toBe(direction);
    expect(call.legs.map((l) => l.target)).toEqual(legs.map((l) => l.split(' ')[0]));
    // what the dialog module says names nobody
    expect(new Set(call.events.flatMap((e) => e.params.tenant ?? []))).toEqual(new Set([tenant]));
  }
  expect(expected.map((e) => e.direction)).toEqual(['out', 'in']);
  const hops = async (tenant: string) => {
    const { data } = await stack.rest<{ data: { src: string; dst: string }[] }>(
      'GET',
      `/tenants/${tenant}/calls/${encodeURIComponent(id)}/messages`,
    );
    return data.map((m) => `${m.src} ${m.dst}`).join('\n');
  };
  const phone = dialogs[0]?.caller.ip as string;
  const theirs = dialogs[0]?.legs[0]?.address.ip as string;
  expect(await hops(ALFA.id)).toContain(phone);
  expect(await hops(ALFA.id)).not.toContain(theirs);
  expect(await hops(BRAVO.id)).toContain(theirs);
  expect(await hops(BRAVO.id)).not.toContain(phone);
});

test('a refused attempt whose INVITE with the password comes late is taken back from the security events', async () => {
  const { id, messages } = conversation('outbound, answered', 3);
  const packets = messages.filter((m) => m.body.kind === 'sip');
  const refusal = packets.findIndex((m) => m.title.includes('407'));
  expect(refusal).toBeGreaterThan(0);
  const told = async () => {
    const { data } = await stack.rest<{ data: { callId: string }[] }>(
      'GET',
      `/ops/security-events?from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date().toISOString()}`,
    );
    return data.filter((e) => e.callId === id).length;
  };
  await send(packets.slice(0, refusal + 1));
  await until('it is told', async () => (await told()) === 1);
  await send(packets.slice(refusal + 1));
  await until('there is a call', async () => (await detail(ALFA.id, id).catch(() => null)) !== null);
  expect(await told()).toBe(0);
  expect((await detail(ALFA.id, id)).result).toBe('answered');
});
