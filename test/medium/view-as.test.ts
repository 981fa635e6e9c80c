import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { asOperator, connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import type { Act } from '@callscope/modules/audit/acts.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pageDoors } from '../check/rights.ts';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

const PASSWORD = 'secret-secret';
const REASON = 'обращение 4711';

let stack: Stack;
let base: Postgres<PostgresSchema>;
/** of the browser in which support is signed in */
let cookie = '';

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  base = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error', format: 'text' }));
  await stack.rest('PUT', '/ops/users/sofia', { password: PASSWORD, role: 'support' });
});
afterAll(async () => {
  await base?.close();
  await stack?.end();
});
beforeEach(async () => {
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  await stack.rest('PATCH', '/tenants/t1/users/anna', { blocked: false });
  cookie = await signedIn('operator', 'sofia');
});

async function send(method: string, path: string, form: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${stack.portal}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      origin: stack.portal,
      cookie,
      ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(form).toString() }),
  });
  const given = /callscope_session=[^;]+/.exec(response.headers.get('set-cookie') ?? '')?.[0];
  if (given) cookie = given;
  return response;
}

async function signedIn(domain: string, login: string): Promise<string> {
  cookie = '';
  const { status } = await send('POST', '/sign-in', { domain, login, password: PASSWORD });
  expect([status, cookie !== '']).toEqual([303, true]);
  return cookie;
}

async function status(method: string, path: string, form?: Record<string, string>): Promise<number> {
  const response = await send(method, path, form);
  await response.body?.cancel();
  return response.status;
}

const view = (login: string, reason = REASON) => send('POST', '/c/t1/view-as', { login, reason });

/** Lines of the company's audit, the last first. */
const audit = (act: Act, tenant: string | null = 't1') =>
  asOperator(base.db, (trx) =>
    trx
      .selectFrom('audit')
      .selectAll()
      .where('tenant', 'is not distinct from', tenant)
      .where('act', '=', act)
      .orderBy('id', 'desc')
      .execute(),
  );

/** Moves the end of the view that there is. */
const endsAt = (at: Date) =>
  asOperator(base.db, (trx) => trx.updateTable('sessions').set({ view_until: at }).where('view_until', 'is not', null).execute());

describe('support', () => {
  test('reads every company, hears nothing and changes nothing', async () => {
    for (const company of ['t1', 't2']) {
      expect(await status('GET', `/c/${company}/journal`)).toBe(200);
      expect(await status('GET', `/c/${company}/calls/1/recording`)).toBe(403);
      expect(await status('GET', `/c/${company}/people`)).toBe(403);
      expect(await status('POST', `/c/${company}/directory/edit`)).toBe(403);
    }
  });
});

