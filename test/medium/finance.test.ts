import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { checkBooks } from '@callscope/modules/finance/check.ts';
import { pay, reversePayment } from '@callscope/modules/finance/payments.ts';
import { type Candidate, rateCalls } from '@callscope/modules/finance/rating.ts';
import type { RatableCall } from '@callscope/modules/finance/rules-rating.ts';
import { Terms } from '@callscope/modules/finance/terms.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

const EVERY = { operator: true } as OperatorScope;
const ACTOR = { by: 'system' as const, who: 'test', whose: null, address: '' };
const DOMAIN = 'alfa.pbx.test';
const OWN = '74951000101';
const MINUTE = 60_000;
const CONTRACT = '25402-CBT';
/** An hour ago, to the second. */
const BASE = Math.floor(Date.now() / 1_000) * 1_000 - 60 * MINUTE;
/** 1.80 a minute by whole minutes; Novosibirsk's mobiles 0.90 by seconds, of which ten minutes a month are included. */
const TARIFF = {
  ...{ name: 'Базовый', vatPercent: 20, vatIncluded: true, onNetFree: true, packages: [{ name: 'Мобильные', minutes: 10 }] },
  lines: [
    { prefix: '7', name: 'Россия', price: '1.8' },
    { prefix: '7913', name: 'Мобильные', price: '0.9', stepSeconds: 1, package: 'Мобильные' },
    { direction: 'in', prefix: '', name: '8-800', price: '2.4', stepSeconds: 1 },
  ],
};
const begins = new Date(BASE - 48 * 60 * MINUTE).toISOString().slice(0, 10);

interface Charge {
  revision: number;
  outcome: string;
  billedSeconds: number;
  amount: number;
  moved: number;
  entry: string | null;
  line: { prefix: string; price: string; version: number } | null;
}
let stack: Stack;
let db: Postgres<PostgresSchema>;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, domain] of [
    ['t1', DOMAIN],
    ['t2', 'bravo.pbx.test'],
    ['books', 'books.pbx.test'],
  ] as const) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain });
    await stack.rest('PUT', `/tenants/${id}/directory`, {
      numbers: id === 'books' ? [] : [{ number: id === 't1' ? OWN : '74952000202', label: 'Главный' }],
      employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
    });
  }
  db = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error' }));
});
afterAll(async () => {
  await db?.close();
  await stack?.end();
});

const balance = async (tenant: string, at?: string) => {
  const query = at === undefined ? '' : `?at=${at}`;
  const { data } = await stack.rest<{ data: { contract: string; balance: number }[] }>('GET', `/tenants/${tenant}/balance${query}`);
  return data.find((b) => b.contract === CONTRACT)?.balance;
};
/** Also of a call that is not there yet. */
const chargesOf = async (call: string) => {
  const response = await stack.fetch(`/api/v1/tenants/t1/calls/${call}/charges`);
  return response.status === 404 ? [] : ((await response.json()) as { data: Charge[] }).data;
};
/** The edge's own word that a call is over. */
const ended = ({ id, tenant, direction, from, to, startedAt, wait, talk, domain }: MadeCall) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'E_PBX_CALL',
    params: {
      ...{ callid: id, tenant, state: 'ended', direction, src: from, dst: to, did: '', code: 200, who: `${to}@${domain}` },
      ...{ ts: startedAt / 1_000 + wait + talk, ts_us: 0 },
    },
  });
