import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentProcess } from '../medium/edge-processes.ts';
import { until } from '../medium/stack.ts';
import { type Edge, HOSTS, missing, startEdge } from './edge.ts';
import type { Phone } from './phone.ts';
import { telephony } from './provisioning.ts';

const lacking = missing('opensips', 'rtpengine');

interface Pbx {
  accounts: { user: string; status?: string }[];
  shortNumbers: { number: string }[];
  numbers: { number: string; to: { kind: string; value: string } }[];
  [more: string]: unknown;
}

describe.skipIf(lacking !== null)('what is changed is in force on an edge that runs', () => {
  let edge: Edge;
  let agent: AgentProcess;
  let inbound: Phone;
  let pbx: Pbx;
  const put = (next: Partial<Pbx>) => {
    pbx = { ...pbx, ...next };
    return edge.stack.rest('PUT', '/tenants/t1/pbx', pbx);
  };
  const changes = async () =>
    (
      await edge.sql.query<{ what: string; applied: boolean; failure: string | null }>(
        'SELECT what, applied_at IS NOT NULL AS applied, failure FROM edge_changes ORDER BY id',
      )
    ).rows;
  const allApplied = async () => (await changes()).every(({ applied }) => applied);
  /** final code of a call in; an answered one is hung up */
  const codeOf = async (number: string) => {
    const call = inbound.call(number);
    const code = await call.final;
    if (code === 200) {
      call.bye();
      await call.ended;
    }
    return code;
  };

  beforeAll(async () => {
    edge = await startEdge();
    agent = await edge.startAgent();
    pbx = telephony().t1.pbx as Pbx;
    inbound = await edge.carrier(HOSTS.carrierIn, '79161234567');
    await edge.phone('101');
    await until('what was changed before is in force', allApplied);
  });
  afterAll(() => edge?.end());

  it('a new number takes calls and a number that is gone does not; only what changed is read again', async () => {
    await edge.sql.query('DELETE FROM edge_changes');
    const { numbers } = pbx;
    expect(await codeOf('74951000150')).toBe(404);
    const began = Date.now();
    await put({ numbers: [...numbers, { number: '74951000150', to: { kind: 'extension', value: '101' } }] });
    await until('the number is there', async () => (await codeOf('74951000150')) === 200);
    console.log(`a number was in force ${Date.now() - began} ms after the request began, a whole call of the test included`);
    await until('it is noted', allApplied);
    expect((await changes()).map(({ what }) => what)).toEqual(['dialplan']);
    await put({ numbers });
    await until('the number is gone', async () => (await codeOf('74951000150')) === 404);
  });

  it('a blocked account can neither register nor call from the moment on, an unblocked one can', async () => {
    const phone = await edge.phone('102');
    const { accounts } = pbx;
    await put({ accounts: accounts.map((a) => (a.user === '102' ? { ...a, status: 'blocked' } : a)) });
    expect(await phone.register()).toBe(401);
    expect(await phone.call('101').final).toBe(407);
    await put({ accounts });
    expect(await phone.register()).toBe(200);
  });

  it("a company's own trunk is known by its address, and a stranger again when it is gone", async () => {
    const trunk = await edge.carrier('127.5.0.40', '79169999999');
    const call = async () => {
      const made = trunk.call('74951000101');
      const code = await made.final;
      if (code === 200) {
        made.bye();
        await made.ended;
      }
      return code;
    };
    expect(await call()).toBe(403);
    await put({ trunks: [{ id: 'own', direction: 'both', host: '127.5.0.40', addresses: ['127.5.0.40'] }] });
    await until('it is known', async () => (await call()) === 200);
    await put({ trunks: [] });
    await until('it is a stranger', async () => (await call()) === 403);
  });

  it('where an edge does not read, the change says why, waits, and is in force once OpenSIPS is back', async () => {
    await edge.stopOpensips();
    const { numbers } = pbx;
    await put({ numbers: [...numbers, { number: '74951000151', to: { kind: 'extension', value: '101' } }] });
    await until('the reason is noted', async () => (await changes()).some(({ failure }) => failure?.startsWith('edge-1: unreachable')));
    await edge.startOpensips();
    await until('it is in force', allApplied);
    expect(await codeOf('74951000151')).toBe(200);
  });

  it('an agent that was away makes OpenSIPS read everything when it comes back', async () => {
    await agent.end();
    const { numbers } = pbx;
    await put({ numbers: [...numbers, { number: '74951000152', to: { kind: 'extension', value: '101' } }] });
    await until('the change waits', async () => (await changes()).some(({ applied, failure }) => !applied && failure !== null));
    expect(await codeOf('74951000152')).toBe(404);
    agent = await edge.startAgent();
    expect(await codeOf('74951000152')).toBe(200);
    await until('it is noted', allApplied);
  });
});
