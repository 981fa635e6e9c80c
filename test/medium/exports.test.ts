import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { ExportFiles } from '@callscope/portal/exports/archive.ts';
import { removeUnnamed } from '@callscope/portal/exports/sweep.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALONE, END, LARGEST, makeCalls, makeCompanies } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type Stack, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

interface Export {
  id: string;
  title: string;
  state: string;
  place: number | null;
  rows: number;
  ofRows: number | null;
  bytes: number;
  fault: string;
  mayHave: boolean;
  endedAt: string | null;
  expiresAt: string | null;
}
type Line = Omit<Export, 'expiresAt'> & { expiresAt: number | null; letter: string };

const CALLS = 200_000;
const DAY = 86_400_000;
const API = `/tenants/${LARGEST}/exports`;
const PAGES = `/c/${LARGEST}`;
const WEEK = `from=${new Date(END - 7 * DAY).toISOString()}&to=${new Date(END).toISOString()}`;
const YEAR = `from=${new Date(END - 366 * DAY).toISOString()}&to=${new Date(END).toISOString()}`;

let stack: Stack;
let store: ClickHouseClient;
let mail: MailServer;
let anna: Visitor;
let boris: Visitor;

beforeAll(async () => {
  mail = await startMailServer();
  stack = await startStack({ env: { SMTP_URL: mail.url, PORTAL_URL: 'https://portal.test', EXPORTS_KEEP_HOURS: '48' } });
  store = storeOf(stack);
  await makeCompanies(stack, ALONE);
  await makeCalls(store, CALLS, ALONE);
  for (const login of ['anna', 'boris'])
    await stack.rest('PUT', `/tenants/${LARGEST}/users/${login}`, { password: PASSWORD, role: 'supervisor', email: `${login}@alfa.test` });
  anna = await signedIn('anna');
  boris = await signedIn('boris');
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
  await mail?.close();
});

async function signedIn(login: string): Promise<Visitor> {
  const visitor = new Visitor(stack.portal);
  expect((await visitor.signIn(login, PASSWORD, `${LARGEST}.pbx.test`)).status).toBe(303);
  return visitor;
}
const asked = (body: object) => stack.rest<Export>('POST', API, { of: 'calls', format: 'csv', query: WEEK, ...body });
const stateOf = (id: string) => stack.rest<Export>('GET', `${API}/${id}`);
async function done(id: string): Promise<Export> {
  await until(`file ${id} is made`, async () => ['done', 'failed'].includes((await stateOf(id)).state), 60_000);
  return stateOf(id);
}
const bytesOf = async (response: Response) => {
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};
const fileOf = async (id: string) => bytesOf(await stack.fetch(`/api/v1${API}/${id}/file`));

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
async function askedBy(who: Visitor, body: object): Promise<{ status: number; fault: string | null }> {
  const response = await fetch(`${stack.portal}${PAGES}/exports/new`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, origin: stack.portal, cookie: cookieOf(who) },
    body: JSON.stringify({ of: 'journal', format: 'csv', query: WEEK, letter: false, ...body }),
  });
  return { status: response.status, ...((await response.json()) as { fault: string | null }) };
}
const cookieOf = (who: Visitor) => [...who.cookies].map(([n, v]) => `${n}=${v}`).join('; ');
const linesOf = async (who: Visitor) =>
  (await (await who.ask(`${PAGES}/exports/state`, undefined, { accept: 'application/json' })).json()) as Line[];
async function madeFor(who: Visitor, body: object): Promise<Line> {
  expect(await askedBy(who, body)).toEqual({ status: 202, fault: null });
  const { id } = (await linesOf(who))[0] as Line;
  await until('the file is made', async () => (await linesOf(who)).some((one) => one.id === id && one.state === 'done'), 60_000);
  return (await linesOf(who)).find((one) => one.id === id) as Line;
}
const takenBy = (who: Visitor, id: string, accept = '*/*') => who.ask(`${PAGES}/exports/${id}/file`, undefined, { accept });