const answers = async (method: string, path: string, body: unknown) => {
  const response = await stack.fetch(`/api/v1${path}`, {
    ...{ method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
let made = 0;
const outgoing = (to: string, talk: number, more: Partial<MadeCall> = {}): MadeCall => ({
  ...{ id: `paid-${made++}`, tenant: 't1', domain: DOMAIN, direction: 'out', from: '101', to, startedAt: BASE + made * 1_000 },
  ...{ wait: 5, talk, legs: [{ target: to, after: 1, code: 200 }] },
  ...more,
});
const send = (...calls: MadeCall[]) =>
  sendTcp(
    stack.ports.events,
    calls.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );

describe('calls of a company through the running system', () => {
  const early = outgoing('79161234567', 61);
  test('without a contract a call costs nothing; with one it is found and charged, and says by what', async () => {
    await send(early);
    await until('the call is there', async () => (await stack.fetch(`/api/v1/tenants/t1/calls/${early.id}`)).status === 200);
    expect(await chargesOf(early.id)).toEqual([]);
    expect(await stack.rest('PUT', '/ops/tariffs/base', TARIFF)).toEqual({ version: 1 });
    expect(await stack.rest('PUT', '/ops/tariffs/base', TARIFF)).toEqual({ version: 1 });
    await stack.rest('PUT', `/tenants/t1/contracts/${CONTRACT}`, { beginsOn: begins, tariffs: [{ tariff: 'base', fromOn: begins }] });
    await until('it is charged', async () => (await chargesOf(early.id)).length === 1);
    expect(await chargesOf(early.id)).toMatchObject([
      { outcome: 'charged', billedSeconds: 120, amount: 360, moved: 360, line: { prefix: '7', price: '1.8', version: 1 } },
    ]);
    expect(await balance('t1')).toBe(-360);
  });

  test('a new call is charged as it ends, a longer and a shorter revision by the difference, repeated news by nothing', async () => {
    for (const [first, told, then, amount] of [
      [50, 180, 130, 540],
      [130, 540, 10, 180],
    ] as const) {
      const before = (await balance('t1')) as number;
      const call = outgoing('79161234568', first);
      // the edge says that it ended, and later in its accounting how long people talked
      await sendTcp(stack.ports.events, [...callBegins(call), ended(call)]);
      await until('it is charged', async () => (await chargesOf(call.id))[0]?.amount === told);
      expect(await balance('t1')).toBe(before - told);
      await sendTcp(stack.ports.events, callEnds({ ...call, talk: then }));
      await until('the difference is charged', async () => (await chargesOf(call.id))[0]?.amount === amount);
      expect(await balance('t1')).toBe(before - amount);
      const charges = await chargesOf(call.id);
      expect(charges.map((c) => c.moved)).toEqual([amount - told, told]);
      const other = outgoing('79161234569', 1);
      await send({ ...call, talk: then }, other);
      await until('what came after it is charged', async () => (await chargesOf(other.id)).length === 1);
      expect(await chargesOf(call.id)).toEqual(charges);
    }
  });

  test('calls inside the network, unanswered and internal ones cost nothing; toll-free ones are charged by who calls', async () => {
    const [onNet, failed, tollFree] = [
      outgoing('74952000202', 100),
      outgoing('79161234567', 0, { code: 486, legs: [{ target: '79161234567', after: 1, code: 486 }] }),
      outgoing('78001000101', 30, { direction: 'in', from: '79139990000', legs: [{ target: '101', after: 1, code: 200 }] }),
    ];
    const before = (await balance('t1')) as number;
    await send(onNet, failed, tollFree);
    await until('the last is charged', async () => (await chargesOf(tollFree.id)).length === 1 && (await chargesOf(onNet.id)).length === 1);
    expect(await chargesOf(onNet.id)).toMatchObject([{ outcome: 'free', why: 'onNet', amount: 0, entry: null }]);
    expect(await chargesOf(failed.id)).toEqual([]);
    expect(await balance('t1')).toBe(before - 120);
  });

  test('a call that no line has is named, is trouble of the operator, and is charged once a line has it', async () => {
    const call = outgoing('442071234567', 60);
    await send(call);
    const unrated = async () =>
      (await stack.rest<{ data: { call: string; why: string; number: string }[] }>('GET', '/ops/unrated-calls')).data;
    await until('it is named', async () => (await unrated()).length === 1);
    expect(await unrated()).toMatchObject([{ call: call.id, why: 'noLine', number: '442071234567' }]);
    const troubles = async () => (await stack.rest<{ troubles: { kind: string; what: string }[] }>('GET', '/ops/health')).troubles;
    await until('the operator sees it', async () => (await troubles()).some((t) => t.kind === 'calls_unrated'), 60_000);
    const lines = [...TARIFF.lines, { prefix: '44', name: 'Великобритания', price: '12.5' }];
    expect(await stack.rest('PUT', '/ops/tariffs/base', { ...TARIFF, lines })).toEqual({ version: 2 });
    await until('it is charged', async () => (await chargesOf(call.id)).length === 1);
    expect(await chargesOf(call.id)).toMatchObject([{ amount: 1_250, line: { prefix: '44', version: 2 } }]);
    expect(await unrated()).toEqual([]);
  });

  test('charges by day and service, and the movements, are the balance; a moment of the past has its own', async () => {
    const period = `from=${new Date(BASE - MINUTE).toISOString()}&to=${new Date(BASE + 60 * MINUTE).toISOString()}`;
    const { data } = await stack.rest<{ data: { service: string; amount: number }[] }>('GET', `/tenants/t1/charges?${period}`);
    const sum = (rows: { amount: number }[]) => rows.reduce((all, row) => all + row.amount, 0);
    const now = (await balance('t1')) as number;
    expect(-sum(data)).toBe(now);
    expect(new Set(data.map((row) => row.service))).toEqual(new Set(['outgoing', 'tollFree']));
    const movements = await stack.rest<{ data: { amount: number; bookedAt: string }[] }>('GET', '/tenants/t1/movements?limit=500');
    expect(sum(movements.data)).toBe(now);
    const [newest] = movements.data;
    expect(await balance('t1', newest?.bookedAt)).toBe(now - (newest?.amount ?? 0));
    expect(await balance('t1', new Date(BASE).toISOString())).toBe(0);
  });

  test('a payment is booked once, another with its key is refused, and it is taken back once', async () => {
    const path = `/tenants/t1/contracts/${CONTRACT}/payments`;
    const before = (await balance('t1')) as number;
    const paid = await answers('POST', path, { amount: 100_000, key: 'пп-17' });
    expect(paid).toMatchObject({ status: 200, body: { isNew: true } });
    expect(await answers('POST', path, { amount: 100_000, key: 'пп-17' })).toMatchObject({
      body: { entry: paid.body.entry, isNew: false },
    });
    expect((await answers('POST', path, { amount: 100_001, key: 'пп-17' })).status).toBe(409);
    expect((await answers('POST', '/tenants/t1/contracts/none/payments', { amount: 1, key: 'x' })).status).toBe(404);
    expect(await balance('t1')).toBe(before + 100_000);
    const reversal = `/tenants/t1/payments/${paid.body.entry}/reversal`;
    const taken = await answers('POST', reversal, { note: 'ошибка' });
    expect(await answers('POST', reversal, { note: 'ещё раз' })).toMatchObject({ body: { entry: taken.body.entry, isNew: false } });
    // a reversal is no payment
    expect((await answers('POST', `/tenants/t1/payments/${taken.body.entry}/reversal`, { note: 'x' })).status).toBe(404);
    expect(await balance('t1')).toBe(before);
  });

  test('a contract is refused whose tariff is not there, or that would be a second main one', async () => {
    const put = async (body: object) => (await answers('PUT', '/tenants/t1/contracts/2', { beginsOn: begins, ...body })).status;
    expect(await put({ isMain: false, tariffs: [{ tariff: 'none', fromOn: begins }] })).toBe(409);
    expect(await put({})).toBe(409);
    expect((await answers('PUT', '/tenants/nobody/contracts/2', { beginsOn: begins })).status).toBe(404);
  });
});

describe('what a call cost, where people look', () => {
  const period = `from=${new Date(BASE - MINUTE).toISOString()}&to=${new Date(BASE + 60 * MINUTE).toISOString()}`;
  interface Costed {
    id: string;
    cost?: { amount: number; currency: string } | null;
  }
  const listed = async (token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await stack.fetch(`/api/v1/tenants/t1/calls?${period}&limit=100`, { headers });
    return ((await response.json()) as { data: Costed[] }).data;
  };
  /** Of what each call was charged last, kopecks; null: not charged. */
  const charged = async () =>
    new Map(await Promise.all((await listed()).map(async ({ id }) => [id, (await chargesOf(id))[0]?.amount ?? null] as const)));
  const fileOf = async (who: Visitor) => {
    const response = await who.ask(`/c/t1/journal/file?${period}&format=csv`);
    return readCsv(Buffer.from(await response.arrayBuffer())).rows.map(({ cells }) => cells);
  };
  const visitor = async (login: string, role: string) => {
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role });
    const who = new Visitor(stack.portal);
    expect((await who.signIn(login)).status).toBe(303);
    const columns = await fetch(`${stack.portal}/c/t1/journal/columns`, {
      ...{ method: 'PUT', body: JSON.stringify({ columns: ['callId', 'cost'] }) },
      headers: {
        ...{ 'content-type': 'application/json', origin: stack.portal },
        cookie: [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    expect(columns.status).toBe(204);
    return who;
  };

  test('each call of a list says what it was charged last: revised, free, by who calls, and not at all', async () => {
    const truth = await charged();
    await until('the store has them', async () =>
      (await listed()).every(
        ({ id, cost }) => (cost?.amount ?? null) === truth.get(id) && (cost ?? { currency: 'RUB' }).currency === 'RUB',
      ),
    );
    expect(new Set(truth.values())).toEqual(new Set([360, 540, 180, 0, 120, 1_250, null]));
    const [one] = await listed();
    expect(await stack.rest('GET', `/tenants/t1/calls/${one?.id}`)).toMatchObject({ cost: one?.cost });
  });

  test('only who may know what calls cost is told: by REST, in its file, in the journal and its file', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reader', scopes: ['calls:read'] });
    const calls = await listed(token);
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter((call) => 'cost' in call)).toEqual([]);
    const headsBy = async (headers: Record<string, string>) =>
      (await (await stack.fetch(`/api/v1/tenants/t1/calls?${period}&format=csv`, { headers })).text()).split('\r\n')[0];
    expect(await headsBy({ authorization: `Bearer ${token}` })).not.toContain('Стоимость');
    expect(await headsBy({})).toContain('Стоимость, ₽');

    const truth = await charged();
    const [head, ...rows] = await fileOf(await visitor('accountant', 'finance'));
    expect(head).toEqual(['Call-ID', 'Стоимость, ₽']);
    const roubles = (kopecks: number | null | undefined) =>
      typeof kopecks === 'number' ? (kopecks / 100).toFixed(2).replace('.', ',') : '';
    const sum = [...truth.values()].reduce<number>((all, amount) => all + (amount ?? 0), 0);
    expect(rows.slice(0, -1)).toEqual((await listed()).map(({ id }) => [id, roubles(truth.get(id))]));
    expect(rows.at(-1)).toEqual(['Итого', roubles(sum)]);
    expect((await fileOf(await visitor('looks', 'observer')))[0]).toEqual(['Call-ID']);
  });

  test('the card says by which line of the tariff, and says nothing to who may not know', async () => {
    const [dear] = [...(await charged())].filter(([, amount]) => amount === 1_250);
    const card = async (login: string) => {
      const who = new Visitor(stack.portal);
      await who.signIn(login);
      return (await (await who.ask(`/c/t1/calls/${dear?.[0]}`)).text()).replaceAll('\u00a0', ' ');
    };
    expect(await card('accountant')).toContain('12,50 ₽: Великобритания, 1 мин × 12,50 ₽/мин; в том числе НДС 2,08 ₽');
    expect(await card('looks')).not.toContain('Великобритания');
  });
});

describe('the ledger', () => {
  const inDatabase = async <T>(work: (client: pg.Client) => Promise<T>) => {
    const client = new pg.Client({ connectionString: stack.databaseUrl() });
    await client.connect();
    return work(client).finally(() => client.end());
  };
  beforeAll(async () => {
    await stack.rest('PUT', '/ops/tariffs/base', TARIFF);
    await stack.rest('PUT', `/tenants/books/contracts/${CONTRACT}`, { beginsOn: begins, tariffs: [{ tariff: 'base', fromOn: begins }] });
  });

  test('an entry that does not balance, has one line, or reaches into another contract is refused by the database itself', async () => {
    const tried = (lines: string) =>
      inDatabase(async (client) => {
        await client.query('BEGIN');
        await client.query(`INSERT INTO entries (tenant, contract, kind, key)
          SELECT 'books', id, 'payment', 'forged' FROM contracts WHERE tenant = 'books'`);
        await client.query(`INSERT INTO entry_lines (entry, account, tenant, amount)
          SELECT e.id, a.id, a.tenant, v.amount FROM entries e, (VALUES ${lines}) AS v (tenant, kind, amount)
          JOIN accounts a ON a.tenant = v.tenant AND a.kind = v.kind WHERE e.key = 'forged'`);
        await client.query('COMMIT');
      });
    await expect(tried("('books', 'client', 100), ('books', 'money', -99)")).rejects.toThrow('does not balance');
    await expect(tried("('books', 'client', 100)")).rejects.toThrow('does not balance');
    await expect(tried("('books', 'client', 100), ('t1', 'money', -100)")).rejects.toThrow('does not balance');
    await expect(tried("('books', 'client', 100), ('books', 'money', -100)")).resolves.toBeUndefined();
    expect(await balance('books')).toBe(100);
  });

  test('nothing of it is changed or taken away, and no line is added to an entry that is there', async () => {
    for (const table of ['entries', 'entry_lines', 'rated_calls', 'tariff_lines', 'tariff_versions'])
      for (const statement of [`UPDATE ${table} SET ${table === 'entry_lines' ? 'amount = 1' : 'tariff = tariff'}`, `DELETE FROM ${table}`])
        await expect(
          inDatabase((client) => client.query(statement.replace('tariff = tariff', TOUCHED[table] ?? 'tariff = tariff'))),
          statement,
        ).rejects.toThrow('only added to');
    await expect(
      inDatabase((client) =>
        client.query(`INSERT INTO entry_lines (entry, account, tenant, amount)
          SELECT e.id, a.id, 'books', 5 FROM entries e JOIN accounts a ON a.contract = e.contract AND a.kind = 'vat' WHERE e.key = 'forged'`),
      ),
    ).rejects.toThrow('does not balance');
  });
  const TOUCHED: Record<string, string> = { entries: "note = ''", rated_calls: "why = ''" };

  test('whatever is charged, revised, gone, paid and taken back, in any order and at the same time, the books hold and each call costs what it does', async () => {
    const random = randomOf(20_261_128);
    const terms = Array.from({ length: 4 }, () => new Terms());
    const start = BASE * 1_000;
    const truth = new Map<string, RatableCall | null>();
    const news: Candidate[] = [];
    for (let n = 0; n < 150; n++) {
      const id = `call-${n}`;
      for (let revision = 1, last = 1 + random(4); revision <= last; revision++) {
        const [talk, isOut] = [random(300), random(8) > 0];
        const call: RatableCall = {
          ...{ id, revision, direction: isOut ? 'out' : 'in', from: isOut ? '101' : '79130001122', number: isOut ? '' : '78001000101' },
          dialled: isOut ? (['79161112233', '79130001122', '74951000101'][random(3)] as string) : '78001000101',
          ...{ startedAt: start + n * 1_000_000, answeredAt: talk === 0 ? 0 : start + (n + 5) * 1_000_000 },
          endedAt: start + (n + 5 + talk) * 1_000_000,
        };
        truth.set(id, call);
        news.push({ tenant: 'books', id, call });
      }
      // a call that goes is its last news: the store says only how it is
      if (random(6) === 0) truth.set(id, null);
    }
    // the store always says how a call is now, so that older news are older revisions of the same
    const shuffled = [...news, ...news].map((one) => ({ one, at: random(1e9) })).sort((a, b) => a.at - b.at);
    const gone = [...truth].filter(([, call]) => call === null).map(([id]) => ({ tenant: 'books', id, call: null }));
    const batches: Candidate[][] = [];
    while (shuffled.length > 0) batches.push(shuffled.splice(0, 1 + random(40)).map((s) => s.one));
    let payments = 0;
    const worker = async (of: Terms) => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        // of one call a batch has one candidate, as the store gives it
        const unique = [
          ...new Map(batch.toSorted((a, b) => (a.call?.revision ?? 0) - (b.call?.revision ?? 0)).map((c) => [c.id, c])).values(),
        ];
        await rateCalls(db.db, EVERY, of, unique, Date.now());
        const key = `payment-${random(20)}`;
        const amount = 1_000 + Number(key.slice(8));
        const { id, isNew } = await pay(db.db, EVERY, ACTOR, { tenant: 'books', contract: CONTRACT, amount, key, note: '' });
        if (isNew) payments += amount;
        if (random(3) > 0) continue;
        const { isNew: isTaken } = await reversePayment(db.db, EVERY, ACTOR, { tenant: 'books', entry: id, note: 'назад' });
        if (isTaken) payments -= amount;
      }
    };
    await Promise.all(terms.map(worker));
    await Promise.all(terms.map((of) => rateCalls(db.db, EVERY, of, gone, Date.now())));
    expect(await checkBooks(db.db, EVERY, 0)).toEqual([]);

    const { rows } = await inDatabase((client) =>
      client.query<{ call_id: string; amount: string; package: string; package_seconds: number; moved: string }>(
        `SELECT DISTINCT ON (call_id) call_id, amount, package, package_seconds,
           sum(amount_moved) OVER (PARTITION BY call_id) AS moved FROM rated_calls WHERE tenant = 'books' ORDER BY call_id, revision DESC, part`,
      ),
    );
    const charged = new Map(rows.map((r) => [r.call_id, r]));
    const [given] = (
      await inDatabase((client) =>
        client.query<{ seconds: string }>("SELECT sum(seconds) AS seconds FROM package_use WHERE tenant = 'books'"),
      )
    ).rows;
    let packages = 0;
    for (const [id, call] of truth) {
      const row = charged.get(id);
      packages += row?.package_seconds ?? 0;
      expect(row === undefined ? 0 : Number(row.moved), id).toBe(Number(row?.amount ?? 0));
      const talk = call === null || call.answeredAt === 0 ? 0 : (call.endedAt - call.answeredAt) / 1_000_000;
      if (call === null || talk === 0 || call.dialled === OWN) expect(Number(row?.amount ?? 0), id).toBe(0);
      else if (call.direction === 'in') expect(Number(row?.amount), id).toBe(talk * 4);
      else if (call.dialled.startsWith('7916')) expect(Number(row?.amount), id).toBe(Math.ceil(talk / 60) * 180);
      // a kopeck and a half a second, halves up, of what the package did not pay
      else expect(Number(row?.amount), id).toBe(Math.round((talk - (row?.package_seconds ?? 0)) * 1.5));
    }
    expect(Number(given?.seconds ?? 0)).toBe(packages);
    expect(packages).toBeLessThanOrEqual(600);
    const owed = [...charged.values()].reduce((sum, r) => sum + Number(r.amount), 0);
    expect(await balance('books')).toBe(100 + payments - owed);
  });

  test('a balance that is not the sum of its lines is found', async () => {
    await inDatabase((client) => client.query("UPDATE accounts SET balance = balance + 1 WHERE tenant = 'books' AND kind = 'client'"));
    const [account] = (
      await inDatabase((client) => client.query<{ id: string }>("SELECT id FROM accounts WHERE tenant = 'books' AND kind = 'client'"))
    ).rows;
    expect(await checkBooks(db.db, EVERY, 0)).toEqual([{ invariant: 'balance', what: account?.id }]);
    await inDatabase((client) => client.query("UPDATE accounts SET balance = balance - 1 WHERE tenant = 'books' AND kind = 'client'"));
    expect(await checkBooks(db.db, EVERY, 0)).toEqual([]);
  });
});

/** The same numbers again for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
