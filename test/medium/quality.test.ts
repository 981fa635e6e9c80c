import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

/** Quality control through REST and pages, on real servers: who sees what when, what is drawn, and figures counted a second way. */

const ZONE = '+05:30';
const MONDAY = '2026-11-16';
const at = (day: number, clock: string) => Date.parse(`2026-11-${day}T${clock}:00${ZONE}`);
let made = 0;
/** An incoming call that an employee answers. */
function call(target: '101' | '102', day: number, clock: string, talk: number): MadeCall {
  return {
    ...{ id: `q-${made++}`, tenant: 'kolkata', domain: 'kolkata.test', direction: 'in', from: '79130000001', to: '74951000100' },
    ...{ startedAt: at(day, clock), wait: 5, talk, code: talk > 0 ? 200 : 487, legs: [{ target, after: 1, code: talk > 0 ? 200 : 487 }] },
  };
}
const DAYS = [16, 17, 18, 19, 20];
const CALLS = [
  ...DAYS.flatMap((day) => Array.from({ length: 6 }, (_, i) => call('101', day, `1${i}:00`, 60 + i))),
  ...DAYS.flatMap((day) => [call('102', day, '09:00', 90)]),
  // too short, not answered, and of the weeks beside: by UTC both are within
  call('101', 18, '18:00', 29),
  call('101', 18, '19:00', 0),
  call('102', 15, '23:59', 90),
  call('102', 23, '00:00', 90),
  // nobody recorded it
  call('102', 18, '12:00', 300),
];
const UNHEARD = CALLS.at(-1) as MadeCall;
const drawable = CALLS.filter((c) => c.talk >= 30 && c !== UNHEARD && c.startedAt >= at(16, '00:00') && c.startedAt < at(23, '00:00'));

const FORM = {
  name: 'Разговор',
  groups: [
    {
      id: 'g',
      name: 'Всё',
      questions: [
        { id: 'hello', text: 'Поздоровался', kind: 'yesno', weight: 5, commentBelow: 1 },
        { id: 'tone', text: 'Тон', kind: 'scale', max: 5, weight: 5 },
        { id: 'safe', text: 'Не назвал чужих данных', kind: 'yesno', weight: 10, critical: true },
      ],
    },
  ],
};
const marks = (hello: number, tone: number, safe: number, comment = '') => ({
  answers: { hello: { value: hello, comment }, tone: { value: tone }, safe: { value: safe } },
});

interface Review {
  id: string;
  callId: string;
  employee: string;
  reviewer: string;
  state: string;
  shown: boolean;
  locked: boolean;
  pair: string | null;
  made: { score: number | null; critical: boolean; answers: Record<string, { value: number }> } | null;
}
interface Whole extends Review {
  formBody: { groups: { questions: { text: string }[] }[] };
  explained: { counted: number; possible: number; failed: string[] };
  events: { what: string; who: string; detail: Record<string, unknown> }[];
  partners: Review[];
}

