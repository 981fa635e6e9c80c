import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIELDS } from '@callscope/analytics/query/filter.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageDoors } from '../check/rights.ts';
import { Random } from '../simulation/generator/random.ts';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

/** Whoever has a right to t2 tries to see something of t1 by what they may write themselves: filters, sort keys, names, cursors, ids, headers. */
const PASSWORD = 'secret-secret';
const ROUTES = fileURLToPath(new URL('../../portal/src/routes', import.meta.url));
let stack: Stack;
let token: string;

interface Parameter {
  name: string;
  in: string;
  schema?: { enum?: string[] };
}
interface Operation {
  parameters?: Parameter[];
  'x-right'?: string;
}
type OpenApi = { paths: Record<string, { get?: Operation }> };
let routes: { path: string; query: string[] }[] = [];

/** What only t1 has: ids of its calls, names of its people, its numbers. */
const foreign = (): string[] => {
  const own = JSON.stringify(companies().t2);
  const { directory } = companies().t1 as { directory: { employees?: { name: string }[]; numbers?: { number: string }[] } };
  const ofBoth = new Set(truth().flatMap((call) => (call.tenant === 't2' ? [call.call_id] : [])));
  return [
    ...truth().flatMap((call) => (call.tenant === 't1' && !ofBoth.has(call.call_id) ? [call.call_id] : [])),
    ...(directory.employees ?? []).map((e) => e.name),
    ...(directory.numbers ?? []).map((n) => n.number),
  ].filter((text) => text.length > 3 && !own.includes(text));
};

const HOSTILE = [
  "' OR 1=1 --",
  "t1' OR tenant='t1",
  '*',
  '!x',
  '1) OR (tenant = {tenant:String}',
  '../../t1/calls',
  't1',
  '{"tenant":"t1"}',
  '%',
  '\u0000',
  '💥'.repeat(40),
  '9'.repeat(400),
];

const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${stack.portal}/api/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { status: response.status, body: await response.text() };
};

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  await until('calls of both are there', async () => {
    const lists = await Promise.all(['t1', 't2'].map((id) => stack.rest<{ data: unknown[] }>('GET', `/tenants/${id}/calls?limit=5`)));
    return lists.every(({ data }) => data.length === 5);
  });
  token = (await stack.rest<{ token: string }>('POST', '/tenants/t2/tokens', { name: 'curious', scopes: ['write'] })).token;
  const { paths } = (await (await stack.fetch('/api/v1/openapi.json')).json()) as OpenApi;
  routes = Object.entries(paths).flatMap(([path, { get }]) =>
    get && path.includes('{tenant}') ? [{ path, query: (get.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name) }] : [],
  );
});
afterAll(() => stack?.end());

