import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '@callscope/launch/supervise.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usageOfTree } from '../bench/processes.ts';
import { halt } from '../halted.ts';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Call {
  id: string;
  startedAt: string;
  result: string;
  direction: string;
  from: string;
  dialled: string;
  answeredBy: string | null;
  talkSeconds: number;
  ringSeconds: number | null;
  employee: { id: string; name: string } | null;
  legs: { target: string }[];
}
interface Page {
  data: Call[];
  next: string | null;
}

let stack: Stack;
let t1Token: string;

beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  await until('27 calls', async () => (await count('t1')) + (await count('t2')) === 27, 40_000);
  t1Token = (await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'test', scopes: ['read', 'signalling:read'] }))
    .token;
});
afterAll(() => stack.end());

const list = (tenant: string, query = '') => stack.rest<Page>('GET', `/tenants/${tenant}/calls?limit=1000${query}`);
const count = async (tenant: string) => (await list(tenant)).data.length;
const as = (token: string | null, path: string, init: RequestInit = {}) =>
  fetch(`${stack.portal}/api/v1${path}`, {
    ...init,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
  });
const put = (token: string | null, path: string, body: unknown, type = 'application/json') =>
  as(token, path, { method: 'PUT', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } });
const truthOf = (n: number) => truth()[n] as ReturnType<typeof truth>[number];