async function inDatabase<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  try {
    return (await db.query<T>(text, values)).rows;
  } finally {
    await db.end();
  }
}
const OBJECTS = () => join(stack.dataDir, 'objects');
/** All that there is of made files: whole ones, and halves. */
function lying(): string[] {
  const of = (dir: string) => (existsSync(dir) ? readdirSync(dir, { recursive: true, withFileTypes: true }) : []);
  return [...of(join(OBJECTS(), '_exports')), ...of(join(OBJECTS(), '.parts'))].filter((one) => one.isFile()).map(({ name }) => name);
}
const auditOf = () =>
  inDatabase<{ who: string; subject: string }>(`SELECT who, subject FROM audit WHERE act = 'calls.export' ORDER BY id DESC LIMIT 1`);

describe('a file that is made in the background', () => {
  test.each(['csv', 'json'])('is byte by byte what the direct download gives, as %s', async (format) => {
    const direct = (path: string) => anna.ask(`${PAGES}/${path}&format=${format}`).then(bytesOf);
    const { id, rows, bytes } = await madeFor(anna, { format });
    const file = await takenBy(anna, id).then(bytesOf);
    expect(file.equals(await direct(`journal/file?${WEEK}`))).toBe(true);
    expect(rows).toBeGreaterThan(1_000);
    expect(bytes).toBe(file.length);
    const block = await madeFor(anna, { format, of: 'block', report: 'by-group' });
    expect((await takenBy(anna, block.id).then(bytesOf)).equals(await direct(`statistics/file/by-group?${WEEK}`))).toBe(true);
    const missed = await madeFor(anna, { format, of: 'details', query: `show=missed&${WEEK}` });
    expect((await takenBy(anna, missed.id).then(bytesOf)).equals(await direct(`details/file?show=missed&${WEEK}`))).toBe(true);
    const cases = await madeFor(anna, { format, of: 'missed', query: `show=all&${WEEK}` });
    expect((await takenBy(anna, cases.id).then(bytesOf)).equals(await direct(`missed/file?show=all&${WEEK}`))).toBe(true);
  });

  test('by REST too, of calls in their order and of a report, whole and in parts', async () => {
    const calls = await done((await asked({ query: `${WEEK}&sort=-talk&direction=in` })).id);
    const whole = await fileOf(calls.id);
    const direct = await stack.fetch(`/api/v1/tenants/${LARGEST}/calls?${WEEK}&sort=-talk&direction=in&format=csv`).then(bytesOf);
    expect(whole.equals(direct)).toBe(true);
    expect(calls).toMatchObject({ state: 'done', rows: calls.ofRows, bytes: whole.length });
    expect(Date.parse(calls.expiresAt ?? '') - Date.parse(calls.endedAt ?? '')).toBe(48 * 3_600_000);
    const part = await stack.fetch(`/api/v1${API}/${calls.id}/file`, { headers: { range: 'bytes=1000-1999' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${whole.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1_000, 2_000))).toBe(true);
    const report = await done((await asked({ of: 'report', report: 'by-group' })).id);
    expect(
      (await fileOf(report.id)).equals(await stack.fetch(`/api/v1/tenants/${LARGEST}/reports/by-group?${WEEK}&format=csv`).then(bytesOf)),
    ).toBe(true);
  });

  test('tells how far it is while it is made', async () => {
    const { id } = await asked({ query: YEAR, format: 'xlsx' });
    const seen: Export[] = [];
    await until(
      'it is made',
      async () => {
        seen.push(await stateOf(id));
        return seen.at(-1)?.state === 'done';
      },
      120_000,
    );
    const rows = seen.map((one) => one.rows);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    const between = seen.filter(({ state, rows: n }) => state === 'running' && n > 0 && n < CALLS);
    expect(new Set(between.map((one) => one.rows)).size).toBeGreaterThan(1);
    expect(between.every((one) => one.ofRows === CALLS)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ rows: CALLS, ofRows: CALLS });
  });

  test('that is cancelled ends, and nothing of it is left; deleted it is gone from the list', async () => {
    const before = lying().length;
    const { id } = await asked({ query: YEAR, format: 'xlsx' });
    await until('its middle', async () => (await stateOf(id)).rows > 0);
    expect(lying().length).toBe(before + 1);
    await stack.rest('DELETE', `${API}/${id}`);
    expect((await stateOf(id)).state).toBe('cancelled');
    await until('nothing is left', () => lying().length === before);
    expect((await stack.fetch(`/api/v1${API}/${id}/file`)).status).toBe(409);
    await stack.rest('DELETE', `${API}/${id}`);
    expect((await stack.fetch(`/api/v1${API}/${id}`)).status).toBe(404);
  });

  // killed it is taken for dead and made again; stopped it is given back
  test.each([
    ['SIGKILL', 2],
    ['SIGTERM', 1],
  ] as const)('is finished once and mailed once when the portal gets %s in its middle', async (signal, tries) => {
    const before = lying().length;
    expect(await askedBy(anna, { query: YEAR, format: 'xlsx', letter: true })).toEqual({ status: 202, fault: null });
    const { id } = (await linesOf(anna))[0] as Line;
    await until('its middle', async () => ((await linesOf(anna))[0]?.rows ?? 0) > 0);
    const died = stack.pidOf('portal');
    process.kill(died, signal);
    await until(
      'the portal is back',
      async () => (await fetch(`${stack.portal}/healthz`).catch(() => null))?.status === 200 && stack.pidOf('portal') !== died,
      60_000,
    );
    await until('the file is made', async () => (await linesOf(anna)).find((one) => one.id === id)?.state === 'done', 120_000);
    const told = () => mail.letters.filter(({ text }) => text.includes(`/exports/${id}/file`));
    await until('its letter came', () => told().length > 0);
    expect(told()[0]?.subject).toMatch(/^Файл готов: Звонки, /);
    // of the first try nothing is left
    expect(lying().length).toBe(before + 1);
    expect(await inDatabase('SELECT tries, rows FROM exports WHERE id = $1', [id])).toEqual([{ tries, rows: String(CALLS) }]);
    const file = await takenBy(anna, id).then(bytesOf);
    expect(file.subarray(0, 2).toString()).toBe('PK');
    await until('it is told', async () => (await linesOf(anna)).find((one) => one.id === id)?.letter === 'sent');
    // a round of the work goes by, and another letter does not come
    await done((await asked({})).id);
    await new Promise((wait) => setTimeout(wait, 6_000));
    expect(told().map(({ to }) => to)).toEqual([['anna@alfa.test']]);
  });

  test('is sealed where the recordings of the company are, and read back whole and in parts', async () => {
    const sealed = (on: boolean) => stack.rest('PUT', `/tenants/${LARGEST}/recordings/sealing`, { on });
    await sealed(true);
    const { id } = await done((await asked({})).id);
    await sealed(false);
    const plain = await stack.fetch(`/api/v1/tenants/${LARGEST}/calls?${WEEK}&format=csv`).then(bytesOf);
    expect((await fileOf(id)).equals(plain)).toBe(true);
    const part = await stack.fetch(`/api/v1${API}/${id}/file`, { headers: { range: 'bytes=70000-70099' } });
    expect(Buffer.from(await part.arrayBuffer()).equals(plain.subarray(70_000, 70_100))).toBe(true);
    const [row] = await inDatabase<{ object: string }>('SELECT object FROM exports WHERE id = $1', [id]);
    expect(row?.object).toMatch(/\.csv\.sealed$/);
    const stored = readFileSync(join(OBJECTS(), row?.object ?? ''));
    expect(stored.subarray(0, 4).toString()).toBe('CSE1');
    expect(stored.includes(plain.subarray(0, 40))).toBe(false);
  });
});