let stack: Stack;
let form = '';
const tokens: Record<string, string> = {};
const people: Record<string, Visitor> = {};
const path = (rest: string) => `/tenants/kolkata/quality/${rest}`;
async function ask<T>(who: string, method: string, rest: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await stack.fetch(`/api/v1${path(rest)}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[who]}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (response.status === 204 ? null : await response.json()) as T };
}
const reviews = async (who: string, query = '') => (await ask<{ data: Review[]; count: number }>(who, 'GET', `reviews?${query}`)).body;
const give = (callId: string, reviewers?: string[]) => ask<{ ids: string[] }>('boss', 'POST', 'reviews', { callId, form, reviewers });
const submit = (who: string, id: string, what: object) => ask<Whole>(who, 'POST', `reviews/${id}/submit`, what);

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/kolkata', { name: 'Калькутта', domain: 'kolkata.test', timezone: 'Asia/Kolkata', country: 'RU' });
  await stack.rest('PUT', '/tenants/kolkata/directory', {
    groups: [{ id: 'sales', name: 'Продажи' }],
    employees: [
      { id: 'anna', name: 'Анна', extensions: ['101'], group: 'sales' },
      { id: 'boris', name: 'Борис', extensions: ['102'] },
    ],
    numbers: [{ number: '74951000100' }],
  });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until(
    'calls are there',
    async () => {
      const { data } = await stack.rest<{ data: unknown[] }>('GET', '/tenants/kolkata/calls?limit=1000');
      return data.length === CALLS.length;
    },
    40_000,
  );
  for (const [login, role, employee] of [
    ['anna', 'employee', 'anna'],
    ['boris', 'employee', 'boris'],
    ['vera', 'quality', null],
    ['gleb', 'quality', null],
    ['boss', 'supervisor', null],
  ] as const) {
    await stack.rest('PUT', `/tenants/kolkata/users/${login}`, { password: PASSWORD, role, ...(employee ? { employee } : {}) });
    const visitor = new Visitor(stack.portal);
    await visitor.ask('/sign-in', { domain: 'kolkata.test', login, password: PASSWORD });
    people[login] = visitor;
  }
  const token = async (name: string, scopes: string[]) => {
    tokens[name] = (await stack.rest<{ token: string }>('POST', '/tenants/kolkata/tokens', { name, scopes })).token;
  };
  await token('boss', ['calls:read', 'quality:read', 'quality:review', 'quality:manage']);
  await token('one', ['quality:read', 'quality:review']);
  await token('two', ['quality:read', 'quality:review']);
  await token('reader', ['quality:read']);
  form = (await ask<{ id: string }>('boss', 'POST', 'forms', FORM)).body.id;
  // what the recorder would have written: here only that there is audio matters
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  for (const c of CALLS.filter((one) => one !== UNHEARD && one.talk > 0))
    await db.query(
      `insert into recordings (tenant, call_id, segment, status, started_at, seconds, format, object_key, bytes, sha256, peaks_left, peaks_right)
       values ('kolkata', $1, '0000000000000001', 'ready', now(), 60, 'mp3', 'x', 1, 'x', '', '')`,
      [c.id],
    );
  await db.end();
});
afterAll(() => stack?.end());

describe('a review', () => {
  test('is explained, keeps its version, and is shown when it is handed in', async () => {
    const one = CALLS[0] as MadeCall;
    const { ids } = (await ask<{ ids: string[] }>('one', 'POST', 'reviews', { callId: one.id, form })).body;
    const [id = ''] = ids;
    expect((await reviews('reader')).data).toEqual([]);
    expect((await ask('reader', 'GET', `reviews/${id}`)).status).toBe(404);
    // who manages sees that it is under way, and nothing of it
    await ask('one', 'PUT', `reviews/${id}/draft`, { answers: { tone: { value: 2 } } });
    expect((await ask<Whole>('boss', 'GET', `reviews/${id}`)).body).toMatchObject({ state: 'draft', made: null, explained: null });
    expect((await submit('two', id, marks(1, 5, 1))).status).toBe(404);
    expect((await submit('one', id, { answers: { tone: { value: 5 } } })).status).toBe(400);
    expect((await submit('one', id, marks(0, 5, 1))).body).toMatchObject({
      errors: [{ field: 'answers.hello', message: 'needs a comment with this mark' }],
    });
    // 5 + 5 × 3/4 + 10 of 20
    const done = (await submit('one', id, marks(1, 4, 1))).body;
    expect(done).toMatchObject({ state: 'submitted', shown: true, locked: false, employee: 'anna', made: { score: 93.8 } });
    expect(done.explained).toMatchObject({ counted: 18.75, possible: 20, failed: [] });
    expect((await submit('one', id, marks(1, 5, 1))).status).toBe(409);
    const { groups } = FORM;
    const body = { ...FORM, groups: groups.map((g) => ({ ...g, questions: g.questions.map((q) => ({ ...q, text: `${q.text}?` })) })) };
    expect((await ask('boss', 'PATCH', `forms/${form}`, { body })).body).toMatchObject({ version: 2 });
    // the same again is no version
    expect((await ask('boss', 'PATCH', `forms/${form}`, { body })).body).toMatchObject({ version: 2 });
    const later = (await ask<Whole>('reader', 'GET', `reviews/${id}`)).body;
    expect(later.formBody.groups[0]?.questions[0]?.text).toBe('Поздоровался');
    expect(later.events.map(({ what }) => what)).toEqual(['assigned', 'submitted']);
  });

  test('nobody judges a call twice by the same form, a call without talk, or gives to others without the right', async () => {
    const [first] = CALLS as [MadeCall];
    expect((await ask('one', 'POST', 'reviews', { callId: first.id, form })).status).toBe(409);
    const unanswered = CALLS.find((c) => c.talk === 0) as MadeCall;
    expect((await give(unanswered.id, ['vera'])).status).toBe(400);
    expect((await give('nowhere', ['vera'])).status).toBe(400);
    expect((await give(String(CALLS[1]?.id), ['anna'])).status).toBe(400);
    expect((await ask('one', 'POST', 'reviews', { callId: CALLS[1]?.id, form, reviewers: ['vera'] })).status).toBe(403);
  });

  test('of a blind pair nobody reads one before both are in', async () => {
    const blind = CALLS.find((c) => c.legs[0]?.target === '102') as MadeCall;
    const { body } = await give(blind.id, ['vera', 'gleb']);
    const [first = '', second = ''] = body.ids;
    const db = new pg.Client(stack.databaseUrl());
    await db.connect();
    // as if the programs were these people
    await db.query(`update quality_reviews set reviewer = case id when $1 then 'token one' else 'token two' end where id in ($1, $2)`, [
      first,
      second,
    ]);
    await db.end();
    await submit('one', first, marks(1, 5, 1));
    for (const who of ['two', 'reader']) {
      expect((await ask('two', 'GET', `reviews/${first}`)).status, who).toBe(404);
      expect(
        (await reviews(who)).data.map(({ id }) => id),
        who,
      ).not.toContain(first);
    }
    expect((await ask<Whole>('boss', 'GET', `reviews/${first}`)).body.made).toBeNull();
    expect(
      (await ask<{ total: { figures: object } }>('boss', 'GET', 'reports/employee?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z')).body
        .total.figures,
    ).toMatchObject({ reviews: 1 });
    const both = (await submit('two', second, marks(1, 3, 0, 'x'))).body;
    expect(both).toMatchObject({ shown: true, made: { score: 0, critical: true }, partners: [{ id: first, made: { score: 100 } }] });
    expect((await ask<Whole>('one', 'GET', `reviews/${first}`)).body.partners).toMatchObject([{ id: second }]);
  });

  test('calls are found by their score: the mean of what may be read, without what is not handed in', async () => {
    const scored = async (least: number, most: number) =>
      (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/kolkata/calls?scoreMin=${least}&scoreMax=${most}`)).data.map(
        (c) => c.id,
      );
    await until('scores are carried', async () => (await scored(0, 100)).length === 2);
    expect(await scored(93.7, 93.8)).toEqual([CALLS[0]?.id]);
    expect(await scored(50, 50)).toEqual([CALLS.find((c) => c.legs[0]?.target === '102')?.id]);
  });
});

