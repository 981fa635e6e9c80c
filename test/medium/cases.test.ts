import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callEnds, type MadeCall } from '../e2e/events.ts';
import {
  back,
  becomes,
  beginCases,
  type CaseJson,
  call,
  cases,
  DID,
  DOMAIN,
  endCases,
  MINUTE,
  missed,
  ofCaller,
  send,
  stack,
} from './made-cases.ts';
import { sendTcp, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

beforeAll(beginCases);
afterAll(endCases);

interface Lost {
  rows: CaseJson[];
  totals: { cases: number; calledBack: number; gotThrough: number; remaining: number; overdue: number };
  definition: string;
}

const url = (id: string, rest = '') => `/tenants/t1/cases/${encodeURIComponent(id)}${rest}`;
const status = async (method: string, path: string, body?: unknown) => {
  const response = await stack.fetch(`/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return [response.status, (await response.json()) as { detail?: string; claim?: { holder: string } }] as const;
};

describe('a missed call', () => {
  test('opens a case; a call back that nobody answers leaves it open; one that is answered closes it', async () => {
    const caller = '79130000001';
    await send(missed(caller, 0));
    const [opened] = await becomes(caller, [['open', 1, 0]]);
    expect(opened).toMatchObject({
      ...{ returnable: true, number: DID, overdue: false, offered: [{ id: 'e101', name: 'Соколова А. П.' }] },
      ...{ secondsToFirstAttempt: null, secondsToSuccess: null, closedBy: null },
    });
    await send(missed(caller, 1), back(caller, 3, false));
    await becomes(caller, [['open', 2, 1]]);
    await send(back(caller, 5, true));
    const [closed] = await becomes(caller, [['calledBack', 2, 2]]);
    expect(closed).toMatchObject({ id: opened?.id, closedBy: { id: 'e102' }, attemptedBy: [{ id: 'e102' }] });
    // the missed call ended 20 s after it began; the first attempt began at 3 min, the second was answered 6 s after 5 min
    expect([closed?.secondsToFirstAttempt, closed?.secondsToSuccess]).toEqual([160, 286]);
  });

  test('is closed when the caller gets through, and the next one opens another case', async () => {
    const caller = '79130000002';
    await send(missed(caller, 0), call(caller, 2), missed(caller, 4));
    await becomes(caller, [
      ['gotThrough', 1, 0],
      ['open', 1, 0],
    ]);
  });

  test('that becomes known late, or earlier ones after it, ends in the same case', async () => {
    const caller = '79130000003';
    const [first, second] = [missed(caller, 0), missed(caller, 2)];
    await send(back(caller, 6, true));
    await send(second);
    const [late] = await becomes(caller, [['calledBack', 1, 1]]);
    expect(late?.id).toBe(second.id);
    await stack.rest('PATCH', url(second.id), { comment: 'ждёт договор', owner: 'e101', by: 'admin' });
    await send(first);
    const [both] = await becomes(caller, [['calledBack', 2, 1]]);
    // what was said stays with the case, whose first call is another now
    expect(both).toMatchObject({ id: first.id, comment: 'ждёт договор', owner: { id: 'e101' }, changedBy: 'admin' });
    expect(await stack.rest('GET', url(second.id))).toEqual(both);
  });

  test('that turns out to have been answered is none: its case goes', async () => {
    const caller = '79130000004';
    const wrong = missed(caller, 0);
    await send(wrong);
    await becomes(caller, [['open', 1, 0]]);
    const right: MadeCall = { ...call(caller, 0), id: wrong.id, startedAt: wrong.startedAt };
    await sendTcp(stack.ports.events, callEnds(right));
    await until('the call is revised', async () => {
      const { result } = await stack.rest<{ result: string }>('GET', `/tenants/t1/calls/${wrong.id}`);
      return result === 'answered';
    });
    await becomes(caller, []);
  });

  test('with a hidden number is a case each, which cannot be called back', async () => {
    await send(missed('anonymous', 0), missed('anonymous', 1));
    await until('two cases', async () => (await cases('status=open')).filter((c) => !c.returnable).length === 2);
    const hidden = (await cases('status=open')).filter((c) => !c.returnable);
    expect(hidden.map((c) => [c.from, c.missed, c.overdue])).toEqual([
      ['', 1, false],
      ['', 1, false],
    ]);
    expect((await status('POST', url(hidden[0]?.id ?? '', '/claim'), { holder: 'anna' }))[0]).toBe(409);
  });

  test('of an hour ago is overdue, unless nobody has to call', async () => {
    const caller = '79130000005';
    await send(missed(caller, -80));
    const [open] = await becomes(caller, [['open', 1, 0]]);
    expect(open?.overdue).toBe(true);
    expect((await cases('overdue=true')).map((c) => c.from)).toContain(caller);
    await stack.rest('PATCH', url(open?.id ?? ''), { status: 'dismissed' });
    expect(await ofCaller(caller)).toMatchObject([{ status: 'dismissed', overdue: false }]);
    expect((await cases('status=remaining')).map((c) => c.from)).toContain(caller);
  });
});

describe('a case in hand', () => {
  const caller = '79130000010';
  let id = '';
  beforeAll(async () => {
    const first = missed(caller, 0);
    id = first.id;
    await send(first);
    await becomes(caller, [['open', 1, 0]]);
  });

  test('is of one: of twenty who ask at once one gets it, the others hear the name', async () => {
    const holders = Array.from({ length: 20 }, (_, i) => `holder-${i}`);
    const answers = await Promise.all(holders.map((holder) => status('POST', url(id, '/claim'), { holder })));
    const got = answers.filter(([code]) => code === 200);
    expect(got).toHaveLength(1);
    const holder = got[0]?.[1].claim?.holder;
    expect(holders).toContain(holder);
    for (const [code, body] of answers.filter(([code]) => code !== 200))
      expect([code, body.detail]).toEqual([409, `${holder} has this case in hand`]);
    // its holder may ask again, nobody else gives it back
    expect((await status('POST', url(id, '/claim'), { holder }))[0]).toBe(200);
    expect((await status('DELETE', url(id, '/claim?holder=somebody')))[0]).toBe(409);
    expect((await status('DELETE', url(id, `/claim?holder=${holder}`)))[0]).toBe(200);
    expect((await status('POST', url(id, '/claim'), { holder: 'anna' }))[0]).toBe(200);
  });

  test('is nobody’s once the caller was reached', async () => {
    await send(back(caller, 2, true));
    const [closed] = await becomes(caller, [['calledBack', 1, 1]]);
    expect(closed?.claim).toBeNull();
    expect((await status('POST', url(id, '/claim'), { holder: 'anna' }))[0]).toBe(409);
    await send(missed(caller, 4));
    await becomes(caller, [
      ['calledBack', 1, 1],
      ['open', 1, 0],
    ]);
    expect((await status('POST', url((await ofCaller(caller))[1]?.id ?? '', '/claim'), { holder: 'boris' }))[0]).toBe(200);
  });

  test('is held and written of under the name of the token where no other is given', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', {
      name: 'crm',
      scopes: ['calls:read', 'cases:write'],
    });
    const open = (await ofCaller(caller))[1]?.id ?? '';
    const asCrm = async (method: string, path: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(`${stack.portal}/api/v1${path}`, { method, headers, ...(method === 'DELETE' ? {} : { body: '{}' }) });
      return [response.status, (await response.json()) as CaseJson] as const;
    };
    expect((await asCrm('POST', url(open, '/claim')))[0]).toBe(409);
    await stack.rest('DELETE', url(open, '/claim?holder=boris'));
    expect((await asCrm('POST', url(open, '/claim')))[1].claim?.holder).toBe('crm');
    expect((await asCrm('PATCH', url(open)))[1].changedBy).toBe('crm');
    expect((await asCrm('DELETE', url(open, '/claim')))[1].claim).toBeNull();
  });

  test('owner, comment and status are checked, and written by whoever may', async () => {
    expect((await status('PATCH', url(id), { owner: 'nobody-we-know' }))[0]).toBe(400);
    expect((await status('PATCH', url(id), { status: 'calledBack' }))[0]).toBe(400);
    expect((await status('PATCH', url('no such call'), { comment: 'x' }))[0]).toBe(404);
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reads', scopes: ['calls:read'] });
    const asReader = (method: string, path: string) =>
      fetch(`${stack.portal}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
    expect((await asReader('GET', url(id))).status).toBe(200);
    expect((await asReader('PATCH', url(id))).status).toBe(403);
    expect((await asReader('GET', '/tenants/t2/cases')).status).toBe(404);
    expect((await stack.rest<{ data: unknown[] }>('GET', '/tenants/t2/cases')).data).toEqual([]);
    expect((await status('GET', `/tenants/t2/cases/${id}`))[0]).toBe(404);
  });
});

