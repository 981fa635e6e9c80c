import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { companies, events } from './fixtures.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

const PASSWORD = 'secret-secret';
const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';

interface Call {
  id: string;
  number: string | null;
  group: string | null;
  employee: { id: string } | null;
  legs: { employee: { id: string } | null }[];
}
interface Project {
  id: string;
  name: string;
  numbers: string[];
  groups: string[];
  people: string[];
  outside: string[];
}

const directory = companies().t1?.directory as DirectoryBody;
let stack: Stack;
let calls: Call[];
beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
    await stack.rest('PUT', `/tenants/${id}/users/admin`, { password: PASSWORD, role: 'admin' });
  }
  await sendTcp(stack.ports.events, events());
  const listedOf = async (tenant: string) => (await stack.rest<{ data: Call[] }>('GET', `/tenants/${tenant}/calls?limit=1000`)).data;
  await until('28 calls', async () => (await listedOf('t1')).length + (await listedOf('t2')).length === 28);
  calls = await listedOf('t1');
});
afterAll(() => stack?.end());
beforeEach(async () => {
  for (const { id } of await projects()) await stack.rest('DELETE', `/tenants/t1/projects/${id}`);
});

const projects = async () => (await stack.rest<{ data: Project[] }>('GET', '/tenants/t1/projects')).data;
const made = (form: object) => stack.rest<Project>('POST', '/tenants/t1/projects', form);
const tick = (project: Project, people: string[], outside: string[] = []) =>
  stack.fetch(`/api/v1/tenants/t1/projects/${project.id}/people`, {
    method: 'PUT',
    body: JSON.stringify({ people, outside }),
    headers: { 'content-type': 'application/json' },
  });