describe('a plan', () => {
  test('draws as many of each employee from recorded calls of the week by the clock there, never the same call again', async () => {
    const plan = { name: 'Неделя', form, per: 'employee', calls: 3, minSeconds: 30, isActive: false, dueDays: 5 };
    const known = new Set((await reviews('boss')).data.map((r) => r.callId));
    const { id } = (await ask<{ id: string }>('boss', 'POST', 'plans', plan)).body;
    expect((await ask('boss', 'POST', `plans/${id}/weeks`, { week: '2026-11-17' })).status).toBe(400);
    expect((await ask('boss', 'POST', `plans/${id}/weeks`, { week: MONDAY })).body).toEqual({ calls: 6, unshared: 0 });
    expect((await ask('boss', 'POST', `plans/${id}/weeks`, { week: MONDAY })).status).toBe(409);
    const drawn = (await reviews('boss', 'state=open')).data;
    expect(drawn.map(({ employee }) => employee).sort()).toEqual(['anna', 'anna', 'anna', 'boris', 'boris', 'boris']);
    const may = new Set(drawable.map((c) => c.id));
    for (const { callId } of drawn) {
      expect(may.has(callId), callId).toBe(true);
      expect(known.has(callId), callId).toBe(false);
    }
    // days differ, and the two of quality control have as many each
    expect(
      new Set(
        drawn
          .filter((r) => r.employee === 'anna')
          .map((r) =>
            CALLS.find((c) => c.id === r.callId)
              ?.startedAt.toString()
              .slice(0, 6),
          ),
      ).size,
    ).toBeGreaterThan(1);
    expect(drawn.map(({ reviewer }) => reviewer).sort()).toEqual(['gleb', 'gleb', 'gleb', 'vera', 'vera', 'vera']);
    // another plan draws others
    const other = (
      await ask<{ id: string }>('boss', 'POST', 'plans', { ...plan, name: 'Ещё', per: 'all', calls: 100, query: 'employee=anna' })
    ).body.id;
    await ask('boss', 'POST', `plans/${other}/weeks`, { week: MONDAY });
    const all = (await reviews('boss', 'state=open')).data.map((r) => r.callId);
    expect(new Set(all).size).toBe(all.length);
    for (const query of ['hours=off', 'said=да']) expect((await ask('boss', 'POST', 'plans', { ...plan, query })).status, query).toBe(400);
    // its form is archived: it can be stopped, and not started again
    const { body: old } = await ask<{ id: string }>('boss', 'POST', 'forms', { ...FORM, name: 'Старая' });
    const { body: of } = await ask<{ id: string }>('boss', 'POST', 'plans', { ...plan, form: old.id, isActive: true });
    await ask('boss', 'PATCH', `forms/${old.id}`, { archived: true });
    const put = async (isActive: boolean) => (await ask('boss', 'PUT', `plans/${of.id}`, { ...plan, form: old.id, isActive })).status;
    expect([await put(false), await put(true)]).toEqual([200, 400]);
  });

  test('in use is drawn by the job within a minute, once', async () => {
    const plan = { name: 'Работает', form, per: 'employee', calls: 1, minSeconds: 0, isActive: true };
    const { id } = (await ask<{ id: string }>('boss', 'POST', 'plans', plan)).body;
    const weeks = async () => {
      const { data } = (await ask<{ data: { id: string; weeks: object[] }[] }>('boss', 'GET', 'plans')).body;
      return data.find((one) => one.id === id)?.weeks.length ?? 0;
    };
    await until('the job has drawn it', async () => (await weeks()) === 1, 90_000);
  }, 120_000);
});