describe('another callback time', () => {
  const minutesGiven = ({ dueAt, openedAt }: CaseJson) => (Date.parse(dueAt ?? '') - Date.parse(openedAt)) / MINUTE;
  const put = (settings: object) => stack.rest('PUT', '/tenants/t1', { name: 't1', domain: DOMAIN, ...settings });
  const [waits, reached, later] = ['79130000021', '79130000022', '79130000023'];
  // the missed call ends 20 s after it began: the wait begins there
  const third = 20 / 60;

  test('moves what open cases are due at before it is answered; closed cases keep theirs', async () => {
    await send(missed(waits, 0), missed(reached, 0), back(reached, 2, true));
    const [open] = await becomes(waits, [['open', 1, 0]]);
    const [closed] = await becomes(reached, [['calledBack', 1, 1]]);
    expect([open, closed].map((c) => minutesGiven(c as CaseJson))).toEqual([60 + third, 60 + third]);
    expect(open?.overdue).toBe(false);

    await put({ callbackMinutes: 5 });
    expect((await ofCaller(waits)).map((c) => [minutesGiven(c), c.overdue])).toEqual([[5 + third, true]]);
    expect((await ofCaller(reached)).map(minutesGiven)).toEqual([60 + third]);
    // a company that never works is never late
    await put({ callbackMinutes: 30, workingHours: { week: {} } });
    expect((await ofCaller(waits)).map((c) => [minutesGiven(c) > 365 * 24 * 60, c.overdue])).toEqual([[true, false]]);
    await put({ callbackMinutes: 30, workingHours: null });
    expect((await ofCaller(waits)).map(minutesGiven)).toEqual([30 + third]);
    expect((await cases('status=open')).filter((c) => !c.returnable).map((c) => c.dueAt)).toEqual([null, null]);
  });

  test('holds for cases that are worked out after it, whenever they began to wait; closed by then, they keep the old one', async () => {
    await send(missed(later, -10), missed(waits, 3), missed(reached, 1));
    const [late] = await becomes(later, [['open', 1, 0]]);
    const [again] = await becomes(waits, [['open', 2, 0]]);
    const [closed] = await becomes(reached, [['calledBack', 2, 1]]);
    expect([late, again, closed].map((c) => minutesGiven(c as CaseJson))).toEqual([30 + third, 30 + third, 60 + third]);
    await put({ callbackMinutes: 60 });
  });
});