describe('past the compiler', () => {
  test('hostile words in every parameter of every route give nothing of another company, and no 500', async () => {
    expect(routes.length).toBeGreaterThan(20);
    const marks = foreign();
    expect(marks.length).toBeGreaterThan(20);
    const filled = (path: string, word: string) =>
      path.replace('{tenant}', 't2').replaceAll(/\{\w+\}/g, () => encodeURIComponent(word).replace('%00', '%2500'));
    let asked = 0;
    for (const { path, query } of routes)
      for (const word of [...HOSTILE, marks[0] as string]) {
        const queries = ['', ...query.map((name) => `?${name}=${encodeURIComponent(word)}`)];
        for (const q of queries) {
          const { status, body } = await ask(filled(path, word) + q);
          asked++;
          expect([200, 400, 403, 404, 409, 410, 414, 422], `${filled(path, word)}${q}: ${status} ${body.slice(0, 200)}`).toContain(status);
          const found = marks.find((mark) => body.includes(mark) && !decodeURIComponent(filled(path, word) + q).includes(mark));
          expect(found, `${filled(path, word)}${q}`).toBeUndefined();
        }
      }
    console.log(`${asked} requests, ${routes.length} routes`);
  });

  test('ids and cursors of another company are none here', async () => {
    const marks = new Set(foreign());
    const calls = await stack.rest<{ data: { id: string }[]; next: string | null }>('GET', '/tenants/t1/calls?limit=5');
    const own = calls.data.filter(({ id }) => marks.has(id));
    expect(own.length).toBeGreaterThan(0);
    for (const { id } of own)
      for (const { path } of routes.filter((r) => r.path.startsWith('/tenants/{tenant}/calls/{id}'))) {
        const { status, body } = await ask(path.replace('{tenant}', 't2').replace('{id}', encodeURIComponent(id)));
        expect([path, status]).toEqual([path, 404]);
        expect(body).not.toContain('Соколова');
      }
    expect(calls.next).not.toBeNull();
    const page = await ask(`/tenants/t2/calls?limit=100&cursor=${encodeURIComponent(calls.next ?? '')}`);
    for (const { id } of calls.data) if (marks.has(id)) expect(page.body).not.toContain(id);
    expect([200, 400]).toContain(page.status);
  });

  test('headers that name a company change nothing', async () => {
    const plain = await ask('/tenants/t2/calls?limit=100');
    for (const name of ['x-tenant', 'x-company', 'x-forwarded-host', 'x-original-url', 'x-rewrite-url', 'x-http-method-override', 'cookie'])
      expect((await ask('/tenants/t2/calls?limit=100', { [name]: name === 'cookie' ? 'session=t1; tenant=t1' : 't1' })).body, name).toBe(
        plain.body,
      );
    for (const path of [
      '/tenants/T1/calls',
      '/tenants/t1%20/calls',
      '/tenants/t2/../t1/calls',
      '/tenants/t2%2f..%2ft1/calls',
      '/tenants/t1%00/calls',
    ])
      expect([400, 404], path).toContain((await ask(path)).status);
  });

  test.each(['/c/%E0%A4%A', '/c/%', '/c/t1/calls/%zz/recording', '/api/v1/tenants/%E0%A4%A/calls', '/r/%'])(
    'wrong percent-encoding is 400: %s',
    async (path) => {
      // fetch would put it right
      const response = await new Promise<string>((done, failed) => {
        import('node:net').then(({ connect }) => {
          const socket = connect(stack.ports.portal, '127.0.0.1', () =>
            socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`),
          );
          let text = '';
          socket.on('data', (part) => {
            text += part.toString();
          });
          socket.on('end', () => done(text));
          socket.on('error', failed);
        }, failed);
      });
      expect(response.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 (400|404|410) /);
      expect(response.split('\r\n')[0]).not.toContain(' 500 ');
    },
  );
});

describe('past the pages', () => {
  test('hostile words in every parameter of every page give no 500, and the portal goes on', async () => {
    await stack.rest('PUT', '/tenants/t2/users/admin', { password: PASSWORD, role: 'admin' });
    const signIn = await fetch(`${stack.portal}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ domain: String(companies().t2?.tenant.domain), login: 'admin', password: PASSWORD }).toString(),
    });
    const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const pages = pageDoors(ROUTES).filter(
      ({ file, what }) => file.startsWith('c/') && file.endsWith('+page.server.ts') && what === 'load',
    );
    const pathOf = (file: string) => `/${file.slice(0, file.lastIndexOf('/'))}`.replace('[company]', 't2').replaceAll(/\[\w+\]/g, '1');
    const paths = [...new Set(pages.map(({ file }) => pathOf(file)))];
    // a page that never names its address hears of it only through the layout, which is every page's
    const deaf = new Set(
      pages.filter(({ file }) => !/\burl\b/.test(readFileSync(join(ROUTES, file), 'utf8'))).map(({ file }) => pathOf(file)),
    );
    expect(deaf.size).toBeLessThan(paths.length / 2);
    expect(paths.length).toBeGreaterThan(10);
    const marks = foreign();
    const pid = stack.pidOf('portal');
    const words = ["' OR 1=1 --", '💥', '9'.repeat(40)];
    // Several at once: each has its own parameter, which is wrong for certain. Every page sees every parameter with one of the words,
    // and every parameter sees every word on some page: what reads a parameter is the same on all of them.
    for (const [i, path] of paths.entries())
      await Promise.all(
        pageParameters().map(async (name, j) => {
          if (deaf.has(path) && j % DEAF_ASKED !== 0) return;
          const at = `${path}?${name}=${encodeURIComponent(words[(i + j) % words.length] ?? '')}`;
          const response = await fetch(`${stack.portal}${at}`, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
          const body = await response.text();
          expect([200, 302, 303, 307, 308, 400, 403, 404], `${at}: ${response.status}`).toContain(response.status);
          expect(
            marks.find((mark) => body.includes(mark)),
            at,
          ).toBeUndefined();
        }),
      );
    expect(stack.pidOf('portal')).toBe(pid);
  });
});

/** Of a page that does not look at its address every so many parameters are enough. */
const DEAF_ASKED = 10;
/** Names that pages read from their address, those of filters among them. */
function pageParameters(): string[] {
  const found = new Set(Object.keys(FIELDS));
  const source = fileURLToPath(new URL('../../portal/src', import.meta.url));
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(ts|svelte)$/.test(f)))
    for (const [, name = ''] of readFileSync(join(source, file), 'utf8').matchAll(/[pP]arams\.get\('(\w+)'\)/g)) found.add(name);
  return [...found];
}

