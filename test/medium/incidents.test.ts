import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant, connectPostgres } from '@callscope/core/node/postgres.ts';
import type { IncidentKind } from '@callscope/modules/incidents/kinds.ts';
import { linesOf } from '@callscope/modules/incidents/lines.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG, log } from '../recordings/ffmpeg.ts';
import { companies, hep } from './fixtures.ts';
import { freePort, type Stack, startStack, until } from './stack.ts';

interface Incident {
  kind: IncidentKind;
  scope: 'platform' | 'company';
  trunk: string | null;
  from: string;
  to: string | null;
  label: string;
  meaning: string;
}

/** OpenSIPS' management interface as far as trunks go, in the words of its modules drouting and uac_registrant. */
const opensips = { carrier: 'Active', own: 'REGISTERED_STATE', answers: true };
function answerOf(method: string): unknown {
  if (method === 'drouting:gw_status')
    return {
      Gateways: [
        { ID: 'carrier', IP: '192.0.2.1', State: opensips.carrier },
        { ID: 'own', IP: '192.0.2.2', State: 'Active' },
      ],
    };
  if (method === 'uac_registrant:list') return { Records: [{ AOR: 'sip:alfa@sip.carrier.test', expires: 300, state: opensips.own }] };
  return 'OK';
}

let mi: Server;
let stack: Stack;
const began = Date.now();
const incidents = async (tenant = 't1', query = `from=${new Date(began - 3_600_000).toISOString()}&to=2030-01-01T00:00:00Z`) =>
  (await stack.rest<{ data: Incident[] }>('GET', `/tenants/${tenant}/incidents?${query}`)).data;
const of = async (kind: IncidentKind, tenant = 't1') => (await incidents(tenant)).filter((one) => one.kind === kind);
/** What is told within seconds, on a machine that does other things too. */
const NEAR_MS = 13_000;
const near = (said: string | null | undefined, at: number) => expect(Math.abs(Date.parse(said ?? '') - at)).toBeLessThan(NEAR_MS);
const signal = (part: string, name: NodeJS.Signals) => process.kill(stack.pidOf(part), name);
const startsOfJobs = () => stack.log().match(/"service":"jobs","message":"started"/g)?.length ?? 0;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

beforeAll(async () => {
  mi = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!opensips.answers) return request.socket.destroy();
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; method: string };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answerOf(method) }));
    });
  });
  const port = await freePort();
  await new Promise<void>((done) => mi.listen(port, '127.0.0.1', done));
  stack = await startStack({
    env: { EDGE_MI_URL: `http://127.0.0.1:${port}/mi`, EDGE_NODE_ID: 'edge-7', EDGE_RECEIVE_BUFFER_BYTES: '65536' },
  });
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, { ...tenant, locale: id === 't1' ? 'ru' : 'en' });
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/ops/trunks', { trunks: [{ id: 'carrier', direction: 'out', host: '192.0.2.1' }], routes: [] });
  const registration = { username: 'alfa', secret: 'secret', edgeAddress: 'edge.test:5060' };
  await stack.rest('PUT', '/tenants/t1/pbx', {
    trunks: [{ id: 'own', kind: 'registration', direction: 'out', host: 'sip.carrier.test', ...registration }],
  });
});
afterAll(async () => {
  await stack?.end();
  mi?.close();
});

