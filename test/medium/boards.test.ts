import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall, noonZone } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

const PASSWORD = 'secret-secret';
const DOMAIN = 'alfa.pbx.test';
const [SALES_LINE, STOCK_LINE] = ['73910000122', '73910000133'];
const [CALLER, OTHER] = ['79161112233', '79264445566'];

interface Figures {
  figures: Record<string, number> | null;
  uncalled: { byAge: number[]; oldest: { caller: string; line: string }[] };
  names: { employees: { name: string }[] } | null;
  board: { thresholds: Record<string, { warn: number | null }> };
  isCrowded: boolean;
}

let stack: Stack;
/** address of a board, with everything */
const make = async (form: object, token?: string): Promise<{ id: string; url: string }> => {
  const response = await stack.fetch('/api/v1/tenants/t1/boards', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(form),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; url: string };
};
/** @returns the cookie */
const signedIn = async (login: string): Promise<string> => {
  const sent = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ domain: DOMAIN, login, password: PASSWORD }).toString(),
  });
  return (sent.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
};
const figuresOf = async (url: string) => (await (await fetch(`${url}/figures`)).json()) as Figures;

/** Reads a board's stream until it ends. */
class Follower {
  text = '';
  endedAt: number | null = null;
  readonly #leave = new AbortController();
  /** @param address of the stream, where it is not that of a board */
  constructor(url: string, address = `${url}/events`, headers: Record<string, string> = {}) {
    this.#read(address, headers).catch(() => undefined);
  }
  leave(): void {
    this.#leave.abort();
  }
  async #read(address: string, headers: Record<string, string>): Promise<void> {
    const { body } = await fetch(address, { headers, signal: this.#leave.signal });
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) this.text += decoder.decode(chunk, { stream: true });
    this.endedAt = Date.now();
  }
}

const call = (id: string, from: string, to: string, target: string, more: Partial<MadeCall> = {}): MadeCall => ({
  ...{ id, tenant: 't1', domain: DOMAIN, direction: 'in', from, to, startedAt: Date.now() - 4_000, wait: 60, talk: 0 },
  // no final code yet: it rings
  legs: [{ target, after: 1, code: 200 }],
  ...more,
});

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: DOMAIN, timezone: noonZone() });
  await stack.rest('PUT', '/tenants/t2', { name: 'Bravo', domain: 'bravo.pbx.test' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    groups: [
      { id: 'sales', name: 'Продажи' },
      { id: 'stock', name: 'Склад' },
    ],
    numbers: [
      { number: SALES_LINE, label: 'Главный' },
      { number: STOCK_LINE, label: 'Складской' },
    ],
    employees: [
      { id: 'e101', name: 'Соколова А. П.', group: 'sales', extensions: ['101'] },
      { id: 'e102', name: 'Жуков В. Е.', group: 'stock', extensions: ['102'] },
    ],
  });
  await stack.rest('PUT', '/tenants/t2/directory', { employees: [{ id: 'e101', name: 'Чужой Б. Б.', extensions: ['101'] }] });
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor' });
  const missed = [
    call('missed-sales', CALLER, SALES_LINE, '101', {
      startedAt: Date.now() - 40_000,
      wait: 6,
      legs: [{ target: '101', after: 1, code: 487 }],
    }),
    call('missed-stock', OTHER, STOCK_LINE, '102', {
      startedAt: Date.now() - 30_000,
      wait: 6,
      legs: [{ target: '102', after: 1, code: 487 }],
    }),
  ];
  await sendTcp(
    stack.ports.events,
    missed.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until(
    'missed calls are cases',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/cases?limit=10')).data.length === 2,
  );
});
afterAll(() => stack?.end());