describe('reports', () => {
  const ever = 'from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z';
  const lost = (query = ever) => stack.rest<Lost>('GET', `/tenants/t1/reports/lost?limit=1000&${query}`);

  test('lost: cases are what was called back, who got through, and what remains; rows are those that remain', async () => {
    const { rows, totals, definition } = await lost();
    const all = await cases(ever);
    const of = (...words: string[]) => all.filter((c) => words.includes(c.status)).length;
    expect(totals).toEqual({
      ...{ cases: all.length, calledBack: of('calledBack'), gotThrough: of('gotThrough'), remaining: of('open', 'working', 'dismissed') },
      overdue: all.filter((c) => c.overdue).length,
    });
    expect(totals.cases).toBe(totals.calledBack + totals.gotThrough + totals.remaining);
    expect(totals.remaining).toBeGreaterThan(3);
    expect(rows.map((c) => c.id)).toEqual(all.filter((c) => ['open', 'working', 'dismissed'].includes(c.status)).map((c) => c.id));
    expect(definition).toMatch(/^Потерянные/);
  });

  test('missed: as many calls as the list of calls has, each with one kind', async () => {
    const { rows, totals } = await stack.rest<{ rows: { id: string }[]; totals: Record<string, number> }>(
      'GET',
      `/tenants/t1/reports/missed?limit=1000&${ever}`,
    );
    const { data } = await stack.rest<{ data: { id: string; from: string }[] }>(
      'GET',
      `/tenants/t1/calls?limit=1000&direction=in&answered=false&${ever}`,
    );
    expect(rows.map((r) => r.id)).toEqual(data.map((d) => d.id));
    const { calls, callers, ...kinds } = totals;
    expect(calls).toBe(data.length);
    expect(callers).toBe(new Set(data.map((d) => d.from).filter((f) => f !== 'anonymous')).size);
    expect(Object.values(kinds).reduce((a, b) => a + b, 0)).toBe(calls);
    // every missed call is in one case
    expect((await cases(ever)).reduce((sum, c) => sum + c.missed, 0)).toBe(calls);
  });

  test('both take the filters of the list of calls', async () => {
    expect((await lost(`${ever}&caller=79130000005`)).totals).toMatchObject({ cases: 1, remaining: 1 });
    expect((await lost(`${ever}&number=8 (391) 000-01-22&caller=79130000002`)).totals).toMatchObject({
      cases: 2,
      gotThrough: 1,
      remaining: 1,
    });
    expect((await lost(`${ever}&direction=out`)).totals).toMatchObject({ cases: 0, remaining: 0 });
    expect((await lost('from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')).totals.cases).toBe(0);
    const half = await stack.rest<Lost & { next: string | null }>('GET', `/tenants/t1/reports/lost?limit=2&${ever}`);
    const rest = await stack.rest<Lost>('GET', `/tenants/t1/reports/lost?limit=1000&${ever}&cursor=${half.next}`).catch(() => null);
    // the cursor is good for the same question, however many rows are asked for
    expect([...half.rows, ...(rest?.rows ?? [])].map((c) => c.id)).toEqual((await lost()).rows.map((c) => c.id));
  });
});

