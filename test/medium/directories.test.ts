import { randomBytes } from 'node:crypto';
import { DIRECTORY, subjects } from '@callscope/core/bus/streams.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

let stack: Stack;
let bus: Bus;
let db: pg.Client;
beforeAll(async () => {
  stack = await startStack();
  bus = await connectBus(stack.natsUrl(), 'test', createLog('test', { level: 'error' }));
  db = new pg.Client({ connectionString: stack.databaseUrl() });
  await db.connect();
  for (const id of ['large', 'small', 'stuck']) await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: `${id}.example` });
});
afterAll(async () => {
  await db?.end();
  await bus?.close();
  await stack?.end();
});

interface Applied {
  version: number;
  applied: boolean;
}
const put = (tenant: string, directory: object, query = '') =>
  stack.rest<Applied>('PUT', `/tenants/${tenant}/directory${query}`, directory);

/** 895 KB, as a company of 8,000 people has it. */
const large = (numbers: string[]) => ({
  numbers: numbers.map((number) => ({ number })),
  employees: Array.from({ length: 8_000 }, (_, i) => ({ id: `x${i}`, name: `${'N'.repeat(60)}${i}`, extensions: [String(10_000 + i)] })),
});
const number = (i: number) => `7495200${String(i).padStart(4, '0')}`;

async function messagesOf(tenant: string): Promise<{ count: number; bytes: number }> {
  const info = await bus.jsm.streams.info(DIRECTORY.name, { subjects_filter: subjects.directory(tenant).concat('.*') });
  const names = Object.keys(info.state.subjects ?? {});
  const sizes = names.map(async (name) => (await bus.jsm.streams.getMessage(DIRECTORY.name, { last_by_subj: name }))?.data.length ?? 0);
  return { count: names.length, bytes: (await Promise.all(sizes)).reduce((a, b) => a + b, 0) };
}

test('a directory can be changed any number of times: each version is in use, none is sent again', async () => {
  const numbers: string[] = [];
  let last: Applied = { version: 0, applied: false };
  for (let i = 0; i < 12; i++) {
    numbers.push(number(i));
    const next = await put('large', large(numbers), i === 0 ? '' : `?validFrom=2026-01-${String(i + 1).padStart(2, '0')}T00:00:00Z`);
    expect(next.applied).toBe(true);
    expect(next.version).toBeGreaterThan(last.version);
    last = next;
  }
  expect((await messagesOf('large')).count).toBe(12);
  expect((await messagesOf('large')).bytes).toBeLessThan(12 * 895_000);

  // as it stands already: nothing new, and the answer is the same
  expect(await put('large', large(numbers))).toEqual(last);
  expect((await messagesOf('large')).count).toBe(12);
  // one version replaced: its message goes, the new one comes
  expect(await put('large', large([number(0), number(99)]), '?validFrom=2026-01-05T00:00:00Z')).toMatchObject({ applied: true });
  expect((await messagesOf('large')).count).toBe(12);
  expect((await put('small', { numbers: [{ number: '74953000001' }] })).applied).toBe(true);
});

test('ingest finds every version again after its restart', async () => {
  process.kill(stack.pidOf('assembler'), 'SIGKILL');
  const call = (id: string, to: string, ts: number) =>
    ['start', 'failed'].map((state, i) =>
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'E_PBX_CALL',
        params: {
          ...{ callid: id, direction: 'in', src: '79160000001', dst: to, did: to, who: '' },
          ...{ state, code: i === 1 ? 486 : '', ts: ts + i, ts_us: 0 },
        },
      }),
    );
  const day = (n: number) => Date.UTC(2026, 0, n, 12) / 1_000;
  // the number that only the replaced version of the 5th has, before and on that day; and one that came on the 12th
  await sendTcp(stack.ports.events, [
    ...call('early', number(99), day(4)),
    ...call('in-time', number(99), day(5)),
    ...call('latest', number(11), day(12)),
  ]);
  const ids = async (path: string) => (await stack.rest<{ data: { id: string }[] }>('GET', path)).data.map((c) => c.id).sort();
  await until(
    'three calls',
    async () => (await ids('/tenants/large/calls')).length + (await ids('/ops/calls?tenant=unassigned')).length === 3,
    60_000,
  );
  expect(await ids('/tenants/large/calls')).toEqual(['in-time', 'latest']);
});

test('a company that the bus does not take is named by /healthz and keeps no other waiting', async () => {
  const body = JSON.stringify({ numbers: [], groups: [], employees: [], accounts: [{ user: randomBytes(9 << 20).toString('hex') }] });
  await db.query('INSERT INTO directory_versions (tenant, valid_from, version, body) VALUES ($1, $2, 2, $3)', ['stuck', new Date(0), body]);
  await db.query("UPDATE tenants SET version = 2 WHERE id = 'stuck'");
  await db.query("INSERT INTO outbox (tenant, version) VALUES ('stuck', 2)");
  await db.query('NOTIFY callscope_outbox');
  interface Health {
    failing: string | null;
    parts: { name: string; detail: string }[];
  }
  const health = async () => (await (await fetch(`${stack.portal}/healthz`)).json()) as Health;
  await until('the company is named', async () => {
    const { failing, parts } = await health();
    return failing === 'directories' && (parts.find((p) => p.name === 'directories')?.detail.includes('stuck (') ?? false);
  });
  for (let i = 0; i < 3; i++) expect((await put('small', { numbers: [{ number: number(200 + i) }] })).applied).toBe(true);

  await db.query("UPDATE directory_versions SET body = $1 WHERE tenant = 'stuck'", [body.replace(/"user":"\w+"/, '"user":"100"')]);
  await until('ready again', async () => (await health()).failing === null);
});

test('what the bus has lost is there again after the next start of the portal', async () => {
  await bus.jsm.streams.purge(DIRECTORY.name);
  process.kill(stack.pidOf('portal'), 'SIGKILL');
  await until('all versions', async () => (await messagesOf('large')).count === 12);
});