describe('the employee', () => {
  test('sees their own alone, speaks against it once, and the decision locks it', async () => {
    const [id = ''] = (await reviews('boss', 'employee=anna&state=done')).data.map((r) => r.id);
    const theirs = (await reviews('boss', 'employee=boris&state=done')).data[0]?.id ?? '';
    const anna = people.anna as Visitor;
    expect((await anna.ask(`/c/kolkata/quality/reviews/${id}`)).status).toBe(200);
    expect((await anna.ask(`/c/kolkata/quality/reviews/${theirs}`)).status).toBe(404);
    const at = `/c/kolkata/quality/reviews/${id}`;
    // the one who was judged, and nobody else
    expect((await (people.boris as Visitor).ask(`${at}?/appeal`, { text: 'нет' })).status).toBe(404);
    expect((await (people.boss as Visitor).ask(`${at}?/appeal`, { text: 'нет' })).status).toBe(403);
    await anna.ask(`${at}?/appeal`, { text: 'Я поздоровалась', 'question:tone': 'Тон был ровный' });
    expect((await ask<Whole>('reader', 'GET', `reviews/${id}`)).body).toMatchObject({
      state: 'appealed',
      appeal: { text: 'Я поздоровалась', questions: { tone: 'Тон был ровный' }, by: 'anna' },
    });
    await anna.ask(`${at}?/appeal`, { text: 'ещё раз' });
    expect((await ask('one', 'POST', `reviews/${id}/decision`, { reason: 'да' })).status).toBe(403);
    const decided = (await ask<Whole>('boss', 'POST', `reviews/${id}/decision`, { reason: 'Тон ровный', answers: { tone: { value: 5 } } }))
      .body;
    expect(decided).toMatchObject({ state: 'settled', locked: true, made: { score: 100 }, decision: { isKept: false, scoreBefore: 93.8 } });
    expect(decided.events.map(({ what, who }) => `${what} ${who}`).slice(2)).toEqual(['appealed anna', 'changed token boss']);
    expect((await ask('boss', 'POST', `reviews/${id}/decision`, { reason: 'x' })).status).toBe(409);
    const { data } = await stack.rest<{ data: { act: string }[] }>('GET', '/tenants/kolkata/audit?act=quality');
    expect(data.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['quality.appeal', 'quality.decide', 'quality.form', 'quality.plan']),
    );
  });

  test('figures are of what is shown, counted by hand, in the weeks of the clock there', async () => {
    const query = 'from=2026-11-16T00:00:00%2B05:30&to=2026-11-23T00:00:00%2B05:30';
    interface Report {
      rows: { key: string; figures: Record<string, number | null>; before: object | null }[];
      total: { figures: Record<string, number | null> };
    }
    const report = async (by: string) => (await ask<Report>('reader', 'GET', `reports/${by}?${query}`)).body;
    const figures = async (by: string) =>
      (await report(by)).rows.map(({ key, figures: f }) => [key, f.reviews, f.score, f.critical, f.changed]);
    // anna 100 after the decision; boris' blind pair 100 and 0
    expect(await figures('employee')).toEqual([
      ['anna', 1, 100, 0, 1],
      ['boris', 2, 50, 1, 0],
    ]);
    expect(await figures('week')).toEqual([[MONDAY, 3, 66.7, 1, 1]]);
    expect(await figures('group')).toEqual(expect.arrayContaining([['sales', 1, 100, 0, 1]]));
    expect(await figures('question')).toEqual([
      [`${form}/hello`, 3, 100, 0, 1],
      // 1, 1 and 1/2
      [`${form}/safe`, 3, 66.7, 1, 1],
      [`${form}/tone`, 3, 83.3, 0, 1],
    ]);
    expect((await report('form')).total.figures).toMatchObject({ reviews: 3, score: 66.7, critical: 1, appeals: 1, changed: 1 });
  });
});

