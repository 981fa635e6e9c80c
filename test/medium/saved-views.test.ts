import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

interface View {
  id: string;
  page: string;
  name: string;
  query: string;
  path: string;
  madeBy: string;
}

let stack: Stack;
let anna: Visitor;
let olga: Visitor;
let erik: Visitor;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  const person = async (login: string, form: object) => {
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, ...form });
    const visitor = new Visitor(stack.portal);
    expect((await visitor.signIn(login)).status).toBe(303);
    return visitor;
  };
  anna = await person('anna', { role: 'admin' });
  olga = await person('olga', { role: 'supervisor' });
  erik = await person('erik', { role: 'marketing' });
});
afterAll(() => stack?.end());
beforeEach(() => inDatabase((db) => db.query('DELETE FROM saved_views')));

async function inDatabase<T>(work: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

const shared = async (tenant = 't1') => (await stack.rest<{ data: View[] }>('GET', `/tenants/${tenant}/views`)).data;
const made = (form: object) => stack.rest<View>('POST', '/tenants/t1/views', { page: 'journal', query: '', ...form });
async function asked(method: string, path: string, body?: object, token?: string): Promise<[number, string]> {
  const response = await stack.fetch(`/api/v1${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  return [response.status, await response.text()];
}

/** As the pages ask. */
async function sent(who: Visitor, method: string, given: Record<string, unknown>, company = 't1'): Promise<[number, unknown]> {
  const isGone = method === 'DELETE';
  const response = await fetch(`${stack.portal}/c/${company}/views${isGone ? `?id=${String(given.id)}` : ''}`, {
    method,
    headers: {
      accept: 'application/json',
      origin: stack.portal,
      'x-forwarded-proto': 'http',
      cookie: [...who.cookies].map(([n, v]) => `${n}=${v}`).join('; '),
      'content-type': 'application/json',
    },
    ...(isGone ? {} : { body: JSON.stringify(given) }),
  });
  return [response.status, response.ok || response.status < 500 ? ((await response.json()) as { fault: unknown }).fault : null];
}
const saved = (who: Visitor, given: object) => sent(who, 'POST', { page: 'journal', query: '', shared: false, ...given });
/** Names of the views that a person's pages have. */
async function seen(who: Visitor, names: readonly string[]): Promise<string[]> {
  const html = await (await who.ask('/c/t1/settings/rights')).text();
  return names.filter((name) => html.includes(`name:"${name}"`));
}
/** Id of a view, whosever it is. */
const idOf = (name: string) =>
  inDatabase(async (db) => String((await db.query('SELECT id FROM saved_views WHERE name = $1', [name])).rows[0]?.id ?? ''));

describe('shared views over REST', () => {
  test('a view keeps the page’s question as the page writes it, relative where it was', async () => {
    const view = await made({ name: ' Вчера ', query: 'direction=in&period=yesterday&cursor=abc&row=51&limit=100' });
    expect(view).toMatchObject({
      name: 'Вчера',
      query: 'period=yesterday&direction=in',
      path: '/c/t1/journal?period=yesterday&direction=in',
      madeBy: 'BOOTSTRAP_TOKEN',
    });
    expect(await shared()).toEqual([view]);
    expect(await shared('t2')).toEqual([]);
    const missed = await made({ page: 'missed', name: 'Просроченные', query: 'show=overdue' });
    expect(missed.path).toBe('/c/t1/missed?show=overdue');
    const changed = await stack.rest<View>('PATCH', `/tenants/t1/views/${view.id}`, { name: 'Неделя', query: 'period=week' });
    expect(changed).toMatchObject({ id: view.id, name: 'Неделя', query: 'period=week' });
    expect((await asked('DELETE', `/tenants/t1/views/${view.id}`))[0]).toBe(204);
    expect((await asked('DELETE', `/tenants/t1/views/${view.id}`))[0]).toBe(404);
    expect((await shared()).map((v) => v.name)).toEqual(['Просроченные']);
  });

  test('what no page understands, a name twice and another company’s view are refused in words', async () => {
    const wrong = await asked('POST', '/tenants/t1/views', { page: 'journal', name: 'Как', query: 'direction=sideways' });
    expect(wrong).toEqual([400, expect.stringContaining('direction')]);
    expect((await asked('POST', '/tenants/t1/views', { page: 'phones', name: 'Как', query: '' }))[0]).toBe(400);
    expect((await asked('POST', '/tenants/t1/views', { page: 'journal', name: '  ', query: '' }))[0]).toBe(400);
    const { id } = await made({ name: 'Реклама' });
    expect(await asked('POST', '/tenants/t1/views', { page: 'journal', name: 'реклама', query: '' })).toEqual([
      409,
      expect.stringContaining('has this name'),
    ]);
    // of another page it is another view
    const other = await made({ page: 'statistics', name: 'Реклама' });
    await made({ page: 'statistics', name: 'Всё' });
    expect((await asked('PATCH', `/tenants/t1/views/${other.id}`, { name: 'всё' }))[0]).toBe(409);
    expect((await asked('PATCH', `/tenants/t2/views/${id}`, { name: 'Чужой' }))[0]).toBe(404);
    expect((await asked('DELETE', `/tenants/t2/views/${id}`))[0]).toBe(404);
  });

  test('a token without views:share reads them and changes none', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reader', scopes: ['calls:read'] });
    const { id } = await made({ name: 'Общий' });
    expect(await asked('GET', '/tenants/t1/views', undefined, token)).toEqual([200, expect.stringContaining('Общий')]);
    const refused = await asked('PATCH', `/tenants/t1/views/${id}`, { name: 'Мой' }, token);
    expect(refused).toEqual([403, expect.stringContaining('views:share')]);
  });

  test('a company has two hundred at most', async () => {
    await inDatabase((db) =>
      db.query(
        "INSERT INTO saved_views (tenant, page, name, query, made_by) SELECT 't1', 'journal', 'v' || n, '', 'x' FROM generate_series(1, 200) n",
      ),
    );
    expect(await asked('POST', '/tenants/t1/views', { page: 'journal', name: 'Ещё', query: '' })).toEqual([
      400,
      expect.stringContaining('at most 200'),
    ]);
  });

  test('the audit tells of shared views what they were', async () => {
    const { id } = await made({ name: 'Рекламные', query: 'period=week' });
    await stack.rest('PATCH', `/tenants/t1/views/${id}`, { query: 'period=month' });
    await stack.rest('DELETE', `/tenants/t1/views/${id}`);
    await saved(erik, { name: 'Своё дело' });
    const { data } = await stack.rest<{ data: { act: string; subject: string; before: { query: string } | null }[] }>(
      'GET',
      '/tenants/t1/audit',
    );
    const lines = data.filter((line) => line.act.startsWith('view.') && ['Рекламные', 'Своё дело'].includes(line.subject));
    expect(lines.map(({ act, before }) => [act, before?.query])).toEqual([
      ['view.delete', 'period=month'],
      ['view.change', 'period=week'],
      ['view.share', undefined],
    ]);
  });
});

describe('views of people', () => {
  const NAMES = ['Мои пропущенные', 'Для всех'];

  test('whoever saves one sees it, others do not; a shared one all see', async () => {
    expect(await saved(erik, { name: NAMES[0], query: 'direction=in&answered=false' })).toEqual([200, null]);
    expect(await saved(olga, { name: NAMES[1], shared: true })).toEqual([200, null]);
    expect(await seen(erik, NAMES)).toEqual(NAMES);
    expect(await seen(olga, NAMES)).toEqual([NAMES[1]]);
    expect(await seen(anna, NAMES)).toEqual([NAMES[1]]);
    expect((await shared()).map((v) => [v.name, v.madeBy])).toEqual([[NAMES[1], 'olga']]);
  });

  test('nobody changes another’s own view, and shared ones only who may share', async () => {
    await saved(erik, { name: NAMES[0] });
    await saved(olga, { name: NAMES[1], shared: true });
    const [own, all] = [await idOf(NAMES[0] ?? ''), await idOf(NAMES[1] ?? '')];
    expect(await sent(anna, 'PATCH', { id: own, name: 'Чужое' })).toEqual([404, 'unknown']);
    expect(await sent(anna, 'DELETE', { id: own })).toEqual([404, 'unknown']);
    expect(await saved(erik, { name: 'Всем', shared: true })).toEqual([403, 'share']);
    expect(await sent(erik, 'PATCH', { id: own, shared: true })).toEqual([403, 'share']);
    expect(await sent(erik, 'PATCH', { id: all, name: 'Моё' })).toEqual([403, 'share']);
    expect(await sent(erik, 'PATCH', { id: all, shared: false })).toEqual([403, 'share']);
    expect(await sent(erik, 'DELETE', { id: all })).toEqual([403, 'share']);
    expect(await sent(anna, 'PATCH', { id: all, name: 'Для всех нас' })).toEqual([200, null]);
    expect(await sent(erik, 'PATCH', { id: own, name: 'Иначе', query: 'period=week' })).toEqual([200, null]);
    expect(await sent(erik, 'DELETE', { id: own })).toEqual([200, null]);
    expect(await seen(erik, ['Иначе', 'Для всех нас'])).toEqual(['Для всех нас']);
  });

  test('a view is shared and taken back', async () => {
    await saved(olga, { name: NAMES[0] });
    const id = await idOf(NAMES[0] ?? '');
    expect(await sent(olga, 'PATCH', { id, shared: true })).toEqual([200, null]);
    expect(await seen(erik, NAMES)).toEqual([NAMES[0]]);
    expect(await sent(anna, 'PATCH', { id, shared: false })).toEqual([200, null]);
    // it is the own view of whoever took it back
    expect(await seen(anna, NAMES)).toEqual([NAMES[0]]);
    expect(await seen(olga, NAMES)).toEqual([]);
  });

  test('whoever sees a part of the company shares nothing', async () => {
    await stack.rest('PUT', '/tenants/t1/users/lena', { password: PASSWORD, role: 'supervisor', onlyProjects: true });
    const lena = new Visitor(stack.portal);
    await lena.signIn('lena');
    expect(await saved(lena, { name: 'Часть', shared: true })).toEqual([403, 'share']);
    expect(await saved(lena, { name: 'Часть' })).toEqual([200, null]);
  });

  test('a person has a hundred at most, and a name once', async () => {
    expect(await saved(erik, { name: 'Одно' })).toEqual([200, null]);
    expect(await saved(erik, { name: 'ОДНО' })).toEqual([409, 'taken']);
    expect(await saved(erik, { name: ' ' })).toEqual([400, 'name']);
    expect(await saved(erik, { name: 'Как', query: 'period=soon' })).toEqual([400, 'form']);
    await inDatabase((db) =>
      db.query(`INSERT INTO saved_views (tenant, user_id, page, name, query, made_by)
        SELECT 't1', (SELECT id FROM users WHERE login = 'erik'), 'journal', 'v' || n, '', 'erik' FROM generate_series(1, 99) n`),
    );
    expect(await saved(erik, { name: 'Сто первый' })).toEqual([409, 'many']);
    // another person's are counted apart
    expect(await saved(olga, { name: 'Первый' })).toEqual([200, null]);
  });

  test('own views go with their person, shared ones stay', async () => {
    await stack.rest('PUT', '/tenants/t1/users/gone', { password: PASSWORD, role: 'supervisor' });
    const gone = new Visitor(stack.portal);
    await gone.signIn('gone');
    await saved(gone, { name: NAMES[0] });
    await saved(gone, { name: NAMES[1], shared: true });
    expect((await asked('DELETE', '/tenants/t1/users/gone'))[0]).toBe(204);
    expect(await idOf(NAMES[0] ?? '')).toBe('');
    expect(await seen(erik, NAMES)).toEqual([NAMES[1]]);
  });

  test('a view that names somebody who is gone opens and says so', async () => {
    const strip = async (path: string) => {
      const html = await (await anna.ask(`/c/t1/${path}`)).text();
      return (
        /чего нет в справочнике<\/b>.*?<span>(.*?)<\/span>/
          .exec(html)?.[1]
          ?.replaceAll(/<!--.*?-->/g, '')
          .replaceAll('\u00a0', ' ') ?? null
      );
    };
    expect(await strip('journal?employee=e101,nobody&number=79990000000')).toBe('сотрудник nobody; номер +7 999 000-00-00');
    expect(await strip('journal?employee=e101')).toBeNull();
    expect(await strip('statistics?group=none')).toBe('группа none');
    expect(await strip('missed?owner=nobody')).toBe('сотрудник nobody');
  });
});
