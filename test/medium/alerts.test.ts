import { createHmac } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { ALONE } from '@callscope/analytics/catalog/alone.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { serviceLevel } from '@callscope/analytics/reports/service.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { fixedClock } from '@callscope/core/node/clock.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { asTenant, connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { checkDue } from '@callscope/jobs/alerts/check.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import type { AlarmEnd, AlarmWord } from '@callscope/modules/alerts/facts.ts';
import type { Unjudged } from '@callscope/modules/alerts/rules.ts';
import { liveCallsOf } from '@callscope/modules/edge/live-call.ts';
import { noteIncident, type Part } from '@callscope/modules/incidents/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { log } from '../recordings/ffmpeg.ts';
import { companies } from './fixtures.ts';
import { type MadeRow, madeRows, putRows } from './made-rows.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { startTold, type Told, type ToldByRequest } from './told.ts';

interface Alert {
  id: string;
  measure: MeasureId;
  since: string | null;
  why: Unjudged | null;
  value: number | null;
  checkedAt: string | null;
  secret: string | null;
}
interface Alarm {
  from: string;
  to: string | null;
  ended: AlarmEnd | null;
  value: number;
  isTold: boolean;
}
interface Noted {
  id: string;
  word: AlarmWord;
  channel: string;
  state: string;
  fault: string;
}

const MINUTE = 60_000;
let stack: Stack;
let told: Told;
let store: ClickHouseClient;
let postgres: Postgres<PostgresSchema>;
let bus: Bus;
const t1 = companies().t1 as ReturnType<typeof companies>[string];
const OWN = String((t1.directory as { numbers: { number: string }[] }).numbers[0]?.number).replace(/\D/g, '');

beforeAll(async () => {
  told = await startTold();
  stack = await startStack({ env: { SMTP_URL: told.smtpUrl, PORTAL_URL: 'https://portal.test', WEBHOOKS_INSIDE: '1' } });
  await stack.rest('PUT', '/tenants/t1', t1.tenant);
  await stack.rest('PUT', '/tenants/t1/directory', t1.directory);
  store = connectClickhouse(stack.storeUrl(), 'test');
  postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  bus = await connectBus(stack.natsUrl(), 'test', log);
});
afterAll(async () => {
  await bus?.close();
  await store?.close();
  await postgres?.close();
  await stack?.end();
  await told?.close();
});
beforeEach(async () => {
  told.answer = 204;
  for (const { id } of await alerts()) await stack.rest('DELETE', `/tenants/t1/alerts/${id}`);
  told.letters.length = 0;
  told.asked.length = 0;
});

const alerts = async () => (await stack.rest<{ data: Alert[] }>('GET', '/tenants/t1/alerts')).data;
const history = async () => (await stack.rest<{ data: Alarm[] }>('GET', '/tenants/t1/alerts/history')).data;
const noted = async () => (await stack.rest<{ data: Noted[] }>('GET', '/tenants/t1/alerts/log')).data;
const LETTER = { channel: 'email', targets: ['duty@alfa.test'] };
const MANY_MISSED = { name: 'Много пропущенных', measure: 'inMissed', minutes: 15, side: 'above', bound: 5, quietMinutes: 60 };
const NO_CALLS = { name: 'Нет звонков', measure: 'calls', minutes: 30, side: 'below', bound: 1, quietMinutes: 60 };
const added = (given: object) => stack.rest<Alert>('POST', '/tenants/t1/alerts', { ways: [LETTER], ...given });
const only = async () => (await alerts())[0] as Alert;
/** Looked at within seconds, and not only when its minute is over. */
const soon = () =>
  asTenant(postgres.db, 't1', (trx) => trx.updateTable('alerts').set({ next_at: new Date() }).where('tenant', '=', 't1').execute());

let made = 0;
function missed(startedAt: number, more: Partial<MadeRow> = {}): MadeRow {
  const i = made++;
  return {
    ...{ id: `alert-${i}`, direction: 'in', answered: false, missedKind: 'not_taken', caller: `7913000${1000 + i}`, number: OWN },
    ...{ employee: '', group: '', startedAt, ringingAt: startedAt + 1_000, answeredAt: 0, endedAt: startedAt + 20_000 },
    ...more,
  };
}
const several = (count: number, at: number, more: Partial<MadeRow> = {}) =>
  Array.from({ length: count }, (_, i) => missed(at + i * 1_000, more));