describe('who may ask', () => {
  test('no route answers without a token, and a company sees only itself', async () => {
    const { paths } = (await (await as(stack.portal && 'x'.repeat(20), '/openapi.json')).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
    );
    expect(routes.length).toBeGreaterThanOrEqual(13);
    for (const [method, path] of routes) {
      const url = path.replace('{tenant}', 't2').replace('{id}', 'x');
      const init = {
        method,
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
      };
      const anonymous = await as(null, url, init);
      expect([anonymous.status, anonymous.headers.get('www-authenticate')], `${method} ${path}`).toEqual([401, 'Bearer']);
      expect((await as('cs_wrong-token-wrong-token', url, init)).status, `${method} ${path}`).toBe(401);
      const foreign = await as(t1Token, url, init);
      expect([403, 404, 400], `${method} ${path}: ${foreign.status}`).toContain(foreign.status);
      expect(foreign.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test("another company's call answers like one that does not exist", async () => {
    const foreign = await as(t1Token, `/tenants/t2/calls/${encodeURIComponent(truthOf(3).call_id)}`);
    const missing = await as(t1Token, '/tenants/nobody/calls/x');
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect((await as(t1Token, `/tenants/t1/calls/${encodeURIComponent(truthOf(3).call_id)}`)).status).toBe(404);
  });

  test('a token without the scope is told which, and gives no more than it has', async () => {
    const response = await put(t1Token, '/tenants/t1/directory', {});
    expect(response.status).toBe(403);
    expect(((await response.json()) as { detail: string }).detail).toContain('directory:write');
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'tokens', scopes: ['tokens:write'] });
    const more = await as(token, '/tenants/t1/tokens', {
      method: 'POST',
      body: JSON.stringify({ name: 'x', scopes: ['directory:write'] }),
      headers: { 'content-type': 'application/json' },
    });
    expect(more.status).toBe(403);
  });

  test('a revoked token is dead at once', async () => {
    const { id, token } = await stack.rest<{ id: string; token: string }>('POST', '/tenants/t1/tokens', {
      name: 'short',
      scopes: ['calls:read'],
    });
    expect((await as(token, '/tenants/t1/calls')).status).toBe(200);
    await stack.rest('DELETE', `/tenants/t1/tokens/${id}`);
    expect((await as(token, '/tenants/t1/calls')).status).toBe(401);
  });

  test('row policies hold when a query forgets the company', async () => {
    const client = new pg.Client({ connectionString: stack.databaseUrl() });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL ROLE app');
      expect((await client.query('SELECT id FROM tenants')).rows).toEqual([]);
      await client.query("SELECT set_config('app.tenant', 't1', true)");
      expect((await client.query('SELECT id FROM tenants')).rows).toEqual([{ id: 't1' }]);
      await expect(client.query("INSERT INTO directory_versions (tenant, valid_from, body) VALUES ('t2', now(), '{}')")).rejects.toThrow(
        'row-level security',
      );
    } finally {
      await client.end();
    }
  });
});

describe('the list of calls', () => {
  test('pages follow each other without holes or repeats, while calls arrive', async () => {
    const seen: string[] = [];
    let cursor = '';
    const all = (await list('t1')).data.map((c) => c.id);
    for (let page = 0; ; page++) {
      const { data, next } = await stack.rest<Page>('GET', `/tenants/t1/calls?limit=4${cursor}`);
      seen.push(...data.map((c) => c.id));
      if (page === 0) {
        await sendTcp(
          stack.ports.events,
          ['start', 'failed'].map((state) =>
            JSON.stringify({
              jsonrpc: '2.0',
              method: 'E_PBX_CALL',
              params: {
                state,
                callid: 'newcomer',
                tenant: 't1',
                direction: 'in',
                src: '79160000009',
                dst: '74951000101',
                code: state === 'failed' ? 404 : '',
                ts: Math.floor(Date.now() / 1000),
                ts_us: 1,
              },
            }),
          ),
        );
        await until('the newcomer', async () => (await stack.fetch('/api/v1/tenants/t1/calls/newcomer')).status === 200);
      }
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual(all);
    const times = (await list('t1')).data.map((c) => c.startedAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  test.each(['start', 'talk', 'wait', 'from', 'to', 'answeredBy'])(
    'is sorted by %s within a month, by pages without holes or repeats',
    async (key) => {
      const month = '&from=2026-11-01T00:00:00Z&to=2026-11-24T00:00:00Z';
      const whole = (await list('t1', month)).data;
      expect(whole.length).toBeGreaterThan(9);
      const ofCall: Record<string, (call: (typeof whole)[number]) => string | number> = {
        start: (call) => call.startedAt,
        talk: (call) => call.talkSeconds,
        wait: (call) => call.ringSeconds ?? 0,
        from: (call) => call.from,
        to: (call) => call.dialled,
        answeredBy: (call) => call.answeredBy ?? '',
      };
      const value = ofCall[key];
      if (!value) throw new Error(key);
      // the second way: all of them, put in order here
      const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
      const up = [...whole]
        .sort((a, b) => order(value(a), value(b)) || order(a.startedAt, b.startedAt) || order(a.id, b.id))
        .map((c) => c.id);
      for (const [sort, expected] of [
        [key, up],
        [`-${key}`, up.toReversed()],
      ] as const) {
        const seen: string[] = [];
        for (let cursor = ''; ; ) {
          const { data, next } = await stack.rest<Page>('GET', `/tenants/t1/calls?limit=4&sort=${sort}${month}${cursor}`);
          seen.push(...data.map((c) => c.id));
          if (next === null) break;
          cursor = `&cursor=${next}`;
        }
        expect(seen, sort).toEqual(expected);
      }
    },
  );

  test('sorting is refused over more than a month, and so are cursors of another order', async () => {
    const month = 'limit=2&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';
    for (const query of ['sort=talk', 'sort=talk&from=2026-10-01T00:00:00Z&to=2026-12-01T00:00:00Z', `${month}&sort=weather`])
      expect((await as(t1Token, `/tenants/t1/calls?${query}`)).status, query).toBe(400);
    const { next } = await stack.rest<Page>('GET', `/tenants/t1/calls?${month}&sort=talk`);
    for (const query of [`${month}`, `${month}&sort=-talk`, `${month}&sort=from`])
      expect((await as(t1Token, `/tenants/t1/calls?${query}&cursor=${next}`)).status, query).toBe(400);
    const parts = JSON.parse(Buffer.from(next ?? '', 'base64url').toString()) as unknown[];
    for (const value of ['1', '1) OR (1', null]) {
      const forged = Buffer.from(JSON.stringify([...parts.slice(0, 3), value])).toString('base64url');
      expect((await as(t1Token, `/tenants/t1/calls?${month}&sort=talk&cursor=${forged}`)).status, String(value)).toBe(400);
    }
  });

  test('every filter takes exactly what it says', async () => {
    const all = [...(await list('t1')).data].filter((c) => c.id !== 'newcomer');
    const ids = async (query: string) => (await list('t1', `&to=2026-11-24T00:00:00Z${query}`)).data.map((c) => c.id).sort();
    const where = (test: (c: Call) => boolean) =>
      all
        .filter(test)
        .map((c) => c.id)
        .sort();
    expect(await ids('&direction=in')).toEqual(where((c) => c.direction === 'in'));
    expect(await ids('&direction=in,out')).toEqual(where((c) => c.direction !== 'internal'));
    expect(await ids('&result=busy')).toEqual(where((c) => c.result === 'busy'));
    expect(await ids(`&number=${encodeURIComponent('8 (495) 100-01-02')}`)).toEqual([truthOf(1).call_id, truthOf(21).call_id].sort());
    expect(await ids(`&caller=${encodeURIComponent('+7 916 123-45-67')}`)).toEqual([truthOf(0).call_id]);
    expect(await ids('&employee=e103')).toEqual(where((c) => c.employee?.id === 'e103' || c.legs.some((l) => l.target === '103')));
    expect(await ids('&group=support')).toEqual(where((c) => ['e105', 'e106', 'e107'].includes(c.employee?.id ?? '')));
    expect(await ids('&talkMin=60')).toEqual([truthOf(21).call_id]);
    expect(await ids('&talkMax=0&direction=out')).toEqual([truthOf(13).call_id, truthOf(14).call_id, truthOf(24).call_id].sort());
    expect(await ids(`&from=${truthOf(21).start}`)).toEqual(where((c) => Date.parse(c.startedAt) >= Date.parse(truthOf(21).start)));
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['from=yesterday', 'from'],
    ['direction=up', 'direction'],
    ['format=xml', 'format'],
    ['cursor=abc', 'cursor'],
    ['colour=red', ''],
    ['from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z', 'to'],
  ])('%s is refused with the field', async (query, field) => {
    const response = await as(t1Token, `/tenants/t1/calls?${query}`);
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { status: number; detail: string; errors: { field: string }[] };
    expect(problem.status).toBe(400);
    expect(problem.errors.map((e) => e.field.split('.')[0])).toContain(field);
  });

  test('a cursor of other filters or another company is refused', async () => {
    const { next } = await stack.rest<Page>('GET', '/tenants/t1/calls?limit=2');
    expect((await as(t1Token, `/tenants/t1/calls?limit=2&direction=in&cursor=${next}`)).status).toBe(400);
    expect((await stack.fetch(`/api/v1/tenants/t2/calls?limit=2&cursor=${next}`)).status).toBe(400);
  });
});

describe('one call', () => {
  test('is found from its own startedAt on, and not before it', async () => {
    const { data } = await list('t1');
    for (const call of data) {
      const at = encodeURIComponent(call.startedAt);
      expect((await list('t1', `&from=${at}`)).data.map((c) => c.id)).toContain(call.id);
      expect((await list('t1', `&to=${at}`)).data.map((c) => c.id)).not.toContain(call.id);
    }
  });

  test('comes with its legs and the events of the edge, each once', async () => {
    const id = encodeURIComponent(truthOf(1).call_id);
    const call = await stack.rest<Call & { events: { method: string }[] }>('GET', `/tenants/t1/calls/${id}`);
    expect(call.legs.map((l) => l.target).sort()).toEqual(['102', '103', '104']);
    const wanted = events()
      .filter((e) => e.includes(truthOf(1).call_id))
      .map((e) => (JSON.parse(e) as { method: string }).method);
    expect(call.events.map((e) => e.method).sort()).toEqual(wanted.sort());
  });

  test('its messages are those of the capture, in order, as JSON and as text', async () => {
    const id = encodeURIComponent(truthOf(16).call_id);
    const { data } = await stack.rest<{ data: { at: string; text: string; src: string; transport: string }[] }>(
      'GET',
      `/tenants/t1/calls/${id}/messages`,
    );
    const wanted = hep('udp').filter((p) => p.includes(truthOf(16).call_id));
    expect(data).toHaveLength(wanted.length);
    expect(data.map((m) => m.at)).toEqual([...data.map((m) => m.at)].sort());
    for (const m of data) expect(wanted.some((p) => p.includes(m.text))).toBe(true);
    expect(data[0]).toMatchObject({ src: '127.0.0.30:5084', transport: 'UDP' });
    const text = await (await as(t1Token, `/tenants/t1/calls/${id}/messages?format=text`)).text();
    expect(text.split('127.0.0.30:5084 -> 127.0.0.10:5060 UDP\nINVITE sip:74951000104')).toHaveLength(2);
  });

  test('its capture is read by an analyser', async () => {
    const id = encodeURIComponent(truthOf(1).call_id);
    const bytes = Buffer.from(await (await as(t1Token, `/tenants/t1/calls/${id}/messages?format=pcap`)).arrayBuffer());
    expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
    if (!onPath('tshark')) {
      // the runner says that the analyser is missing; the packets are then read by hand
      let at = 24;
      let packets = 0;
      for (; at < bytes.length; packets++) at += 16 + bytes.readUInt32LE(at + 8);
      expect([at, packets]).toEqual([bytes.length, hep('udp').filter((p) => p.includes(truthOf(1).call_id)).length]);
      return;
    }
    const file = join(stack.dataDir, 'call.pcap');
    writeFileSync(file, bytes);
    const read = spawnSync('tshark', ['-r', file, '-Y', 'sip.Call-ID', '-T', 'fields', '-e', 'sip.Call-ID', '-e', 'ip.checksum.status'], {
      encoding: 'utf8',
    });
    const lines = read.stdout.trim().split('\n');
    expect(lines).toHaveLength(hep('udp').filter((p) => p.includes(truthOf(1).call_id)).length);
    for (const line of lines) expect(line).toContain(truthOf(1).call_id);
  });
});

describe('companies', () => {
  test('a domain belongs to one company', async () => {
    const response = await put(stack.portal && 'operator-token-of-the-tests', '/tenants/t9', { name: 'x', domain: 'alfa.pbx.test' });
    expect(response.status).toBe(409);
  });

  test('mistakes in a directory are named by field', async () => {
    const response = await put('operator-token-of-the-tests', '/tenants/t1/directory', {
      employees: [{ id: 'a', name: '', extensions: ['x y'] }],
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { field: string }[] }).errors.map((e) => e.field)).toEqual([
      'employees.0.name',
      'employees.0.extensions.0',
    ]);
    expect((await put('operator-token-of-the-tests', '/tenants/t1/directory', '{"numbers":')).status).toBe(400);
    expect((await put('operator-token-of-the-tests', '/tenants/t1/directory', '{}', 'text/plain')).status).toBe(415);
    expect((await put('operator-token-of-the-tests', '/tenants/nobody/directory', {})).status).toBe(404);
    expect((await put('operator-token-of-the-tests', '/tenants/t1/directory', `{"numbers":[${' '.repeat(9_000_000)}]}`)).status).toBe(413);
  });

  test('a later version is for later calls: earlier ones keep their people', async () => {
    const { directory } = companies().t1 as unknown as { directory: { employees: { id: string; name: string }[] } };
    const renamed = {
      ...directory,
      employees: directory.employees.map((e) => (e.id === 'e101' ? { ...e, id: 'e901', name: 'Новая Сотрудница' } : e)),
    };
    expect(await stack.rest('PUT', '/tenants/t1/directory', renamed)).toMatchObject({ applied: true });
    const old = await stack.rest<Call>('GET', `/tenants/t1/calls/${encodeURIComponent(truthOf(0).call_id)}`);
    expect(old.employee).toEqual({ id: 'e101', name: 'Иванова Мария' });
    expect(await stack.rest('PUT', '/tenants/t1/directory?validFrom=2026-11-01T00:00:00Z', renamed)).toMatchObject({ applied: true });
    await until(
      'the call has its new person',
      async () => (await stack.rest<Call>('GET', `/tenants/t1/calls/${encodeURIComponent(truthOf(0).call_id)}`)).employee?.id === 'e901',
    );
    // 19 of the captures and the newcomer: none lost, none twice
    expect(await count('t1')).toBe(20);
  });

  test('PostgreSQL away: /healthz says so, ingest goes on with the last directories', async () => {
    const pid = (JSON.parse(readFileSync(join(stack.dataDir, 'run/postgres.json'), 'utf8')) as { pid: number }).pid;
    const tree = usageOfTree(pid).map((p) => p.pid);
    for (const p of tree) await halt(p);
    try {
      await until(
        'postgres is named',
        async () => ((await (await fetch(`${stack.portal}/healthz`)).json()) as { failing: string }).failing === 'postgres',
      );
      await sendTcp(
        stack.ports.events,
        ['start', 'failed'].map((state) =>
          JSON.stringify({
            jsonrpc: '2.0',
            method: 'E_PBX_CALL',
            params: {
              state,
              callid: 'without-pg',
              tenant: 't1',
              direction: 'int',
              src: '102',
              dst: '103',
              code: state === 'failed' ? 486 : '',
              ts: Math.floor(Date.now() / 1000),
              ts_us: 1,
            },
          }),
        ),
      );
      await new Promise((done) => setTimeout(done, 1_500));
    } finally {
      for (const p of tree) process.kill(p, 'SIGCONT');
    }
    await until(
      'the call is there with its person',
      async () => (await stack.rest<Call>('GET', '/tenants/t1/calls/without-pg')).employee?.id === 'e102',
    );
  });
});

test('the description is OpenAPI 3.1 with an operation for every route', async () => {
  const document = (await (await fetch(`${stack.portal}/api/v1/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { responses: object; summary?: string; parameters?: { name: string; schema: { type?: string } }[] }>
    >;
    components: { schemas: Record<string, unknown> };
  };
  expect(document.openapi).toBe('3.1.0');
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) expect(operation.summary, `${method} ${path}`).toBeTruthy();
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, { responses }] of Object.entries(methods)) {
      const hasBody = ['put', 'post', 'patch'].includes(method);
      const declared = ['400', '401', '503', ...(hasBody ? ['413', '415'] : []), ...(path.includes('{tenant}') ? ['403'] : [])];
      expect(Object.keys(responses), `${method} ${path}`).toEqual(expect.arrayContaining(declared));
    }
  const { parameters } = document.paths['/tenants/{tenant}/calls']?.get ?? {};
  expect(parameters?.filter((p) => p.schema.type === 'number').map((p) => p.name)).toEqual([
    ...['talkMin', 'talkMax', 'waitMin', 'waitMax', 'scoreMin', 'scoreMax', 'talkShareMin', 'talkShareMax'],
    ...['monologueMin', 'silenceMin', 'overtalkMin', 'mosMin', 'mosMax'],
  ]);
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Call', 'Ledger', 'Problem']));
});

test('metrics are Prometheus text', async () => {
  const text = await (await fetch(`${stack.portal}/metrics`)).text();
  expect(text).toContain('# TYPE callscope_portal_requests_total counter');
});