/** Tables that tell each company of what is everybody's as well: that the exchange or the whole system stood. */
const OF_ALL = new Set(['incidents', 'watched_parts']);

describe('two companies on one connection', () => {
  test('each sees its own rows in every table, however its turn before ended', async () => {
    const pool = new pg.Pool({ connectionString: stack.databaseUrl(), max: 1 });
    const db = new Kysely<PostgresSchema>({ dialect: new PostgresDialect({ pool }) });
    try {
      const tables = (
        await sql<{ table_name: string }>`SELECT c.table_name FROM information_schema.columns c
          JOIN information_schema.table_privileges p USING (table_schema, table_name)
          WHERE c.table_schema = 'public' AND c.column_name = 'tenant' AND p.grantee = 'app' AND p.privilege_type = 'SELECT'
          ORDER BY 1`.execute(db)
      ).rows.map((r) => r.table_name);
      expect(tables).toContain('recordings');
      expect(tables.length).toBeGreaterThan(15);
      const random = new Random(7);
      const seen = new Set<string>();
      const turn = async (tenant: string, table: string, ends: number) => {
        await asTenant(db, tenant, async (trx) => {
          const { rows } = await sql<{ tenant: string | null }>`SELECT DISTINCT tenant FROM ${sql.table(table)}`.execute(trx);
          for (const row of rows) {
            expect(OF_ALL.has(table) ? [tenant, null] : [tenant], table).toContain(row.tenant);
            seen.add(`${tenant} ${table}`);
          }
          if (ends === 1) throw new Error('given up');
          // one that fails in the middle of its work
          if (ends === 2) await sql`SELECT 1 / 0`.execute(trx);
        }).catch((error: Error) => {
          if (ends === 0) throw error;
        });
      };
      const turns = Array.from({ length: 600 }, () =>
        turn(random.pick(['t1', 't2', 'nobody']), random.pick(tables), random.pick([0, 0, 1, 2])),
      );
      await Promise.all(turns);
      // both had something to be seen
      for (const tenant of ['t1', 't2']) expect([...seen].filter((one) => one.startsWith(`${tenant} `)).length).toBeGreaterThan(1);
      const { rows } = await sql<{
        who: string;
        company: string | null;
      }>`SELECT current_user AS who, current_setting('app.tenant', true) AS company`.execute(db);
      expect(rows).toEqual([{ who: 'callscope', company: '' }]);
    } finally {
      await db.destroy();
    }
  });
});