describe('a board on the wall', () => {
  test('shows today and calls in progress to whoever has its address, and no number of a caller but its ending', async () => {
    const { url } = await make({ name: 'Вся компания' });
    const page = await fetch(url);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).toContain('data-theme="dark"');
    expect(html).toContain('Соколова А.');
    expect([page.headers.get('referrer-policy'), page.headers.get('cache-control'), page.headers.get('x-robots-tag')]).toEqual([
      'no-referrer',
      'no-store',
      'noindex',
    ]);
    const read = await figuresOf(url);
    expect(read.uncalled.byAge.reduce((a, b) => a + b)).toBe(2);
    expect(read.uncalled.oldest.map((o) => [o.caller, o.line])).toEqual([
      ['…33', 'Главный'],
      ['…66', 'Складской'],
    ]);
    const follower = new Follower(url);
    await sendTcp(stack.ports.events, callBegins(call('now-1@10.0.0.7', CALLER, SALES_LINE, '101')));
    await until('the call is told', () => follower.text.includes('"employee":"e101"'));
    for (const told of [html, JSON.stringify(read), follower.text]) {
      for (const secret of [CALLER, CALLER.slice(1), OTHER.slice(1), 'now-1@10.0.0.7', DOMAIN]) expect(told).not.toContain(secret);
    }
  });

  test('its figures are those of the reports and of the missed calls', async () => {
    const { url } = await make({ name: 'Те же цифры' });
    const { figures, uncalled } = await figuresOf(url);
    const hour = (from: number) => new Date(Date.now() + from * 3_600_000).toISOString();
    const report = await stack.rest<{ totals: Record<string, number> }>(
      'GET',
      `/tenants/t1/reports/summary?from=${hour(-1)}&to=${hour(1)}`,
    );
    expect(figures).toMatchObject({ in: report.totals.in, inMissed: report.totals.inMissed });
    expect(figures?.inMissed).toBe(2);
    const service = await stack.rest<typeof report>('GET', `/tenants/t1/reports/service-level?from=${hour(-1)}&to=${hour(1)}`);
    expect([figures?.serviceLevel, figures?.offered]).toEqual([service.totals.serviceLevel, service.totals.offered]);
    expect(figures?.serviceLevel).toBe(0);
    const { data } = await stack.rest<{ data: { status: string }[] }>('GET', '/tenants/t1/cases?limit=10');
    expect(uncalled.byAge).toEqual([data.filter((c) => ['open', 'working'].includes(c.status)).length, 0, 0]);
  });

  test('of one group: nothing of another group, nor of another company', async () => {
    const { url } = await make({ name: 'Продажи', groups: ['sales'], numbers: 'whole' });
    const follower = new Follower(url);
    await until('the stream has begun', () => follower.text.includes('event: snapshot'));
    await sendTcp(stack.ports.events, [
      ...callBegins(call('other-group', OTHER, STOCK_LINE, '102')),
      ...callBegins({ ...call('other-company', OTHER, '74950000000', '101'), tenant: 't2', domain: 'bravo.pbx.test' }),
      ...callBegins(call('own-group', CALLER, SALES_LINE, '101', { startedAt: Date.now() - 3_000 })),
    ]);
    await until('the group’s call is told', () => (follower.text.match(/"employee":"e101","state":"ringing"/g) ?? []).length > 0);
    const read = await figuresOf(url);
    expect(read.names?.employees.map((e) => e.name)).toEqual(['Соколова А. П.']);
    expect(read.uncalled.oldest.map((o) => o.caller)).toEqual([CALLER]);
    expect(read.figures?.inMissed).toBe(1);
    const html = await (await fetch(url)).text();
    for (const told of [follower.text, JSON.stringify(read), html])
      for (const foreign of ['e102', 'Жуков', 'Чужой', OTHER]) expect(told).not.toContain(foreign);
  });

  test('is changed while it hangs: colours and groups, and what it has of the directory is not sent again', async () => {
    const { id, url } = await make({ name: 'Перекрасить' });
    const first = (await (await fetch(`${url}/figures`)).json()) as Figures & { directory: string };
    const known = () => fetch(`${url}/figures?known=${encodeURIComponent(first.directory)}`).then((r) => r.json() as Promise<Figures>);
    expect((await known()).names).toBeNull();
    const form = { name: 'Перекрасить', groups: ['stock'], thresholds: { waiting: { warn: 7, alarm: 9 } } };
    await stack.rest('PUT', `/tenants/t1/boards/${id}`, form);
    const changed = await known();
    expect(changed.board.thresholds.waiting).toEqual({ warn: 7, alarm: 9 });
    expect(changed.names?.employees.map((e) => e.name)).toEqual(['Жуков В. Е.']);
    const wrong = (body: object) => stack.rest('PUT', `/tenants/t1/boards/${id}`, { ...form, ...body });
    await expect(wrong({ thresholds: { waiting: { warn: 9, alarm: 7 } } })).rejects.toThrow(/400/);
    await expect(wrong({ groups: ['nobody'] })).rejects.toThrow(/nobody/);
    await expect(wrong({ name: 'вся компания' })).rejects.toThrow(/409/);
  });

  test('that is revoked is dark within ten seconds, and its address is 410; the audit tells of it without the address', async () => {
    const { id, url } = await make({ name: 'На время' });
    const follower = new Follower(url);
    await until('the stream has begun', () => follower.text.includes('event: snapshot'));
    const revokedAt = Date.now();
    await stack.rest('DELETE', `/tenants/t1/boards/${id}`);
    for (const path of ['', '/figures', '/events']) expect((await fetch(`${url}${path}`)).status, path).toBe(410);
    await until('the stream has ended', () => follower.endedAt !== null);
    expect((follower.endedAt ?? 0) - revokedAt).toBeLessThan(10_000);
    for (const nothing of ['A'.repeat(43), '%00', 'x'.repeat(200)])
      expect((await fetch(`${stack.portal}/wall/${nothing}`)).status, nothing).toBe(410);
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/tenants/t1/audit?limit=200');
    expect(data.filter((a) => a.subject === 'На время').map((a) => a.act)).toEqual(['board.revoke', 'board.add']);
    expect(data.map((a) => a.act)).toContain('board.change');
    const token = url.split('/').at(-1) as string;
    expect(JSON.stringify(data)).not.toContain(token);
    expect(stack.log()).not.toContain(token);
  });

  test('is dark as well when its maker may make none any more, or only of a part', async () => {
    const cookie = await signedIn('olga');
    const made = await fetch(`${stack.portal}/c/t1/live/boards?/save`, {
      method: 'POST',
      headers: { cookie, origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ name: 'Ольги', numbers: 'none', theme: 'light' }).toString(),
    });
    const [, token] = /\/wall\/([\w-]{43})/.exec(await made.text()) ?? [];
    const url = `${stack.portal}/wall/${token}`;
    expect((await figuresOf(url)).uncalled.oldest.map((o) => o.caller)).toEqual(['', '']);
    expect(await (await fetch(url)).text()).toContain('data-theme="light"');
    const follower = new Follower(url);
    await until('the stream has begun', () => follower.text.includes('event: snapshot'));
    await stack.rest('PATCH', '/tenants/t1/users/olga', { onlyProjects: true });
    const changedAt = Date.now();
    expect((await fetch(url)).status).toBe(410);
    await until('the stream has ended', () => follower.endedAt !== null);
    expect((follower.endedAt ?? 0) - changedAt).toBeLessThan(10_000);
    await stack.rest('PATCH', '/tenants/t1/users/olga', { onlyProjects: false });
    expect((await fetch(url)).status).toBe(200);
    await stack.rest('PATCH', '/tenants/t1/users/olga', { role: 'observer' });
    expect((await fetch(url)).status).toBe(410);
  });

  test('is on twenty screens at a time; the next one is told so, and has it as soon as one is closed', async () => {
    const { url } = await make({ name: 'Общий адрес' });
    const other = await make({ name: 'Другой адрес' });
    const screens = Array.from({ length: 20 }, () => new Follower(url));
    await until('all of them are followed', () => screens.every((s) => s.text.includes('event: snapshot')));
    const next = await fetch(`${url}/events`);
    expect(next.status).toBe(429);
    expect((await figuresOf(url)).isCrowded).toBe(true);
    // a board has its own twenty
    expect((await figuresOf(other.url)).isCrowded).toBe(false);
    screens[0]?.leave();
    await until('there is room again', async () => !(await figuresOf(url)).isCrowded);
    const last = new Follower(url);
    await until('the next one has it', () => last.text.includes('event: snapshot'));
    for (const screen of [...screens, last]) screen.leave();
  });
});