const refusalOf = async (method: string, path: string, body: object) => {
  const response = await stack.fetch(`/api/v1${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return [response.status, await response.text()] as const;
};

async function signedIn(login: string, domain = 'alfa.pbx.test'): Promise<string> {
  const response = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams({ domain, login, password: PASSWORD }).toString(),
  });
  expect(response.status).toBe(303);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
const page = (path: string, cookie: string) =>
  fetch(`${stack.portal}${path}`, { redirect: 'manual', headers: { accept: 'text/html', cookie } });
/** Ids of calls in the journal's HTML. */
async function listed(cookie: string, company = 't1'): Promise<Set<string>> {
  const response = await page(`/c/${company}/journal?${PERIOD}&limit=100`, cookie);
  expect(response.status).toBe(200);
  return new Set([...(await response.text()).matchAll(/data-call="([^"]+)"/g)].map((m) => m[1] ?? ''));
}

/** The second way: calls of the list that came to these numbers, belong to these groups, or had somebody of them. */
function within({ numbers = [], groups = [] }: { numbers?: string[]; groups?: string[] }): Set<string> {
  const members = new Set(directory.employees.filter((e) => groups.includes(e.group ?? '')).map((e) => e.id));
  const of = ({ number, group, employee, legs }: Call) =>
    numbers.includes(number ?? '-') ||
    groups.includes(group ?? '-') ||
    [employee, ...legs.map((l) => l.employee)].some((e) => e && members.has(e.id));
  return new Set(calls.filter(of).map((c) => c.id));
}
/** numbers of the directory that calls came to, and groups that calls have */
const numbersCalled = () => [...new Set(calls.flatMap((c) => c.number ?? []))].sort();
const groupsCalled = () => [...new Set(calls.flatMap((c) => c.group ?? []))].sort();

describe('projects (L-21, L-22)', () => {
  test('are made of numbers and groups of the directory, under one name each', async () => {
    const [number = ''] = numbersCalled();
    const project = await made({ name: ' Реклама ', numbers: [`+${number}`, number], groups: groupsCalled() });
    expect(project).toEqual({ id: project.id, name: 'Реклама', numbers: [number], groups: groupsCalled(), people: [], outside: [] });
    expect(await projects()).toEqual([project]);
    expect(await refusalOf('POST', '/tenants/t1/projects', { name: 'реклама' })).toEqual([
      409,
      expect.stringContaining('another project has this name'),
    ]);
    expect(await refusalOf('POST', '/tenants/t1/projects', { name: 'Другой', numbers: ['79990000000'] })).toEqual([
      400,
      expect.stringContaining('not an own number of the directory'),
    ]);
    expect(await refusalOf('POST', '/tenants/t1/projects', { name: 'Другой', groups: ['nobody'] })).toEqual([
      400,
      expect.stringContaining('not a group of the directory'),
    ]);
    const renamed = await stack.rest<Project>('PUT', `/tenants/t1/projects/${project.id}`, { name: 'Реклама 2' });
    expect(renamed).toMatchObject({ name: 'Реклама 2', numbers: [], groups: [] });
    expect((await tick(project, ['stranger'])).status).toBe(400);
    expect((await tick(project, ['ADMIN'])).status).toBe(204);
    expect((await projects())[0]?.people).toEqual(['admin']);
    // another company's do not touch it
    const foreign = await refusalOf('PUT', `/tenants/t2/projects/${project.id}`, { name: 'Чужой' });
    expect(foreign[0]).toBe(404);
    expect((await stack.fetch(`/api/v1/tenants/t2/projects/${project.id}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('whoever sees projects alone sees the calls of their numbers and groups, and without one nothing', async () => {
    await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor', onlyProjects: true });
    const cookie = await signedIn('olga');
    expect(await listed(cookie)).toEqual(new Set());
    const [number = ''] = numbersCalled();
    const byNumber = await made({ name: 'Линия', numbers: [number] });
    expect(await listed(cookie)).toEqual(new Set());
    await tick(byNumber, ['olga']);
    const ofNumber = within({ numbers: [number] });
    expect(ofNumber.size).toBeGreaterThan(0);
    expect(ofNumber.size).toBeLessThan(calls.length);
    expect(await listed(cookie)).toEqual(ofNumber);
    for (const group of groupsCalled()) {
      await stack.rest('PUT', `/tenants/t1/projects/${byNumber.id}`, { name: 'Группа', groups: [group] });
      expect(await listed(cookie), group).toEqual(within({ groups: [group] }));
    }
    // two projects are their union
    const other = await made({ name: 'Вторая', numbers: [number] });
    await tick(other, ['olga']);
    const [group = ''] = groupsCalled().toReversed();
    expect(await listed(cookie)).toEqual(within({ numbers: [number], groups: [group] }));
    // unticked, and deleted
    await tick(other, []);
    await stack.rest('DELETE', `/tenants/t1/projects/${byNumber.id}`);
    expect(await listed(cookie)).toEqual(new Set());
  });

  test('figures count nothing outside the projects; people and numbers of others are not named', async () => {
    const [number = ''] = numbersCalled();
    await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor', onlyProjects: true });
    const project = await made({ name: 'Линия', numbers: [number] });
    await tick(project, ['olga']);
    const cookie = await signedIn('olga');
    const seen = within({ numbers: [number] });
    const explained = (await (await page(`/c/t1/explain?measure=calls&${PERIOD}`, cookie)).json()) as { value: number };
    expect(explained).toMatchObject({ value: seen.size, counted: { total: seen.size } });
    const numbersHtml = await (await page('/c/t1/directory/numbers', cookie)).text();
    for (const { number: own } of directory.numbers) {
      const shown = normalizePhone(own, 'RU') === number;
      expect(numbersHtml.includes(own), own).toBe(shown);
    }
    const people = await (await page('/c/t1/directory/employees', cookie)).text();
    for (const { name } of directory.employees) expect(people, name).not.toContain(name);
    // what tells of everybody
    expect((await page('/c/t1/directory/history', cookie)).status).toBe(403);
  });

  test('the mark means nothing where a role is not of projects, and stays for when it is', async () => {
    await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'finance', onlyProjects: true });
    expect((await listed(await signedIn('olga'))).size).toBe(calls.length);
    await stack.rest('PATCH', '/tenants/t1/users/olga', { role: 'observer' });
    expect((await listed(await signedIn('olga'))).size).toBe(0);
  });
});