describe('who has it', () => {
  test('whoever asked, and nobody else, whatever they may', async () => {
    const { id } = await madeFor(anna, {});
    expect((await linesOf(boris)).some((one) => one.id === id)).toBe(false);
    expect((await takenBy(boris, id)).status).toBe(404);
    expect((await stack.fetch(`/api/v1${API}/${id}/file`)).status).toBe(404);
    expect((await stack.fetch(`/api/v1${API}/${id}`, { method: 'DELETE' })).status).toBe(404);
    const dropped = await boris.ask(`${PAGES}/exports?/drop`, { id });
    expect(dropped.status).toBe(404);
    // another company's own file is none of this one
    await stack.rest('PUT', '/tenants/other', { name: 'Бета', domain: 'beta.pbx.test', timezone: 'Europe/Moscow' });
    expect((await stack.fetch(`/api/v1/tenants/other/exports/${(await asked({})).id}`)).status).toBe(404);
    expect((await takenBy(anna, id)).status).toBe(200);
  });

  test('each time that calls leave is written down, figures are not', async () => {
    const calls = await madeFor(boris, {});
    expect((await takenBy(boris, calls.id)).status).toBe(200);
    expect(await auditOf()).toEqual([{ who: 'boris', subject: 'csv' }]);
    const [before] = await inDatabase<{ n: string }>(`SELECT count(*) AS n FROM audit WHERE act = 'calls.export'`);
    const figures = await madeFor(boris, { of: 'block', report: 'by-group' });
    expect((await takenBy(boris, figures.id)).status).toBe(200);
    expect(await inDatabase(`SELECT count(*) AS n FROM audit WHERE act = 'calls.export'`)).toEqual([before]);
  });

  test('rights that were narrowed since refuse it in words, and a new one has what is left', async () => {
    await stack.rest('PUT', `/tenants/${LARGEST}/users/clara`, { password: PASSWORD, role: 'supervisor' });
    let clara = await signedIn('clara');
    const { id } = await madeFor(clara, {});
    await stack.rest('PUT', `/tenants/${LARGEST}/users/clara`, { password: PASSWORD, role: 'supervisor', onlyProjects: true });
    clara = await signedIn('clara');
    const refused = await takenBy(clara, id);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('narrowed')]);
    const led = await takenBy(clara, id, 'text/html');
    expect([led.status, led.headers.get('location')]).toEqual([303, `${PAGES}/exports?refused=narrowed`]);
    expect(await (await clara.ask(`${PAGES}/exports?refused=narrowed`)).text()).toContain('Ваши права с тех пор сузили');
    expect((await linesOf(clara)).find((one) => one.id === id)?.mayHave).toBe(false);
    expect((await madeFor(clara, {})).rows).toBe(0);
  });

  test('it is kept for its time, and then nothing is left of it', async () => {
    const { id } = await madeFor(anna, {});
    const [row] = await inDatabase<{ object: string }>('SELECT object FROM exports WHERE id = $1', [id]);
    const objects = connectObjects(pathToFileURL(OBJECTS()).href);
    expect(await objects.size(row?.object ?? '')).toBeGreaterThan(0);
    await inDatabase(`UPDATE exports SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
    await until('the row is gone', async () => (await inDatabase('SELECT id FROM exports WHERE id = $1', [id])).length === 0);
    expect(await objects.size(row?.object ?? '')).toBeNull();
    expect((await takenBy(anna, id)).status).toBe(404);
    const led = await takenBy(anna, id, 'text/html');
    expect(led.headers.get('location')).toBe(`${PAGES}/exports?refused=gone`);
  });
});

test('objects that no file names go, those of files stay', async () => {
  const { id } = await madeFor(anna, {});
  const objects = connectObjects(pathToFileURL(OBJECTS()).href);
  await objects.write(`_exports/${LARGEST}/999999-1.csv`, Readable.from([Buffer.from('left of something')]));
  const log = createLog('test', { level: 'error' });
  const postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  try {
    const scope = operatorScope(ownService('test'), 'companies:read') as OperatorScope;
    const files = new ExportFiles(objects, new CompanyKeys(postgres.db, ''), 1);
    // one may be just being written
    await removeUnnamed({ db: postgres.db, exports: files, log }, scope);
    expect(lying()).toContain('999999-1.csv');
    await removeUnnamed({ db: postgres.db, exports: files, log }, scope, Date.now() + 2 * 3_600_000);
    expect(lying()).not.toContain('999999-1.csv');
  } finally {
    await postgres.close();
  }
  expect((await takenBy(anna, id)).status).toBe(200);
});

describe('the line', () => {
  test('of one person one is made at a time, and others do not wait for all of them', async () => {
    const first = await asked({ query: YEAR, format: 'xlsx' });
    const second = await asked({ query: YEAR, format: 'xlsx' });
    await until('the first is begun', async () => (await stateOf(first.id)).state === 'running');
    expect(await stateOf(second.id)).toMatchObject({ state: 'waiting', place: 1 });
    // somebody else's small one is made meanwhile
    await madeFor(boris, {});
    expect((await stateOf(second.id)).state).toBe('waiting');
    await stack.rest('DELETE', `${API}/${first.id}`);
    await until('the second is begun', async () => (await stateOf(second.id)).state === 'running');
    await stack.rest('DELETE', `${API}/${second.id}`);
  });

  test('ten may wait; the eleventh is refused in words, by REST and on the page', async () => {
    const ids: string[] = [];
    const post = async () =>
      stack.fetch(`/api/v1${API}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ of: 'calls', format: 'xlsx', query: YEAR }),
      });
    for (let i = 0; i < 10; i++) ids.push(((await (await post()).json()) as Export).id);
    const refused = await post();
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      429,
      expect.stringContaining('10 of your files'),
    ]);
    for (const id of ids.toReversed()) await stack.rest('DELETE', `${API}/${id}`);
    for (let i = 0; i < 10; i++) expect((await askedBy(boris, { query: YEAR, format: 'xlsx' })).status).toBe(202);
    expect(await askedBy(boris, {})).toEqual({ status: 429, fault: 'many' });
    for (const { id } of await linesOf(boris)) await boris.ask(`${PAGES}/exports?/drop`, { id });
  });

  test('what the store does not take is tried again, and said to be', async () => {
    const [there, aside] = [join(OBJECTS(), '_exports'), join(OBJECTS(), '_aside')];
    renameSync(there, aside);
    writeFileSync(there, 'no folder');
    const { id } = await asked({});
    await until('it was tried', async () => (await stateOf(id)).fault === 'again');
    expect((await stateOf(id)).state).toBe('waiting');
    rmSync(there);
    renameSync(aside, there);
    expect(await done(id)).toMatchObject({ state: 'done', fault: '' });
    expect((await fileOf(id)).length).toBeGreaterThan(1_000);
  });

  test('what has no answer is refused at once, or fails and says why', async () => {
    const status = async (body: object) =>
      (await stack.fetch(`/api/v1${API}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
        .status;
    expect(await status({ of: 'calls', format: 'csv', query: 'direction=sideways' })).toBe(400);
    expect(await status({ of: 'calls', format: 'csv', query: 'limit=5' })).toBe(400);
    expect(await status({ of: 'report', format: 'csv' })).toBe(400);
    expect(await status({ of: 'report', format: 'csv', report: 'nothing' })).toBe(404);
    expect(await askedBy(anna, { query: 'direction=sideways' })).toEqual({ status: 400, fault: 'form' });
    const paper = await done((await asked({ query: YEAR, format: 'pdf' })).id);
    expect(paper).toMatchObject({ state: 'failed', fault: 'pdf' });
  });
});