describe('view as', () => {
  test('without a reason, or as nobody or somebody blocked, it does not begin', async () => {
    await stack.rest('PUT', '/tenants/t1/users/blocked', { password: PASSWORD, role: 'observer' });
    await stack.rest('PATCH', '/tenants/t1/users/blocked', { blocked: true });
    const before = (await audit('support.view-as')).length;
    expect((await view('anna', ' ab ')).status).toBe(400);
    expect((await view('nobody')).status).toBe(404);
    expect((await view('blocked')).status).toBe(404);
    expect(await status('GET', '/account')).toBe(200);
    expect(await audit('support.view-as')).toHaveLength(before);
  });

  test("a company's admin cannot", async () => {
    cookie = await signedIn('alfa.pbx.test', 'anna');
    expect(await status('GET', '/c/t1/view-as')).toBe(403);
    expect((await view('anna')).status).toBe(403);
  });

  test('the page says who, as whom and until when; the company is told both ends, with the reason; other companies are not there', async () => {
    const former = cookie;
    expect((await view('ANNA')).status).toBe(303);
    expect(cookie).not.toBe(former);
    const [began] = await audit('support.view-as');
    expect(began).toMatchObject({ who: 'sofia', whose: null, subject: 'anna', after: { reason: REASON, role: 'admin' } });
    const page = await (await send('GET', '/c/t1/journal')).text();
    expect(page).toContain('sofia, вы смотрите как anna (Администратор)');
    expect(await status('GET', '/c/t2/journal')).toBe(404);
    expect((await send('GET', '/account')).headers.get('location')).toBe('/');
    expect((await send('POST', '/view-end')).headers.get('location')).toBe('/c/t1/view-as');
    expect((await audit('support.view-end'))[0]).toMatchObject({ who: 'sofia', whose: null, subject: 'anna', after: { why: 'returned' } });
    expect(await status('GET', '/c/t2/journal')).toBe(200);
    expect(await (await send('GET', '/c/t1/journal')).text()).not.toContain('вы смотрите как');
  });

  test('what is looked as has no more than that person reads', async () => {
    await stack.rest('PUT', '/tenants/t1/users/mark', { password: PASSWORD, role: 'marketing' });
    await view('mark');
    expect(await status('GET', '/c/t1/calls/1/recording')).toBe(403);
    await send('POST', '/view-end');
    await view('anna');
    expect(await status('GET', '/c/t1/calls/1/recording')).toBe(404);
  });

  test('what people keep for themselves is theirs: shared views are there, own ones and their cards are not', async () => {
    const { db } = base;
    const { id: user_id } = await db.selectFrom('users').select('id').where('login', '=', 'anna').executeTakeFirstOrThrow();
    const { id: sofia } = await db.selectFrom('users').select('id').where('login', '=', 'sofia').executeTakeFirstOrThrow();
    const kept = { tenant: 't1', page: 'journal', query: 'period=week', made_by: 'anna' } as const;
    await db
      .insertInto('saved_views')
      .values([
        { ...kept, user_id, name: 'Вид Анны' },
        { ...kept, user_id: sofia, name: 'Вид Софии' },
        { ...kept, user_id: null, name: 'Общий вид' },
      ])
      .execute();
    await db
      .insertInto('dashboards')
      .values({ tenant: 't1', user_id, shown: ['now'], hidden: [] })
      .execute();
    const own = await (await send('GET', '/c/t1')).text();
    expect(['Вид Анны', 'Вид Софии', 'Общий вид'].filter((name) => own.includes(name))).toEqual(['Вид Софии', 'Общий вид']);
    await view('anna');
    const html = await (await send('GET', '/c/t1')).text();
    expect(['Вид Анны', 'Вид Софии', 'Общий вид'].filter((name) => html.includes(name))).toEqual(['Общий вид']);
    expect([...html.matchAll(/data-card="(\w+)"/g)].map((match) => match[1])).toContain('figures');
    expect(html).not.toContain('class="btn square plain sm grip');
  });

  test('every door that changes something answers 403', async () => {
    await view('anna');
    const doors = pageDoors(join(import.meta.dirname, '../../portal/src/routes')).filter(
      ({ file, what }) => (what.startsWith('?/') || ['POST', 'PUT', 'PATCH', 'DELETE'].includes(what)) && !file.startsWith('sign-in/'),
    );
    const open = ['view-end/+server.ts', 'sign-out/+server.ts', 'theme/+server.ts', 'language/+server.ts'];
    expect(doors.map((d) => d.file)).toEqual(expect.arrayContaining(open));
    expect(doors.length).toBeGreaterThan(20);
    for (const { file, what } of doors.filter((d) => !open.includes(d.file))) {
      const path = `/${file.slice(0, file.lastIndexOf('/'))}`.replace('[company]', 't1').replaceAll(/\[\w+\]/g, '1');
      const isForm = what.startsWith('?/');
      expect(await status(isForm ? 'POST' : what, isForm && what !== '?/default' ? path + what : path), `${file} ${what}`).toBe(403);
    }
    expect(await (await send('GET', '/c/t1')).text()).toContain('вы смотрите как');
  });

  test('it ends by itself, and the company is told once', async () => {
    await view('anna');
    await endsAt(new Date(Date.now() - 1));
    const before = (await audit('support.view-end')).length;
    await Promise.all([status('GET', '/c/t1/journal'), status('GET', '/c/t1/journal'), status('GET', '/c/t1/journal')]);
    expect(await status('GET', '/c/t2/journal')).toBe(200);
    const ended = await audit('support.view-end');
    expect(ended).toHaveLength(before + 1);
    expect(ended[0]).toMatchObject({ who: 'sofia', after: { why: 'over' } });
  });

  test.each([
    ['blocked', 'person blocked', () => stack.rest('PATCH', '/tenants/t1/users/anna', { blocked: true })],
    ['deleted', 'person deleted', () => stack.rest('DELETE', '/tenants/t1/users/anna')],
  ])('who is %s is looked as no more', async (_, why, happens) => {
    expect((await view('anna')).status).toBe(303);
    await happens();
    expect(await (await send('GET', '/c/t1/journal')).text()).not.toContain('вы смотрите как');
    expect((await audit('support.view-end'))[0]).toMatchObject({ subject: 'anna', after: { why } });
  });

  test('signing out ends it, and so does losing the role', async () => {
    await view('anna');
    await send('POST', '/sign-out');
    expect((await audit('support.view-end'))[0]).toMatchObject({ who: 'sofia', after: { why: 'signed out' } });
    cookie = await signedIn('operator', 'sofia');
    await view('anna');
    await stack.rest('PUT', '/ops/users/sofia', { password: PASSWORD, role: 'support' });
    expect((await send('GET', '/c/t1/journal')).headers.get('location')).toMatch(/^\/sign-in/);
  });
});