describe('outside observers (L-16, L-19, L-20)', () => {
  const letIn = (form: object) => stack.rest<{ id: string }>('POST', '/tenants/t1/outside-observers', form);

  test('see what an observer sees in the company that let them in, and their own, until they are shut out', async () => {
    await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'admin' });
    const cookie = await signedIn('boris', 'bravo.pbx.test');
    expect((await page('/c/t1/journal', cookie)).status).toBe(404);
    const { id } = await letIn({ login: 'Boris', domain: 'BRAVO.pbx.test' });
    expect((await listed(cookie)).size).toBe(calls.length);
    // an observer's rights, not those at home
    for (const path of ['people', 'settings', 'settings/audit']) expect((await page(`/c/t1/${path}`, cookie)).status, path).toBe(403);
    expect((await page('/c/t2/people', cookie)).status).toBe(200);
    const html = await (await page('/c/t1', cookie)).text();
    expect(html).toContain('Сторонний наблюдатель');
    const observers = await stack.rest<{ data: { id: string; login: string; domain: string; company: string; givenBy: string }[] }>(
      'GET',
      '/tenants/t1/outside-observers',
    );
    expect(observers.data).toMatchObject([{ id, login: 'boris', domain: 'bravo.pbx.test', onlyProjects: false }]);
    expect((await stack.fetch(`/api/v1/tenants/t2/outside-observers/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await stack.fetch(`/api/v1/tenants/t1/outside-observers/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await page('/c/t1/journal', cookie)).status).toBe(404);
    expect((await page('/c/t2', cookie)).status).toBe(200);
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/tenants/t1/audit');
    expect(data.filter((line) => line.subject === 'boris@bravo.pbx.test').map((line) => line.act)).toEqual([
      'person.shut-out',
      'person.let-in',
    ]);
  });

  test('with projects alone, as far as these reach', async () => {
    await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'employee' });
    const cookie = await signedIn('boris', 'bravo.pbx.test');
    const { id } = await letIn({ login: 'boris', domain: 'bravo.pbx.test', onlyProjects: true });
    expect(await listed(cookie)).toEqual(new Set());
    const [number = ''] = numbersCalled();
    const project = await made({ name: 'Линия', numbers: [number] });
    expect((await tick(project, [], [id])).status).toBe(204);
    expect(await listed(cookie)).toEqual(within({ numbers: [number] }));
    expect((await projects())[0]?.outside).toEqual([id]);
    // shut out, they are in no project either: let in again they begin at nothing
    await stack.rest('DELETE', `/tenants/t1/outside-observers/${id}`);
    expect((await projects())[0]?.outside).toEqual([]);
    await letIn({ login: 'boris', domain: 'bravo.pbx.test', onlyProjects: true });
    expect(await listed(cookie)).toEqual(new Set());
    await stack.rest('DELETE', `/tenants/t1/outside-observers/${id}`);
  });

  test('one who is blocked at home, or lacks the second factor that observers must have, sees nothing', async () => {
    await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'observer' });
    const cookie = await signedIn('boris', 'bravo.pbx.test');
    const { id } = await letIn({ login: 'boris', domain: 'bravo.pbx.test' });
    const admin = await signedIn('admin');
    const rules = (roles: string[]) =>
      fetch(`${stack.portal}/c/t1/people?/rules`, {
        method: 'POST',
        headers: { origin: stack.portal, cookie: admin, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(roles.map((role): [string, string] => ['roles', role])).toString(),
      });
    await rules(['observer']);
    expect((await page('/c/t1/journal', cookie)).status).toBe(404);
    const observers = () => stack.rest<{ data: object[] }>('GET', '/tenants/t1/outside-observers');
    expect((await observers()).data).toMatchObject([{ lacksSecondFactor: true }]);
    await rules([]);
    expect((await page('/c/t1/journal', cookie)).status).toBe(200);
    await stack.rest('PATCH', '/tenants/t2/users/boris', { blocked: true });
    expect((await page('/c/t1/journal', cookie)).headers.get('location')).toContain('/sign-in');
    expect((await observers()).data).toMatchObject([{ blocked: true }]);
    // and whoever is deleted at home is gone here
    await stack.rest('DELETE', '/tenants/t2/users/boris');
    expect((await observers()).data).toEqual([]);
    expect((await stack.fetch(`/api/v1/tenants/t1/outside-observers/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('an open live stream ends with the right that it was opened with, and begins again as far as what is left', async () => {
    await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'observer' });
    const cookie = await signedIn('boris', 'bravo.pbx.test');
    const { id } = await letIn({ login: 'boris', domain: 'bravo.pbx.test' });
    const open = async () => {
      const response = await page('/c/t1/events', cookie);
      expect(response.status).toBe(200);
      let ended = false;
      void (async () => {
        for await (const _ of response.body as ReadableStream<Uint8Array>);
        ended = true;
      })();
      return () => ended;
    };
    const whole = await open();
    await letIn({ login: 'boris', domain: 'bravo.pbx.test', onlyProjects: true });
    await until('the stream of the whole company ends', whole, 15_000);
    const part = await open();
    // longer than it looks whether its right stands
    await new Promise((done) => setTimeout(done, 12_000));
    expect(part()).toBe(false);
    await stack.rest('DELETE', `/tenants/t1/outside-observers/${id}`);
    await until('the stream of a part ends', part, 15_000);
    expect((await page('/c/t1/events', cookie)).status).toBe(404);
  });

  test('nobody, and own people, are refused in words, and tries run out', async () => {
    const ask = (form: object) => refusalOf('POST', '/tenants/t1/outside-observers', form);
    expect(await ask({ login: 'admin', domain: 'alfa.pbx.test' })).toEqual([400, expect.stringContaining('one of your own people')]);
    expect(await ask({ login: 'nobody', domain: 'bravo.pbx.test' })).toEqual([400, expect.stringContaining('nobody signs in')]);
    for (let i = 0; i < 20; i++) await ask({ login: `try${i}`, domain: 'bravo.pbx.test' });
    expect((await ask({ login: 'admin', domain: 'bravo.pbx.test' }))[0]).toBe(429);
  });
});