describe('the wall of whoever signed in', () => {
  const wall = (login: string, query: string) =>
    signedIn(login).then((cookie) => ({ cookie, url: `${stack.portal}/c/t1/live/wall`, query }));
  const figures = async ({ cookie, url, query }: Awaited<ReturnType<typeof wall>>) => {
    const response = await fetch(`${url}/figures?${query}`, { headers: { cookie } });
    return (await response.json()) as Figures;
  };

  test('has the figures of a board of the same groups, calls that nobody has answered among them, with the numbers that its reader may see', async () => {
    await stack.rest('PUT', '/tenants/t1/users/vera', { password: PASSWORD, role: 'supervisor' });
    const own = await wall('vera', 'group=sales');
    const board = await make({ name: 'Для сравнения', groups: ['sales'], numbers: 'whole' });
    const [mine, theirs] = [await figures(own), await figuresOf(board.url)];
    expect(mine.figures).toEqual(theirs.figures);
    expect(mine.figures?.inMissed).toBe(1);
    expect(mine.uncalled).toEqual(theirs.uncalled);
    expect(mine.uncalled.oldest.map((o) => o.caller)).toEqual([CALLER]);
    expect(mine.names?.employees.map((e) => e.name)).toEqual(['Соколова А. П.']);
    const follower = new Follower(own.url, `${own.url}/events?${own.query}`, { cookie: own.cookie });
    // of no group until somebody answers
    await sendTcp(stack.ports.events, [
      ...callBegins(call('wall-other', OTHER, STOCK_LINE, '102')),
      ...callBegins(call('wall-own', CALLER, SALES_LINE, '101', { startedAt: Date.now() - 3_000 })),
    ]);
    await until('the group’s call is told', () => follower.text.includes('"employee":"e101","state":"ringing"'));
    expect(follower.text).not.toContain('e102');
    follower.leave();
    const old = await fetch(`${stack.portal}/c/t1/live?wall=1&group=sales`, { headers: { cookie: own.cookie }, redirect: 'manual' });
    expect([old.status, old.headers.get('location')]).toEqual([308, '/c/t1/live/wall?group=sales']);
  });

  test('names no group beyond its reader’s reach, and is dark when their right is another', async () => {
    await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
    const all = await wall('anna', '');
    expect((await figures(all)).figures?.inMissed).toBe(1);
    const foreign = await figures({ ...all, query: 'group=stock' });
    expect(foreign.figures?.inMissed).toBe(0);
    expect(foreign.names?.employees).toEqual([]);
    expect(foreign.uncalled.oldest).toEqual([]);
    expect((await figures({ ...all, query: 'group=sales' })).figures?.inMissed).toBe(1);
    const follower = new Follower(all.url, `${all.url}/events`, { cookie: all.cookie });
    await until('the stream has begun', () => follower.text.includes('event: snapshot'));
    await stack.rest('PATCH', '/tenants/t1/users/anna', { employee: 'e102' });
    await until('the stream has ended', () => follower.endedAt !== null, 15_000);
  });
});