describe('an alert of the running system', () => {
  test('six missed calls are told at the next check, once, with the value of the report and the calls behind it', async () => {
    const { secret } = await added({ ...MANY_MISSED, ways: [LETTER, { channel: 'webhook', targets: [told.address] }] });
    await until('it is looked at', async () => (await only()).checkedAt !== null, 30_000);
    expect(await only()).toMatchObject({ since: null, why: null, value: 0 });
    const call = (i: number): MadeCall => ({
      ...{ id: `alerted-${i}`, tenant: 't1', domain: String(t1.tenant.domain), direction: 'in', from: `7916000${1000 + i}`, to: OWN },
      ...{ startedAt: Date.now() - 21_000, wait: 20, talk: 0, code: 487, legs: [{ target: '101', after: 1, code: 487 }] },
    });
    const calls = Array.from({ length: 6 }, (_, i) => call(i));
    await sendTcp(
      stack.ports.events,
      calls.flatMap((one) => [...callBegins(one), ...callEnds(one)]),
    );
    await until('all are stored', async () => {
      const { data } = await stack.rest<{ data: { id: string }[] }>('GET', '/tenants/t1/calls?limit=100');
      return calls.every(({ id }) => data.some((one) => one.id === id));
    });
    await soon();
    await until('both are told', () => told.letters.length === 1 && told.asked.length === 1, 100_000);
    expect(told.letters[0]).toMatchObject({ to: ['duty@alfa.test'], subject: expect.stringContaining('Тревога: Много пропущенных') });
    expect(told.letters[0]?.text).toMatch(/Неотвеченные входящие: 6 за 15\sмин[\s\S]*Порог: больше 5/);
    const { body, headers } = told.asked[0] as ToldByRequest;
    const said = JSON.parse(body) as { value: number; from: string; to: string; url: string };
    expect(said).toMatchObject({ event: 'alert', state: 'begun', value: 6, alert: { measure: 'inMissed', side: 'above', bound: 5 } });
    const signed = createHmac('sha256', String(secret))
      .update(`${String(headers['x-callscope-timestamp'])}.${body}`)
      .digest('hex');
    expect(headers['x-callscope-signature']).toBe(`v1=${signed}`);

    const period = `from=${said.from}&to=${said.to}`;
    const { totals } = await stack.rest<{ totals: Record<string, number> }>('GET', `/tenants/t1/reports/summary?${period}`);
    expect(totals.inMissed).toBe(said.value);
    const link = new URL(said.url);
    expect(link.origin + link.pathname).toBe('https://portal.test/c/t1/journal');
    const listed = await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/t1/calls${link.search}`);
    expect(listed.data.map(({ id }) => id).sort()).toEqual(calls.map(({ id }) => id).sort());

    const { checkedAt } = await only();
    await soon();
    await until('it is looked at again', async () => (await only()).checkedAt !== checkedAt, 30_000);
    expect((await only()).since).not.toBeNull();
    expect([told.letters.length, told.asked.length]).toEqual([1, 1]);
    await until('it stands in the log', async () => (await noted()).every(({ state }) => state === 'sent'));
  });

  test('who looks dies before it is told: it is told once by the next life, and there is one alarm', async () => {
    await added({ ...MANY_MISSED, bound: 8, minutes: 5 });
    await until('it is looked at', async () => (await only()).checkedAt !== null, 30_000);
    // whatever is told is put in line here: who looks comes so far and no farther
    const holding = new pg.Client(stack.databaseUrl());
    await holding.connect();
    try {
      await holding.query('BEGIN');
      await holding.query('LOCK TABLE notices IN SHARE ROW EXCLUSIVE MODE');
      await putRows(store, 't1', several(9, Date.now() - 30_000));
      await soon();
      const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE 'insert into "notices"%'`;
      // asked by another connection: within a transaction the answer stays the same
      await until('who looks has found it and waits to tell it', async () => (await postgres.pool.query(waits)).rows.length > 0, 60_000);
      process.kill(stack.pidOf('jobs'), 'SIGKILL');
    } finally {
      await holding.query('ROLLBACK');
      await holding.end();
    }
    // whose place it takes after a minute, if nothing else; here at once
    await soon();
    await until('it is told', () => told.letters.length > 0, 120_000);
    const { checkedAt } = await only();
    await soon();
    await until('it is looked at again', async () => (await only()).checkedAt !== checkedAt, 60_000);
    expect(told.letters.length).toBe(1);
    expect(await history()).toMatchObject([{ to: null, isTold: true }]);
  });
});