describe('incidents', () => {
  test('there are none while everything is well', async () => {
    // long enough for every part to have been heard and asked
    await pause(25_000);
    expect(await incidents()).toEqual([]);
  });

  test('a trunk that is down is the company’s own or everybody’s; it ends when the trunk is back, and nobody learns of others’', async () => {
    const at = Date.now();
    opensips.own = 'REGISTRAR_ERROR_STATE';
    await until('the own trunk is down', async () => (await of('trunk_down')).length === 1, 40_000);
    const [own] = await of('trunk_down');
    expect(own).toMatchObject({ scope: 'company', trunk: 'own', to: null, label: 'Не работал транк' });
    near(own?.from, at);
    expect(await of('trunk_down', 't2')).toEqual([]);
    const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
    const lines = (tenant: string) => linesOf(db, { tenant } as TenantScope, at - 3_600_000, Date.now());
    expect(await lines('t1')).toMatchObject([{ id: 'own', kind: 'registration', state: 'error', since: Date.parse(own?.from ?? '') }]);
    expect(await lines('t2')).toEqual([]);

    // being asked of the carrier anew is neither up nor down
    opensips.own = 'REGISTERING_STATE';
    opensips.carrier = 'Probing';
    await until('the carrier is down for both', async () => (await of('trunk_down')).length === 2, 40_000);
    expect((await of('trunk_down')).map(({ scope, trunk, to }) => [scope, trunk, to])).toEqual([
      ['platform', null, null],
      ['company', 'own', null],
    ]);
    expect(await of('trunk_down', 't2')).toMatchObject([{ scope: 'platform', trunk: null, label: 'Trunk down' }]);

    opensips.own = 'REGISTERED_STATE';
    opensips.carrier = 'Active';
    const back = Date.now();
    await until('both are back', async () => (await of('trunk_down')).every(({ to }) => to !== null), 40_000);
    for (const { to } of await of('trunk_down')) near(to, back);
    await until('the own line works', async () => (await lines('t1'))[0]?.state === 'registered', 30_000);
    expect(await lines('t1')).toMatchObject([{ downs: [{ from: Date.parse(own?.from ?? ''), to: expect.any(Number) }] }]);
    // the row policy says the same as the question
    const seen = await asTenant(db, 't2', (trx) => trx.selectFrom('incidents').selectAll().execute());
    expect(seen.map(({ what }) => what)).toEqual(['carrier']);
    await close();
  });

  test.skipIf(FFMPEG === null)(
    'a recorder that stands, receivers that are silent, packets that the machine dropped: begun when they were last well, and ended',
    async () => {
      const at = Date.now();
      signal('recorder', 'SIGSTOP');
      signal('edge', 'SIGSTOP');
      const packets = hep('udp');
      const socket = createSocket('udp4');
      // more than the small socket buffer holds
      for (let n = 0; n < 2_000; n++)
        await new Promise<void>((done) => socket.send(packets[n % packets.length] ?? '', stack.ports.hep, '127.0.0.1', () => done()));
      socket.close();
      await until('the recorder stands', async () => (await of('recorder_stopped')).length === 1, 40_000);
      await until('there is a gap', async () => (await of('data_gap')).length === 1, 40_000);
      for (const kind of ['recorder_stopped', 'data_gap'] as const) {
        const [one] = await of(kind, 't2');
        expect(one).toMatchObject({ scope: 'platform', trunk: null, to: null });
        near(one?.from, at);
      }
      // whoever watches dies meanwhile: its next life goes on with the same incident
      const before = startsOfJobs();
      process.kill(stack.pidOf('jobs'), 'SIGKILL');
      await until('jobs are there again', () => startsOfJobs() > before, 120_000);
      await pause(5_000);
      expect((await of('recorder_stopped')).map(({ to }) => to)).toEqual([null]);

      const back = Date.now();
      signal('recorder', 'SIGCONT');
      signal('edge', 'SIGCONT');
      await until('the recorder is back', async () => (await of('recorder_stopped')).every(({ to }) => to !== null), 40_000);
      near((await of('recorder_stopped'))[0]?.to, back);
      await until('dropped packets are a gap too', async () => (await of('data_gap')).length === 2, 60_000);
      for (const { from, to } of await of('data_gap')) {
        expect(Date.parse(from)).toBeGreaterThan(at - NEAR_MS);
        near(to, back);
      }
      expect(await of('recorder_stopped')).toHaveLength(1);
    },
    240_000,
  );

  test('only those that reach into the period are told; a period has a beginning before its end', async () => {
    expect(await incidents('t1', 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')).toEqual([]);
    const [one] = await of('trunk_down');
    const within = new Date((Date.parse(one?.from ?? '') + Date.parse(one?.to ?? '')) / 2);
    const query = `from=${within.toISOString()}&to=${new Date(within.getTime() + 1).toISOString()}&language=en`;
    expect((await incidents('t1', query)).map(({ label }) => label)).toContain('Trunk down');
    const refused = await stack.fetch(`/api/v1/tenants/t1/incidents?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`);
    expect(refused.status).toBe(400);
  });
});
