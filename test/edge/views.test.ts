import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderEdge } from '@callscope/opensips/config/render.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Stack, startStack } from '../medium/stack.ts';
import { settingsOf } from './edge.ts';
import { operatorTrunks, PASSWORD, telephony } from './provisioning.ts';

/** What OpenSIPS reads, under its own role. No OpenSIPS is needed: this is tested always. */
describe('what the edge reads', () => {
  let stack: Stack;
  let owner: pg.Pool;
  let edge: pg.Pool;
  const rows = async (query: string, values: unknown[] = []) => (await edge.query(query, values)).rows as Record<string, unknown>[];
  const column = async (query: string) => (await rows(query)).map((r) => Object.values(r)[0]);
  const trunks = operatorTrunks({ from: '192.0.2.30', host: '192.0.2.31', port: 5060 }, 5999);
  const changes = async () =>
    (await owner.query<{ what: string; tenant: string }>('DELETE FROM edge_changes RETURNING what, tenant')).rows
      .map((r) => `${r.tenant}:${r.what}`)
      .sort();

  beforeAll(async () => {
    const port = await freePort();
    stack = await startStack({ env: { POSTGRES_PORT: String(port) } });
    const password = readFileSync(join(stack.dataDir, 'secrets/postgres'), 'utf8');
    owner = new pg.Pool({ connectionString: `postgres://callscope:${password}@127.0.0.1:${port}/callscope`, max: 2 });
    await owner.query("ALTER ROLE opensips PASSWORD 'of-the-tests'");
    edge = new pg.Pool({ connectionString: `postgres://opensips:of-the-tests@127.0.0.1:${port}/callscope`, max: 2 });
    await stack.rest('PUT', '/ops/trunks', trunks);
    for (const [id, c] of Object.entries(telephony())) {
      await stack.rest('PUT', `/tenants/${id}`, c.tenant);
      await stack.rest('PUT', `/tenants/${id}/pbx`, c.pbx);
    }
  });
  afterAll(async () => {
    await edge?.end();
    await owner?.end();
    await stack?.end();
  });

  it('accounts are there by HA1, blocked ones are not, and a password is kept nowhere', async () => {
    const accounts = await rows("SELECT username, ha1, password FROM subscriber WHERE domain = 'alfa.pbx.test' ORDER BY 1");
    expect(accounts.map((a) => a.username)).toEqual(['101', '102', '103', '104', '105', '106', '107']);
    // md5("101:alfa.pbx.test:a-password-of-the-tests")
    expect(accounts[0]).toEqual({ username: '101', ha1: 'ce48ae349b27d74e840f75c4bceebd99', password: '' });
    const { rows: dump } = await owner.query<{ text: string }>('SELECT string_agg(a::text, chr(10)) AS text FROM pbx_accounts a');
    expect(dump[0]?.text).not.toContain(PASSWORD);
  });

  it('the tables have the versions and columns of OpenSIPS 4.0', async () => {
    const versions = Object.fromEntries((await rows('SELECT * FROM version')).map((r) => [r.table_name, r.table_version]));
    expect(versions).toEqual({
      subscriber: 8,
      uri: 2,
      domain: 4,
      dialplan: 5,
      dr_gateways: 6,
      dr_rules: 4,
      dr_carriers: 3,
      dr_groups: 2,
      address: 5,
      userblacklist: 2,
      globalblacklist: 2,
      registrant: 3,
      location: 1013,
      dialog: 12,
      acc: 7,
      missed_calls: 5,
    });
    for (const table of Object.keys(versions).filter((t) => t !== 'uri')) await edge.query(`SELECT * FROM ${table} LIMIT 1`);
  });

  it('numbers, gateways, rules, least cost and addresses are what the companies and the operator said', async () => {
    expect(await rows('SELECT match_exp, attrs FROM dialplan WHERE dpid = 1 ORDER BY 1')).toEqual([
      { match_exp: '74951000101', attrs: 'tenant=t1;domain=alfa.pbx.test' },
      { match_exp: '74951000102', attrs: 'tenant=t1;domain=alfa.pbx.test' },
      { match_exp: '74951000103', attrs: 'tenant=t1;domain=alfa.pbx.test' },
      { match_exp: '74951000104', attrs: 'tenant=t1;domain=alfa.pbx.test' },
      { match_exp: '74952000201', attrs: 'tenant=t2;domain=bravo.pbx.test' },
      { match_exp: '74952000202', attrs: 'tenant=t2;domain=bravo.pbx.test' },
    ]);
    expect(await rows('SELECT gwid, address FROM dr_gateways ORDER BY 1')).toEqual([
      { gwid: 'carrier', address: 'sip:192.0.2.31:5060' },
      { gwid: 'dead', address: 'sip:192.0.2.31:5999' },
    ]);
    expect(await rows('SELECT carrierid, gwlist FROM dr_carriers')).toEqual([{ carrierid: 'cheap', gwlist: 'dead,carrier' }]);
    expect(await rows('SELECT groupid, prefix, gwlist FROM dr_rules ORDER BY 2')).toEqual([
      { groupid: '0', prefix: '', gwlist: 'carrier' },
      { groupid: '0', prefix: '7903555009', gwlist: '#cheap' },
    ]);
    expect(await rows('SELECT ip, context_info FROM address')).toEqual([{ ip: '192.0.2.30', context_info: 'trunk=in;tenant=-' }]);
    expect(await rows('SELECT domain, attrs FROM domain ORDER BY 1')).toEqual([
      { domain: 'alfa.pbx.test', attrs: 'tenant=t1' },
      { domain: 'bravo.pbx.test', attrs: 'tenant=t2' },
    ]);
  });

  it('the role sees schema edge and nothing else, and changes only what it writes itself', async () => {
    for (const table of ['tenants', 'pbx_accounts', 'pbx_trunks', 'users', 'api_tokens', 'sessions', 'cases', 'edge_changes'])
      await expect(edge.query(`SELECT * FROM public.${table}`), table).rejects.toThrow(/permission denied/);
    for (const view of ['subscriber', 'domain', 'dialplan', 'dr_rules', 'address'])
      await expect(edge.query(`DELETE FROM ${view}`), view).rejects.toThrow(/permission denied|cannot delete/);
    await expect(edge.query('SET ROLE edge_reader')).rejects.toThrow(/permission denied/);
    await expect(edge.query('CREATE TABLE edge.mine (x int)')).rejects.toThrow(/permission denied/);
    await edge.query("INSERT INTO location (contact, expires) VALUES ('sip:x@y', 1)");
    await edge.query('DELETE FROM location');
  });

  it('nothing of one company answers for another', async () => {
    // 201 is t2's: for t1 it is nobody, and a company's group, number or account is never reached by another
    expect(await column("SELECT code FROM reach('t1', 'dialled', '201')")).toEqual([404]);
    expect(await column("SELECT code FROM reach('t2', 'dialled', '101')")).toEqual([404]);
    expect(await column("SELECT code FROM reach('t2', 'group', 'sales')")).toEqual([404]);
    expect(await column("SELECT targets FROM reach('t1', 'group', 'sales')")).toEqual([
      '102@alfa.pbx.test,103@alfa.pbx.test,104@alfa.pbx.test',
    ]);
    // a company names another's trunk in a route of its own: it is not used
    const { t1, t2 } = telephony();
    const own = { id: 't1-own', direction: 'both', host: '198.51.100.1', addresses: ['198.51.100.1'] };
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, trunks: [own], routes: [{ prefix: '', through: ['t1-own'] }] });
    await stack.rest('PUT', '/tenants/t2/pbx', { ...t2.pbx, routes: [{ prefix: '', through: ['t1-own', 'carrier'] }] });
    const group = async (t: string) => (await rows('SELECT route_group FROM companies WHERE tenant = $1', [t]))[0]?.route_group;
    const list = async (t: string) =>
      (await rows('SELECT gwlist FROM dr_rules WHERE groupid = $1', [String(await group(t))])).map((r) => r.gwlist);
    expect(await list('t1')).toEqual(['t1-own']);
    expect(await list('t2')).toEqual(['carrier']);
    expect(await column("SELECT context_info FROM address WHERE ip = '198.51.100.1'")).toEqual(['trunk=t1-own;tenant=t1']);
    // another's number and trunk id are refused, and nothing of the request is kept
    const number = {
      ...t2.pbx,
      callerId: '74950000000',
      numbers: [{ number: '+7 495 100-01-01', to: { kind: 'extension', value: '201' } }],
    };
    const put = (body: unknown) =>
      stack.fetch('/api/v1/tenants/t2/pbx', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const refused = await put(number);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'numbers' }] });
    expect((await put({ ...t2.pbx, trunks: [own] })).status).toBe(409);
    expect(await column("SELECT caller_id FROM companies WHERE tenant = 't2'")).toEqual(['74952000201']);
  });

  it('a change names the modules that must read again, and what stays as it was names none', async () => {
    const { t1 } = telephony();
    await stack.rest('PUT', '/tenants/t1/pbx', t1.pbx);
    await changes();
    await stack.rest('PUT', '/tenants/t1/pbx', t1.pbx);
    await stack.rest('PUT', '/ops/trunks', trunks);
    expect(await changes()).toEqual([]);
    const pbx = t1.pbx as { numbers: unknown[]; shortNumbers: unknown[] };
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, numbers: pbx.numbers.slice(1) });
    expect(await changes()).toEqual(['t1:dialplan']);
    // what is asked at each call is in force at once
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, numbers: pbx.numbers.slice(1), shortNumbers: pbx.shortNumbers.slice(0, -1) });
    expect(await changes()).toEqual([]);
    expect(await column("SELECT code FROM reach('t1', 'dialled', '109')")).toEqual([404]);
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, blockedPrefixes: [] });
    expect(await changes()).toEqual(['t1:dialplan', 't1:userblacklist']);
  });

  it('forwards in a circle end, a closed account rings nowhere', async () => {
    const { t1 } = telephony();
    const forward = (number: string, always: string) => ({ number, accounts: [], forward: { always } });
    const circle = [forward('301', '302'), forward('302', '301')];
    const pbx = t1.pbx as { shortNumbers: object[]; accounts: { user: string }[] };
    const accounts = pbx.accounts.map((a) => (a.user === '101' ? { ...a, status: 'blocked' } : a));
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, accounts, shortNumbers: [...pbx.shortNumbers, ...circle] });
    expect(await column("SELECT code FROM reach('t1', 'dialled', '301')")).toEqual([482]);
    expect(await column("SELECT targets FROM reach('t1', 'dialled', '101')")).toEqual(['']);
    expect(await column("SELECT count(*)::int FROM subscriber WHERE username = '101'")).toEqual([0]);
  });

  it('an account without password keeps the one it had; a new one without is refused by name', async () => {
    const { t1 } = telephony();
    const pbx = t1.pbx as { accounts: { user: string }[] };
    const bare = pbx.accounts.map(({ user }) => ({ user }));
    await stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, accounts: bare });
    expect(await column("SELECT ha1 FROM subscriber WHERE username = '101'")).toEqual(['ce48ae349b27d74e840f75c4bceebd99']);
    await expect(stack.rest('PUT', '/tenants/t1/pbx', { ...t1.pbx, accounts: [...bare, { user: '999' }] })).rejects.toThrow(
      /is new: give its password/,
    );
  });

  describe('routes of own numbers by REST', () => {
    const NUMBER = '74951000101';
    const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await stack.fetch(`/api/v1/tenants/t1/pbx/${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    };
    const put = (rules: unknown[], more: object = {}) => send('PUT', `numbers/${NUMBER}/route`, { rules, ...more });
    const told = async (caller: string, at: string) =>
      (await rows('SELECT kind, value, code FROM route($1, $2, $3)', [NUMBER, caller, at]))[0] as Record<string, unknown>;
    const to = (value: string) => ({ kind: 'extension', value });
    const SATURDAY = '2026-11-28T19:05:00+03:00';
    beforeAll(() => stack.rest('PUT', '/tenants/t1/pbx', telephony().t1.pbx));

    it('a change is in force with the next call, the edge need not read anything again, and the audit has before and after (S-25)', async () => {
      await changes();
      expect(await told('79161234567', SATURDAY)).toEqual({ kind: 'extension', value: '101', code: 0 });
      const evening = { name: 'evening', when: [{ days: ['sat'], from: '19:00', to: '02:00' }], to: to('102') };
      expect((await put([evening, { to: to('103') }])).status).toBe(204);
      expect(await told('79161234567', SATURDAY)).toEqual({ kind: 'extension', value: '102', code: 0 });
      expect(await told('79161234567', '2026-11-28T12:00:00+03:00')).toEqual({ kind: 'extension', value: '103', code: 0 });
      expect(await changes()).toEqual([]);
      const { body } = await send('GET', 'numbers');
      expect(body.data.find((n: { number: string }) => n.number === NUMBER)).toMatchObject({
        rules: [
          { name: 'evening', when: [{ days: ['sat'], from: '19:00', to: '02:00', dates: [], calendar: 'any' }], to: to('102') },
          { to: to('103') },
        ],
        whiteList: [],
      });
      const { rows: lines } = await owner.query(
        "SELECT subject, before, after FROM audit WHERE act = 'telephony.route' ORDER BY at DESC LIMIT 1",
      );
      expect(lines).toMatchObject([
        { subject: NUMBER, before: { rules: [{ to: to('101') }] }, after: { rules: [{ to: to('102') }, { to: to('103') }] } },
      ]);
    });

    it('of two who change a route at once the second is told, and the first one stays', async () => {
      const version = async () =>
        (await send('GET', 'numbers')).body.data.find((n: { number: string }) => n.number === NUMBER).version as string;
      const before = (await send('GET', 'numbers')).body.data.find((n: { number: string }) => n.number === NUMBER);
      const read = await version();
      const change = (value: string, named: string) =>
        send('PUT', `numbers/${NUMBER}/route`, { rules: [{ to: to(value) }] }, { 'if-match': `"${named}"` });
      expect((await change('104', read)).status).toBe(204);
      expect(await change('107', read)).toMatchObject({ status: 412, body: { detail: expect.stringMatching(/has changed/) } });
      expect(await told('79161234567', SATURDAY)).toMatchObject({ value: '104' });
      expect((await change('107', await version())).status).toBe(204);
      expect(await told('79161234567', SATURDAY)).toMatchObject({ value: '107' });
      // what stood there before has the name that it had
      await put(before.rules);
      expect(await version()).toBe(read);
    });

    it('who rings is told with the rule that decided, for the stored route and for one that is only thought of', async () => {
      const ask = (more: object = {}) =>
        send('POST', 'who-rings', { number: '8 (495) 100-01-01', caller: '+79161234567', at: SATURDAY, ...more });
      expect((await ask()).body).toMatchObject({
        steps: [{ rings: ['102'], inTurn: false, seconds: 25, outside: null, busy: '', unreachable: '' }],
        code: 0,
        why: { by: 'rule', rule: 0, name: 'evening' },
      });
      const draft = { rules: [{ to: { kind: 'group', value: 'support' } }] };
      expect((await ask({ route: draft })).body.steps).toMatchObject([
        { rings: ['105', '101'], inTurn: true, seconds: 5 },
        { rings: [], outside: { number: '79035550001' }, seconds: 0 },
      ]);
      expect((await ask()).body.steps).toMatchObject([{ rings: ['102'] }]);
      expect(await ask({ number: '74952000201' })).toMatchObject({ status: 404 });
      expect(await ask({ at: 'Saturday' })).toMatchObject({ status: 400, body: { errors: [{ field: 'at' }] } });
    });

    it('the black list holds for every own number, a white list switches it off on its own (S-28, S-29, S-30)', async () => {
      expect((await send('PUT', 'black-list', { data: [{ pattern: '8 (916) 123*', comment: 'spam' }] })).status).toBe(204);
      expect((await send('GET', 'black-list')).body).toEqual({ data: [{ pattern: '7916123*', comment: 'spam' }] });
      expect(await told('+79161234567', SATURDAY)).toMatchObject({ code: 603 });
      expect(await column("SELECT code FROM route('74951000102', '89161234567')")).toEqual([603]);
      expect(await column("SELECT code FROM route('74952000201', '89161234567')"), "another company's").toEqual([0]);
      await put([{ to: to('101') }], { whiteList: [{ pattern: '79161234567' }] });
      expect(await told('79161234567', SATURDAY)).toMatchObject({ code: 0 });
      expect(await told('79031234567', SATURDAY)).toMatchObject({ code: 603 });
      // the whole telephony put again without them leaves the lists as they are
      await stack.rest('PUT', '/tenants/t1/pbx', telephony().t1.pbx);
      expect(await told('79031234567', SATURDAY)).toMatchObject({ code: 603 });
      expect(await column("SELECT code FROM route('74951000102', '89161234567')")).toEqual([603]);
    });

    it('accounts are listed, made, blocked and given another password, and what the edge compares with follows (S-20, S-39)', async () => {
      const ha1Of = async (user: string) =>
        (await rows('SELECT ha1 FROM subscriber WHERE username = $1 AND domain = $2', [user, 'alfa.pbx.test']))[0]?.ha1;
      const ha1By = (user: string, password: string) => createHash('md5').update(`${user}:alfa.pbx.test:${password}`).digest('hex');
      const made = await send('POST', 'accounts', { user: 'door' });
      expect(made).toMatchObject({ status: 201, body: { user: 'door', domain: 'alfa.pbx.test' } });
      expect(await ha1Of('door')).toBe(ha1By('door', made.body.password));
      expect(await send('POST', 'accounts', { user: 'door' })).toMatchObject({ status: 409, body: { errors: [{ field: 'user' }] } });
      expect((await send('GET', 'accounts')).body.data).toContainEqual({ user: 'door', status: 'active' });
      expect((await send('PATCH', 'accounts/door', { status: 'blocked' })).status).toBe(204);
      expect(await ha1Of('door'), 'a blocked account is none for the edge').toBeUndefined();
      expect((await send('PATCH', 'accounts/door', { status: 'active' })).status).toBe(204);
      const other = await send('POST', 'accounts/door/password', {});
      expect(other.body.password).not.toBe(made.body.password);
      expect(await ha1Of('door')).toBe(ha1By('door', other.body.password));
      for (const [method, path, body] of [
        ['PATCH', 'accounts/201', { status: 'blocked' }],
        ['POST', 'accounts/201/password', {}],
      ] as const)
        expect((await send(method, path, body)).status, `${path}: another company's`).toBe(404);
      const { rows: lines } = await owner.query<{ before: object; after: object }>(
        "SELECT before, after FROM audit WHERE act = 'telephony.account' AND subject = 'door' ORDER BY at",
      );
      expect(lines).toEqual([
        { before: {}, after: { status: 'active' } },
        { before: { status: 'active' }, after: { status: 'blocked' } },
        { before: { status: 'blocked' }, after: { status: 'active' } },
        { before: {}, after: { password: true } },
      ]);
    });

    it('what cannot be is refused by the name of its field, and nothing of it is kept', async () => {
      const always = { to: to('101') };
      const faults: [unknown[], number, string, RegExp][] = [
        [[], 400, 'rules', /a rule at least/],
        [[{ ...always, when: [{ days: ['sat'] }] }], 409, 'rules.0', /the last rule takes every call/],
        [[always, always], 409, 'rules.0', /never asked/],
        [[{ to: to('201') }], 409, 'rules.0.to.value', /no extension "201"/],
        [[{ to: { kind: 'group', value: 'all' } }], 409, 'rules.0.to.value', /no group "all"/],
        [[{ ...always, when: [{ from: '25:00' }] }, always], 400, 'rules.0.when.0.from', /HH:MM/],
        [[{ ...always, when: [{ from: '09:00', to: '09:00' }] }, always], 400, 'rules.0.when.0.to', /must differ/],
        [[{ ...always, callers: ['anna'] }, always], 400, 'rules.0.callers.0', /digits of a number/],
      ];
      for (const [rules, status, field, message] of faults)
        expect(await put(rules)).toMatchObject({ status, body: { errors: [{ field, message: expect.stringMatching(message) }] } });
      expect((await send('PUT', 'numbers/74952000201/route', { rules: [always] })).status, "another company's number").toBe(404);
      expect(await told('79161234567', SATURDAY)).toEqual({ kind: 'extension', value: '101', code: 0 });
    });

    it('who has answered is not the first of an idle group any more', async () => {
      const pbx = telephony().t1.pbx as { groups: object[] };
      const groups = [{ id: 'sales', mode: 'idle', members: ['102', '103'] }, pbx.groups[1]];
      await stack.rest('PUT', '/tenants/t1/pbx', { ...pbx, groups });
      const first = async () => String((await column("SELECT targets FROM reach('t1', 'group', 'sales')"))[0]).slice(0, 3);
      const answer = (account: string) =>
        edge.query("INSERT INTO acc (callid, sip_code, time, duration, answered_by) VALUES ($1, '200', now(), 5, $2)", [
          ...[`idle-${account}`, `${account}@alfa.pbx.test`],
        ]);
      expect(await first()).toBe('102');
      await answer('102');
      expect(await first()).toBe('103');
      await answer('103');
      expect(await first()).toBe('102');
      // what is no account of a company is noted nowhere, and accounting goes on
      await answer('nobody');
      expect((await owner.query('SELECT account, calls FROM pbx_answered ORDER BY 1')).rows).toEqual([
        { account: '102', calls: 1 },
        { account: '103', calls: 1 },
      ]);
    });
  });

  it('calls and minutes abroad are counted by the hour, over all edges and restarts', async () => {
    const allowed = async (call: string) => (await rows("SELECT allowed FROM abroad('t2', $1)", [call]))[0]?.allowed;
    expect([await allowed('a'), await allowed('b')]).toEqual([1, 0]);
    await owner.query("UPDATE edge.abroad_calls SET started_at = now() - interval '61 minutes'");
    expect(await allowed('c')).toBe(1);
    await owner.query("UPDATE pbx_companies SET abroad_calls_per_hour = 10, abroad_minutes_per_hour = 2 WHERE tenant = 't2'");
    await edge.query("INSERT INTO acc (callid, sip_code, time, duration) VALUES ('c', '200', now(), 90)");
    expect(await rows("SELECT * FROM abroad('t2', 'd')")).toEqual([{ allowed: 1, left_seconds: 30 }]);
    await edge.query("INSERT INTO acc (callid, sip_code, time, duration) VALUES ('d', '200', now(), 30)");
    expect(await allowed('e')).toBe(0);
  });

  it('the configuration is rendered whole, with and without TLS, and every feed of ingest is marked', () => {
    const dir = mkdtempSync(join(tmpdir(), 'callscope-render-'));
    try {
      const plain = renderEdge(settingsOf({}));
      expect(Object.keys(plain).sort()).toEqual([
        'callscope-agent.service',
        'callscope-click.service',
        'callscope-edge.service',
        'callscope-media.service',
        'callscope-reconcile.service',
        'click.cfg',
        'opensips.cfg',
        'rtpengine.conf',
      ]);
      for (const text of Object.values(plain)) expect(text).not.toMatch(/\{\{|undefined/);
      expect(plain['opensips.cfg']).not.toMatch(/proto_wss|proto_tls/);
      const full = renderEdge(
        settingsOf({
          EDGE_TLS_CERT: '/c.pem',
          EDGE_TLS_KEY: '/k.pem',
          EDGE_WS_PORT: '8080',
          EDGE_PUBLIC_IP: '203.0.113.5',
          EDGE_EVENTS: 'a:1,b:2',
        }),
      )['opensips.cfg'] as string;
      for (const socket of ['udp', 'tcp', 'tls', 'ws', 'wss'])
        expect(full).toMatch(new RegExp(`^socket=${socket}:.* as 203.0.113.5:`, 'm'));
      expect(full).toContain('"virtual:FAILOVER tcp:a:1 tcp:b:2 tcp:a:1 tcp:b:2 tcp:a:1 tcp:b:2"');
      const feeds = full.split('\n').filter((line) => /raise_event|subscribe_event|[^_]trace\(|hep_id/.test(line) && !/^\s*#/.test(line));
      for (const line of feeds.filter((l) => !/raise_event|hep_id/.test(l))) expect(line).toContain('# ingest:');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