describe('an alert as time goes by', () => {
  const DAY = 1_440 * MINUTE;
  /** midnight of a day to come, UTC: nothing has happened there, and what is added now is due */
  const midnight = (days: number) => (Math.floor(Date.now() / DAY) + days) * DAY;
  const clock = fixedClock(midnight(2));
  let fresh = 0;
  const look = (asked: ClickHouseClient = store) =>
    checkDue({ store: asked, db: postgres.db, bus, clock, log, fresh: () => ({ seconds: fresh }) });
  const after = async (minutes: number, asked?: ClickHouseClient) => {
    clock.set(clock.now() + minutes * MINUTE);
    await look(asked);
    return only();
  };
  // who looks by itself stands still meanwhile: the test looks, by its own clock
  beforeAll(async () => {
    for (const { id } of await alerts()) await stack.rest('DELETE', `/tenants/t1/alerts/${id}`);
    process.kill(stack.pidOf('jobs'), 'SIGSTOP');
  });
  afterAll(() => void process.kill(stack.pidOf('jobs'), 'SIGCONT'));
  // each has hours of its own
  afterEach(() => clock.set(clock.now() + 240 * MINUTE));

  test('told once, not again in the quiet period, and that it is over after two checks that are well', async () => {
    await added(MANY_MISSED);
    expect(await after(1)).toMatchObject({ since: null, why: null, value: 0 });
    await putRows(store, 't1', several(6, clock.now()));
    const began = clock.now() + MINUTE;
    expect(await after(1)).toMatchObject({ since: new Date(began).toISOString(), value: 6 });
    for (let i = 0; i < 14; i++) expect((await after(1)).since).not.toBeNull();
    await until('it is told', () => told.letters.length === 1);
    // the window has left the calls behind
    expect(await after(1)).toMatchObject({ value: 0, since: new Date(began).toISOString() });
    expect((await after(1)).since).toBeNull();
    await until('it is told that it is over', () => told.letters.length === 2);
    expect(told.letters[1]?.subject).toContain('Восстановилось');
    expect(told.letters[1]?.text).toMatch(/Показатель вернулся в норму\.[\s\S]*Длилось: 15\sмин/);

    await putRows(store, 't1', several(7, clock.now()));
    expect((await after(1)).since).not.toBeNull();
    for (let i = 0; i < 17; i++) await after(1);
    expect(await history()).toMatchObject([
      { value: 7, isTold: false, ended: 'fine' },
      { value: 6, isTold: true, ended: 'fine', from: new Date(began).toISOString() },
    ]);
    expect((await noted()).map(({ word }) => word)).toEqual(['over', 'begun']);
  });

  test('a store that is away or stands still, and data that is late, say nothing: not that there are no calls', async () => {
    const away = connectClickhouse('http://127.0.0.1:9/callscope', 'test', 1_000);
    const held: Socket[] = [];
    const still = createServer((socket) => void held.push(socket)).listen(0, '127.0.0.1');
    await new Promise((done) => still.once('listening', done));
    const stalled = connectClickhouse(`http://127.0.0.1:${(still.address() as { port: number }).port}/callscope`, 'test', 1_000);
    try {
      await added(NO_CALLS);
      await putRows(store, 't1', several(1, clock.now()));
      expect(await after(1)).toMatchObject({ why: null, value: 1 });
      // by now there has been none for half an hour
      expect(await after(40, away)).toMatchObject({ why: 'store', value: null, since: null });
      expect(await after(1, stalled)).toMatchObject({ why: 'store', since: null });
      fresh = 300;
      expect(await after(1)).toMatchObject({ why: 'late', since: null });
      fresh = 0;
      expect(await noted()).toEqual([]);
      expect((await after(1)).since).not.toBeNull();
      expect(await noted()).toHaveLength(1);
      // nor does it end what goes on
      await putRows(store, 't1', several(1, clock.now()));
      expect((await after(1)).since).not.toBeNull();
      for (let i = 0; i < 3; i++) expect(await after(1, away)).toMatchObject({ why: 'store', since: expect.any(String) });
      expect((await after(1)).since).not.toBeNull();
      expect((await after(1)).since).toBeNull();
    } finally {
      fresh = 0;
      await Promise.all([away.close(), stalled.close()]);
      for (const socket of held) socket.destroy();
      still.close();
    }
  });

  test('what was not received is no silence: nothing is said of a window with a gap', async () => {
    const EVERY = operatorScope(ownService('test'), 'companies:read') as OperatorScope;
    const part: Part = { kind: 'data_gap', what: 'receivers', tenant: null };
    clock.set(clock.now() + 60 * MINUTE);
    await added(NO_CALLS);
    await added({ ...NO_CALLS, name: 'Пять минут', minutes: 5 });
    await noteIncident(postgres.db, EVERY, part, clock.now() - 25 * MINUTE, clock.now() - 15 * MINUTE);
    await look();
    // the gap is not in the window of the last five minutes
    expect((await alerts()).map(({ why, since }) => [why, since !== null])).toEqual([
      ['gap', false],
      [null, true],
    ]);
  });

  test('a call in progress is one: nobody is told that there are none', async () => {
    const call: MadeCall = {
      ...{ id: 'alert-going', tenant: 't1', domain: String(t1.tenant.domain), direction: 'out', from: '101', to: '79169990000' },
      ...{ startedAt: Date.now(), wait: 3, talk: 600, legs: [{ target: '79169990000', after: 1, code: 200 }] },
    };
    const scope = tenantScope(ownService('test'), 't1', 'calls:read') as TenantScope;
    const wasAt = clock.now();
    try {
      clock.set(Date.now() + 10 * MINUTE);
      await sendTcp(stack.ports.events, callBegins(call));
      await until('it is known to be in progress', async () => (await liveCallsOf(bus, scope)).some(({ id }) => id === call.id));
      await added({ ...NO_CALLS, measure: 'out' });
      expect(await after(0)).toMatchObject({ why: 'going', value: 0, since: null });
      await added({ ...NO_CALLS, name: 'Почти нет', measure: 'out', bound: 2 });
      await look();
      expect((await alerts()).map(({ since }) => since === null)).toEqual([true, false]);
    } finally {
      clock.set(wasAt);
    }
  });

  test('only in working hours: begins when the whole window is within them, and ends with the day', async () => {
    const day = [{ from: '09:00', to: '18:00' }];
    const week = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
    await stack.rest('PUT', '/tenants/t1', { ...t1.tenant, timezone: 'UTC', workingHours: { week } });
    clock.set(midnight(9) + (8 * 60 + 58) * MINUTE);
    await added({ ...NO_CALLS, inHours: true });
    expect(await after(1)).toMatchObject({ why: 'closed', since: null });
    expect(await after(21)).toMatchObject({ why: 'closed', since: null });
    expect(await after(15)).toMatchObject({ why: null, value: 0, since: expect.any(String) });
    clock.set(midnight(9) + (17 * 60 + 59) * MINUTE);
    expect((await after(0)).since).not.toBeNull();
    expect(await after(2)).toMatchObject({ why: 'closed', since: null });
    expect(await history()).toMatchObject([{ ended: 'closed', isTold: true }]);
    await stack.rest('PUT', '/tenants/t1', { ...t1.tenant, workingHours: null });
  });

  test('every figure of a report is the figure of an alert, of the same numbers and groups', async () => {
    await putRows(store, 't1', madeRows(400, clock.now() - 110 * MINUTE, clock.now() - MINUTE, 43));
    for (const narrowing of [{}, { numbers: ['+7 495 100-01-01', '74951000102'] }, { groups: ['sales'] }]) {
      for (const { id } of await alerts()) await stack.rest('DELETE', `/tenants/t1/alerts/${id}`);
      const query = new URLSearchParams({
        ...{ from: new Date(clock.now() - 120 * MINUTE).toISOString(), to: new Date(clock.now()).toISOString() },
        ...(narrowing.numbers && { number: narrowing.numbers.join(',') }),
        ...(narrowing.groups && { group: narrowing.groups.join(',') }),
      });
      for (const report of [summary, serviceLevel]) {
        const { totals } = await stack.rest<{ totals: Record<string, number | null> }>('GET', `/tenants/t1/reports/${report.id}?${query}`);
        const measures = report.measures.filter((measure) => ALONE.includes(measure));
        for (const measure of measures)
          await added({ ...narrowing, name: measure, measure, minutes: 120, side: 'above', bound: 1, least: 1 });
        await look();
        const values = Object.fromEntries((await alerts()).map(({ measure, value }) => [measure, value]));
        expect(values).toEqual(Object.fromEntries(measures.map((measure) => [measure, totals[measure]])));
        for (const { id } of await alerts()) await stack.rest('DELETE', `/tenants/t1/alerts/${id}`);
      }
    }
  });

  test('a recording in which one side cannot be heard is told of', async () => {
    await added({ name: 'Немые записи', measure: 'silentRecordings', minutes: 60, side: 'above', bound: 0 });
    const side = (isSilent: boolean) => ({ isSilent, speechSeconds: isSilent ? 0 : 10 });
    const recording = (call_id: string, left: boolean, right: boolean, at: number) => ({
      ...{ tenant: 't1', call_id, segment: '0123456789abcdef', status: 'ready', reason: '', detail: '', started_at: new Date(at) },
      ...{ seconds: '20', format: 'mp3', object_key: `t1/${call_id}`, bytes: 1, sha256: 'ab', peaks_left: null, peaks_right: null },
      ...{ talk: JSON.stringify({ left: side(left), right: side(right) }), sides_by: 'description' },
    });
    const put = (...rows: ReturnType<typeof recording>[]) =>
      asTenant(postgres.db, 't1', (trx) => trx.insertInto('recordings').values(rows).execute());
    await put(recording('heard', false, false, clock.now()), recording('long-ago', true, false, clock.now() - 90 * MINUTE));
    expect(await after(1)).toMatchObject({ value: 0, since: null });
    await put(recording('one-way', false, true, clock.now()), recording('silent', true, true, clock.now()));
    expect(await after(1)).toMatchObject({ value: 2, since: expect.any(String) });
    const narrowed = { name: 'x', measure: 'silentRecordings', minutes: 60, side: 'above', bound: 0, numbers: [OWN], ways: [LETTER] };
    const refused = await stack.fetch('/api/v1/tenants/t1/alerts', {
      ...{ method: 'POST', body: JSON.stringify(narrowed), headers: { 'content-type': 'application/json' } },
    });
    expect(refused.status).toBe(400);
  });

  test('lost calls and overdue callbacks are told of with the value of the report and a link to their cases', async () => {
    const lost = await added({ name: 'Потерянные', measure: 'lostCases', minutes: 60, side: 'above', bound: 1 });
    const overdue = await added({ name: 'Просроченные', measure: 'overdueCases', minutes: 5, side: 'above', bound: 0 });
    const now = clock.now() + MINUTE;
    const row = (id: string, opened: number, outcome: 'open' | 'calledBack', due: number | null) => {
      const opened_at = new Date(now - opened * MINUTE);
      const closed = outcome === 'open' ? null : new Date(now);
      return {
        ...{
          tenant: 't1',
          id,
          number: `7913${id.length}`,
          own_number: OWN,
          own_numbers: [OWN],
          groups: [],
          opened_at,
          waiting_from: opened_at,
          last_missed_at: opened_at,
        },
        ...{ missed_calls: [id], offered: [], attempts: 0, attempted_by: [], first_attempt_at: null, last_attempt_at: null, outcome },
        ...{ closed_at: closed, closed_call: '', closed_by: '', due_at: due === null ? null : new Date(now + due * MINUTE) },
      };
    };
    const rows = [row('a', 30, 'open', 5), row('bb', 45, 'open', -1), row('ccc', 20, 'calledBack', -5), row('dddd', 61, 'open', -9)];
    const forget = () => asTenant(postgres.db, 't1', (trx) => trx.deleteFrom('cases').execute());
    await forget();
    await asTenant(postgres.db, 't1', (trx) => trx.insertInto('cases').values(rows).execute());
    await after(1);
    const values = Object.fromEntries((await alerts()).map(({ measure, value }) => [measure, value]));
    const totalsOf = async (minutes: number) => {
      const period = `from=${new Date(now - minutes * MINUTE).toISOString()}&to=${new Date(now).toISOString()}`;
      return (await stack.rest<{ totals: Record<string, number> }>('GET', `/tenants/t1/reports/lost?${period}`)).totals;
    };
    expect(values).toEqual({ lostCases: (await totalsOf(60)).remaining, overdueCases: 2 });
    expect(values.lostCases).toBe(2);
    const said = (await noted()).map(({ word }) => word);
    expect(said).toEqual(['begun', 'begun']);
    const texts = () => told.letters.map(({ text }) => text).join('\n');
    await until('both are told', () =>
      /Потерянные: 2[\s\S]*Просроченные перезвоны: 2|Просроченные перезвоны: 2[\s\S]*Потерянные: 2/.test(texts()),
    );
    expect(texts()).toMatch(/\/c\/t1\/missed\?from=\S+&show=remaining/);
    expect(texts()).toMatch(/\/c\/t1\/missed\?from=\S+&show=overdue/);
    await forget();
    for (const { id } of [lost, overdue]) await stack.rest('DELETE', `/tenants/t1/alerts/${id}`);
  });

  test('a trial goes at once; what failed is sent again by hand; a changed alert ends its alarm and keeps its secret', async () => {
    told.answer = 500;
    const webhook = { channel: 'webhook', targets: [told.address] };
    const { id, secret } = await added({ ...NO_CALLS, ways: [webhook] });
    expect(secret).toMatch(/^whsec_/);
    await stack.rest('POST', `/tenants/t1/alerts/${id}/trial`, {});
    await until('it failed', async () => (await noted()).some(({ fault }) => fault === 'answered 500'));
    told.answer = 204;
    const [failed] = await noted();
    await stack.rest('POST', `/tenants/t1/alerts/log/${failed?.id}/again`, {});
    await until('it is told', async () => (await noted()).every(({ state }) => state === 'sent'));
    expect(JSON.parse(told.asked.at(-1)?.body ?? '')).toMatchObject({ event: 'alert', state: 'trial', since: null });

    expect((await after(1)).since).not.toBeNull();
    const changed = await stack.rest<Alert>('PUT', `/tenants/t1/alerts/${id}`, { ...NO_CALLS, minutes: 45, ways: [webhook, LETTER] });
    expect(changed).toMatchObject({ since: null, why: 'new', secret: null });
    expect(await history()).toMatchObject([{ ended: 'changed' }]);
    await until('whoever was told of it is told', async () =>
      (await noted()).some(({ word, state }) => word === 'over' && state === 'sent'),
    );
  });
});

test('what cannot be looked at is refused in words', async () => {
  const refused = async (given: object) => {
    const response = await stack.fetch('/api/v1/tenants/t1/alerts', {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ ways: [LETTER], ...MANY_MISSED, ...given }),
    });
    return [response.status, ((await response.json()) as { errors: { field: string }[] }).errors?.[0]?.field];
  };
  expect(await refused({ measure: 'repeatCalls' })).toEqual([400, 'measure']);
  expect(await refused({ minutes: 4 })).toEqual([400, 'minutes']);
  expect(await refused({ minutes: 1_000, inHours: true })).toEqual([400, 'minutes']);
  expect(await refused({ measure: 'serviceLevel', side: 'below', bound: 80 })).toEqual([400, 'bound']);
  expect(await refused({ side: 'below', bound: 0 })).toEqual([400, 'bound']);
  expect(await refused({ ways: [] })).toEqual([400, 'ways']);
  expect(await refused({ ways: [LETTER, LETTER] })).toEqual([400, 'ways.1.channel']);
  expect(await refused({ ways: [{ channel: 'email', targets: ['nobody'] }] })).toEqual([400, 'ways.0.targets']);
});