describe('the list of cases as a file', () => {
  test.each(['all', 'open', 'closed', 'overdue', 'gotThrough'])(
    'has every case of «%s» in the order of the page, each cell as REST says it',
    async (show) => {
      const statuses = {
        all: '',
        open: 'status=open,working',
        closed: 'status=calledBack,gotThrough,dismissed',
        overdue: 'overdue=true',
        gotThrough: 'status=gotThrough',
      };
      const order = show === 'open' || show === 'overdue' ? 'oldest' : 'newest';
      const found = await cases(`order=${order}&${statuses[show as keyof typeof statuses]}`);
      const admin = await signedIn();
      const answer = await admin.ask(`/c/t1/missed/file?show=${show}&format=csv`);
      expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, expect.stringContaining('cases-t1.csv')]);
      const [head, ...rows] = readCsv(Buffer.from(await answer.arrayBuffer())).rows.map(({ cells }) => cells);
      expect(head?.slice(0, 4)).toEqual(['Откуда', 'Номер', 'Название', 'Звонков']);
      const status = {
        open: 'Ждёт',
        working: 'В работе',
        dismissed: 'Звонить не нужно',
        calledBack: 'Перезвонили',
        gotThrough: 'Дозвонился сам',
      };
      expect(rows.map((cells) => [cells[0], cells[1], cells[2], cells[3], cells[6], cells[9], cells[10], cells[12], cells[14]])).toEqual(
        found.map((c) => [
          ...[c.returnable ? `+${c.from}` : 'Номер скрыт', `+${DID}`, 'Главный', String(c.missed), String(c.attempts)],
          ...[status[c.status as keyof typeof status], c.overdue ? 'Просрочен' : '', c.closedBy?.name ?? '', c.comment],
        ]),
      );
      expect(rows.map((cells) => cells[4])).toEqual(found.map((c) => wallOf(c.openedAt)));
    },
  );

  test('stands in the audit, and is refused to whoever may not read calls', async () => {
    await (await signedIn()).ask('/c/t1/missed/file?show=all&format=xlsx');
    const { data } = await stack.rest<{ data: { subject: string; after: { calls: number } }[] }>(
      'GET',
      '/tenants/t1/audit?act=calls.export',
    );
    expect(data[0]).toMatchObject({ subject: 'xlsx', after: { calls: (await cases('')).length } });
    await stack.rest('PUT', '/tenants/t2/users/stranger', { password: PASSWORD, role: 'admin' });
    const stranger = new Visitor(stack.portal);
    await stranger.signIn('stranger', PASSWORD, 'bravo.pbx.test');
    expect((await stranger.ask('/c/t1/missed/file?show=all')).status).toBe(404);
  });
});

/** Of Moscow, which companies have that name no zone. */
function wallOf(at: string): string {
  const wall = new Date(Date.parse(at) + 3 * 3_600_000).toISOString();
  return `${wall.slice(8, 10)}.${wall.slice(5, 7)}.${wall.slice(0, 4)} ${wall.slice(11, 19)}`;
}

async function signedIn(): Promise<Visitor> {
  await stack.rest('PUT', '/tenants/t1/users/reader', { password: PASSWORD, role: 'admin' });
  const reader = new Visitor(stack.portal);
  await reader.signIn('reader');
  return reader;
}
