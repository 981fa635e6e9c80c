import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cast, COMPANIES, PLAYS } from '../scenarios/people.ts';
import { Random } from '../scenarios/random.ts';
import { send } from '../scenarios/wire.ts';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Detail {
  id: string;
  direction: string;
  legs: { target: string }[];
  events: { params: { tenant?: string } }[];
  explained: { about: string; rule: string; text: string }[];
  revisions: { revision: number; why: string; changes: Record<string, { old: unknown; new: unknown }> }[];
}

let stack: Stack;
const detail = (tenant: string, id: string) => stack.rest<Detail>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(id)}`);
const idOf = (n: number) => truth()[n]?.call_id as string;
/** rang for some seconds, and the caller gave up */
const GIVEN_UP = truth().find((c) => c.direction === 'in' && c.final_code === 487 && (c.ring_s ?? 0) > 5);

beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
});
afterAll(() => stack?.end());

describe('a call explains itself', () => {
  test('the rule that gave its result, where its end came from, and what a late source changed', async () => {
    await sendTcp(stack.ports.events, events());
    await until(
      'the calls of events alone',
      async () => (await stack.rest<{ data: object[] }>('GET', '/tenants/t2/calls?limit=1000')).data.length === 9,
    );
    const alone = await detail(GIVEN_UP?.tenant as string, GIVEN_UP?.call_id as string);
    expect(alone.explained.map((e) => [e.about, e.rule])).toEqual([
      ['result', 'rang_and_ended'],
      ['missedKind', 'not_taken'],
      ['endedAt', 'events'],
    ]);
    expect(alone.explained[0]?.text).toBe('It rang, and the call was ended before an answer (SIP 487).');
    expect(alone.events.length).toBeGreaterThan(3);
    expect(alone.revisions).toEqual([]);

    await sendUdp(stack.ports.hep, hep('udp'));
    await until('one conversation', async () => (await detail('t2', idOf(19))).id === idOf(18));
    const joined = await detail('t2', idOf(19));
    expect(joined.explained.map((e) => e.about)).toEqual(['result', 'endedAt', 'callIds']);
    const [linked] = joined.revisions.filter((r) => r.why === 'linked');
    expect(linked?.changes.callIds).toEqual({ old: [idOf(18)], new: [idOf(18), idOf(19)] });
    expect(linked?.changes.answeredBy).toEqual({ old: '201', new: '203' });
    expect((await detail('t1', idOf(12)).catch((e: Error) => e.message)) as string).toContain('404');
  });
});

describe('a call between two companies of the edge', () => {
  test('is outbound for one and inbound for the other, and neither sees the other’s side', async () => {
    const random = new Random(7);
    // the scenarios' companies have other numbers and domains
    for (const { tenant, domain, did } of COMPANIES) {
      await stack.rest('PUT', `/tenants/s${tenant}`, { name: tenant, domain });
      await stack.rest('PUT', `/tenants/s${tenant}/directory`, { numbers: [{ number: did }] });
    }
    const between = PLAYS.map((play, i) => play(new Cast(random, COMPANIES[0], i, [300, 301, 302, 303], `between-${i}`), random)).find(
      (s) => s.kind === 'between two companies',
    );
    if (!between) throw new Error('no such scenario');
    const sent = between.dialogs.flatMap((d) => send({ ...d, tenant: `s${d.tenant}` }, Math.floor(Date.now() / 1_000) - 600, random));
    await sendUdp(
      stack.ports.hep,
      sent.filter((s) => s.source === 'hep').map((s) => s.bytes),
    );
    await sendTcp(
      stack.ports.events,
      sent.filter((s) => s.source === 'event').map((s) => s.bytes.toString()),
    );
    const id = between.dialogs[0]?.callId as string;
    const [caller, called] = between.expected;
    await until('both have their call', async () => {
      const found = await Promise.all(['st1', 'st2'].map((t) => detail(t, id).catch(() => null)));
      // the packets may be here before the events
      return found.every((c) => c !== null && c.events.length > 0);
    });
    const [one, other] = [await detail('st1', id), await detail('st2', id)];
    expect([one.direction, other.direction]).toEqual(['out', 'in']);
    expect(one.legs.map((l) => l.target)).toEqual(caller?.legs);
    expect(other.legs.map((l) => l.target)).toEqual(called?.legs);
    for (const [tenant, call] of [
      ['st1', one],
      ['st2', other],
    ] as const)
      expect(new Set(call.events.map((e) => e.params.tenant))).toEqual(new Set([tenant]));
    const hops = async (tenant: string) => {
      const { data } = await stack.rest<{ data: { src: string; dst: string }[] }>(
        'GET',
        `/tenants/${tenant}/calls/${encodeURIComponent(id)}/messages`,
      );
      return data.map((m) => `${m.src} ${m.dst}`).join('\n');
    };
    const phone = between.dialogs[0]?.caller.ip as string;
    const theirs = between.dialogs[0]?.branches[0]?.to.ip as string;
    expect(await hops('st1')).toContain(phone);
    expect(await hops('st1')).not.toContain(theirs);
    expect(await hops('st2')).toContain(theirs);
    expect(await hops('st2')).not.toContain(phone);
  });
});