test('a calibration shows nobody what others said before it is closed, then how far they stand apart, and counts in no figure', async () => {
  const callId = CALLS[3]?.id;
  const asked = { name: 'Ноябрь', callId, form, reviewers: ['vera', 'gleb'], reference: 'vera' };
  const { id } = (await ask<{ id: string }>('boss', 'POST', 'calibrations', asked)).body;
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  await db.query(
    `update quality_reviews set reviewer = case reviewer when 'vera' then 'token one' else 'token two' end where session = $1`,
    [id],
  );
  await db.end();
  const of = async (who: string) =>
    (await ask<{ reviews: Review[]; agreement: { agreed: number; difference: number } | null }>(who, 'GET', `calibrations/${id}`)).body;
  const own = async (who: string) => (await of(who)).reviews.find((r) => r.reviewer === `token ${who}`)?.id ?? '';
  await submit('two', await own('two'), marks(1, 3, 1));
  expect((await ask('boss', 'POST', `calibrations/${id}/close`)).status).toBe(409);
  await submit('one', await own('one'), marks(1, 5, 1));
  expect((await of('one')).reviews.map(({ made }) => made !== null)).toEqual([true, false]);
  expect((await of('boss')).reviews.map(({ made }) => made !== null)).toEqual([false, false]);
  const before = (await ask<{ total: object }>('boss', 'GET', 'reports/form?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z')).body.total;
  expect((await ask('boss', 'POST', `calibrations/${id}/close`)).status).toBe(204);
  const closed = await of('two');
  expect(closed.reviews.map(({ made }) => made?.score)).toEqual([100, 87.5]);
  expect(closed.agreement?.agreed).toBeCloseTo(2 / 3);
  expect(closed.agreement?.difference).toBeCloseTo(1 / 6);
  expect((await reviews('reader')).data.filter((r) => r.callId === callId && r.made !== null)).toEqual([]);
  expect(
    (await ask<{ total: object }>('boss', 'GET', 'reports/form?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z')).body.total,
  ).toEqual(before);
});
