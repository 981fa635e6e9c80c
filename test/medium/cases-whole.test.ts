import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { type CaseCall, casesOf } from '@callscope/modules/cases/rules.ts';
import { listCases } from '@callscope/modules/cases/store.ts';
import { workOut } from '@callscope/modules/cases/work-out.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { back, beginCases, call, cases, db, endCases, missed, send, stack } from './made-cases.ts';
import { until } from './stack.ts';

beforeAll(beginCases);
afterAll(endCases);

test('jobs killed again and again while calls come: no case is lost, none is counted twice', async () => {
  const numbers = Array.from({ length: 120 }, (_, i) => `7950${String(1_000_000 + i)}`);
  const calls = numbers.flatMap((n, i) => [
    missed(n, -14),
    missed(n, -12),
    ...(i % 3 === 0 ? [back(n, -10, true)] : []),
    ...(i % 3 === 1 ? [call(n, -9)] : []),
    ...(i % 2 === 0 ? [missed(n, -5)] : []),
  ]);
  const sending = (async () => {
    for (let i = 0; i < calls.length; i += 12) {
      await send(...calls.slice(i, i + 12));
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  for (let i = 0; i < 4; i++) {
    await new Promise((done) => setTimeout(done, 400));
    try {
      process.kill(stack.pidOf('jobs'), 'SIGKILL');
    } catch {
      // dead already, not yet started again
    }
  }
  await sending;
  const expected = numbers
    .flatMap((n, i): [string, string, number][] => {
      const again: [string, string, number][] = i % 2 === 0 ? [[n, 'open', 1]] : [];
      if (i % 3 === 2) return [[n, 'open', i % 2 === 0 ? 3 : 2]];
      return [[n, i % 3 === 0 ? 'calledBack' : 'gotThrough', 2], ...again];
    })
    .sort();
  const found = async () =>
    (await cases('')).filter((c) => c.from.startsWith('7950')).map((c): [string, string, number] => [c.from, c.status, c.missed]);
  await until('every case is there', async () => JSON.stringify((await found()).sort()) === JSON.stringify(expected), 60_000).catch(
    async () => expect((await found()).sort()).toEqual(expected),
  );
});

test('cases are worked out of the calls again where what was noted of them is gone', async () => {
  const all = async () => (await cases('status=open,calledBack,gotThrough')).map(({ overdue: _, claim: __, ...rest }) => rest);
  const before = await all();
  expect(before.length).toBeGreaterThan(100);
  // as after an old backup: how far it came is not known, cases are missing, and one is there that no call made
  await sql`delete from cases where tenant = 't1' and id < 'case-5'`.execute(db.db);
  await sql`update cases set outcome = 'open', closed_at = null where tenant = 't1' and outcome = 'gotThrough'`.execute(db.db);
  await sql`update cases set missed_calls = array['nowhere'], id = 'nowhere' where tenant = 't1' and id = ${before.at(-1)?.id}`.execute(
    db.db,
  );
  await sql`delete from case_progress`.execute(db.db);
  process.kill(stack.pidOf('jobs'), 'SIGKILL');
  await until('cases are what they were', async () => JSON.stringify(await all()) === JSON.stringify(before), 30_000).catch(async () =>
    expect(await all()).toEqual(before),
  );
  // all companies are through: what comes next is nobody's but the test's
  await until('how far it came is noted', async () => (await sql`select 1 from case_progress`.execute(db.db)).rows.length > 0);
});

test('cases are the same whatever order and however often calls become known', async () => {
  const scope = tenantScope(ownService('test'), 't2', 'calls:read') as TenantScope;
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const now = Date.now();
  for (let round = 0; round < 40; round++) {
    const number = `7960${1_000_000 + round}`;
    const known = new Map<string, CaseCall>();
    const make = (id: string): CaseCall => {
      const startedAt = (now - 3 * 86_400_000 + random(3 * 86_400) * 1_000) * 1_000;
      const decided = startedAt + random(90) * 1_000_000;
      const isOut = random(3) === 0;
      const isAnswered = random(3) === 0;
      return {
        ...{ id, direction: isOut ? 'out' : 'in', from: isOut ? '101' : number, dialled: isOut ? number : '74951000101', number: '' },
        ...{
          employee: isOut ? 'e101' : '',
          group: '',
          offered: [],
          startedAt,
          answeredAt: isAnswered ? decided : 0,
          endedAt: decided + 1_000_000,
        },
      };
    };
    const reader = {
      ofNumbers: async (_: readonly string[], since: number) => [...known.values()].filter((c) => c.startedAt >= since),
      byIds: async () => [],
    };
    for (let step = 0; step < 25; step++) {
      const id = `${number}-${random(15)}`;
      const before = known.get(id);
      if (before && random(4) === 0) known.delete(id);
      else known.set(id, make(id));
      const after = known.get(id);
      const starts = [before, after].flatMap((c) => (c ? [c.startedAt] : []));
      const isMissed = after?.direction === 'in' && after.answeredAt === 0;
      const changed = { numbers: new Map([[number, { since: Math.min(...starts), missed: isMissed }]]), hidden: new Map() };
      for (let times = 0; times < 1 + random(2); times++) await workOut(db.db, scope, changed, reader, now);
      const stored = await listCases(db.db, scope, { caller: [number] }, { limit: 100, order: 'oldest' }, new Date());
      const byWait = stored.toSorted((a, b) => a.waitingFrom.getTime() - b.waitingFrom.getTime());
      expect(
        byWait.map((c) => [c.id, c.outcome, c.missedCalls, c.attempts, c.closedCall]),
        `${number} step ${step}`,
      ).toEqual(casesOf(number, [...known.values()]).map((c) => [c.id, c.outcome, c.missedCalls, c.attempts, c.closedCall]));
    }
  }
});

test('a caller with more cases than a statement has room for keeps all of them', async () => {
  const scope = tenantScope(ownService('test'), 't2', 'calls:read') as TenantScope;
  const [number, now, count] = ['79701112233', Date.now(), 4_000];
  // missed and, five minutes later, got through: each such pair is a case
  const calls = Array.from({ length: 2 * count }, (_, i): CaseCall => {
    const startedAt = (now - 90 * 86_400_000 + i * 300_000) * 1_000;
    return {
      ...{ id: `often-${i}`, direction: 'in', from: number, dialled: '74951000101', number: '', employee: '', group: '', offered: [] },
      ...{ startedAt, answeredAt: i % 2 === 0 ? 0 : startedAt + 5_000_000, endedAt: startedAt + 10_000_000 },
    };
  });
  const reader = {
    ofNumbers: async (_: readonly string[], since: number) => calls.filter((c) => c.startedAt >= since),
    byIds: async () => [],
  };
  const changed = { numbers: new Map([[number, { since: calls[0]?.startedAt ?? 0, missed: true }]]), hidden: new Map() };
  await workOut(db.db, scope, changed, reader, now);
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from cases where number = ${number}`.execute(db.db);
  expect(rows[0]?.n).toBe(count);
});
