import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Detail {
  id: string;
  events: object[];
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
