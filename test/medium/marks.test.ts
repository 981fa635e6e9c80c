import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { asTenant, connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { countMarks, eraseMarks } from '@callscope/modules/marks/erase.ts';
import { setScore } from '@callscope/modules/marks/scores.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { log } from '../recordings/ffmpeg.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

/** Marks of calls: who may say what, and that filters find what was said and how it was talked, counted a second way here. */

const FIRST = Date.parse('2026-11-10T08:00:00Z');
const CALLS: MadeCall[] = Array.from({ length: 40 }, (_, i) => ({
  ...{ id: `m-${i}`, tenant: 'alfa', domain: 'alfa.test', direction: 'in' as const, from: `7913000${1000 + i}`, to: '74951000122' },
  ...{ startedAt: FIRST + i * 3_600_000, wait: 4, talk: 60, employee: i % 2 === 0 ? '101' : '102' },
  legs: [{ target: i % 2 === 0 ? '101' : '102', after: 1, code: 200 }],
}));
/** The second way of counting: what this test said of each call. */
interface Said {
  tags: string[];
  note: boolean;
  comments: number;
  score: number | null;
  talk: { left: number; right: number; monologue: number; silence: number; overtalk: number; recorded: number } | null;
}
const said = new Map<string, Said>(CALLS.map((c) => [c.id, { tags: [], note: false, comments: 0, score: null, talk: null }]));
const of = (id: string) => said.get(id) as Said;

let stack: Stack;
let store: ClickHouseClient;
let pg: Postgres<PostgresSchema>;
const tag: Record<string, string> = {};
const A = '/tenants/alfa';
const call = (i: number) => `${A}/calls/m-${i}`;
const ids = async (query: string) =>
  (await stack.rest<{ data: { id: string }[] }>('GET', `${A}/calls?limit=1000&${query}`)).data.map((c) => c.id).sort();
const which = (is: (s: Said, i: number) => boolean) =>
  CALLS.filter((c, i) => is(of(c.id), i))
    .map((c) => c.id)
    .sort();
const tokenOf = async (name: string, scopes: string[], tenant = 'alfa') =>
  (await stack.rest<{ token: string }>('POST', `/tenants/${tenant}/tokens`, { name, scopes })).token;
const asToken = (token: string, method: string, path: string, body?: unknown) =>
  fetch(`${stack.portal}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const carried = () =>
  until('everything is carried', async () => {
    const { rows } = await pg.pool.query('select count(*)::int as n from call_marks_changed where due_at <= now()');
    return rows[0].n === 0;
  });

/** As soon as there is one: it may be on its way back from the time before. */
const killJob = () =>
  until(
    'the job is killed',
    async () => {
      try {
        return process.kill(stack.pidOf('jobs'), 'SIGKILL');
      } catch {
        return false;
      }
    },
    40_000,
  );

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', A, { name: 'Альфа', domain: 'alfa.test', timezone: 'Europe/Moscow' });
  await stack.rest('PUT', '/tenants/beta', { name: 'Бета', domain: 'beta.test', timezone: 'Europe/Moscow' });
  await stack.rest('PUT', `${A}/directory`, {
    numbers: [{ number: '74951000122', label: 'Главный' }],
    groups: [{ id: 'night', name: 'Ночь' }],
    employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: x, extensions: [x], ...(x === '102' ? { group: 'night' } : {}) })),
  });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => (await ids('')).length === CALLS.length);
  store = connectClickhouse(stack.storeUrl(), 'test');
  pg = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  for (const [name, colour] of [
    ['Жалоба', 'red'],
    ['Продажа', 'green'],
    ['Личный', 'grey'],
  ])
    tag[name as string] = (await stack.rest<{ id: string }>('POST', `${A}/tags`, { name, colour })).id;
});
afterAll(async () => {
  await store?.close();
  await pg?.close();
  await stack?.end();
});

/** A recording of a call as the recorder leaves it, without its audio. */
async function recorded(
  i: number,
  segment: string,
  talk: { left: number; right: number; longest: number; silence: number; overtalk: number; seconds: number },
) {
  const side = (speechSeconds: number, longestSeconds: number) => ({
    speechSeconds,
    longestSeconds,
    share: 0.5,
    levelDb: -20,
    isSilent: false,
  });
  await asTenant(pg.db, 'alfa', (trx) =>
    trx
      .insertInto('recordings')
      .values({
        ...{ tenant: 'alfa', call_id: `m-${i}`, segment, status: 'ready', reason: '', detail: '', numbers: [], employees: [] },
        ...{
          started_at: new Date(FIRST + i * 3_600_000 + 5_000),
          seconds: talk.seconds.toFixed(3),
          format: 'mp3',
          object_key: `k-${i}-${segment}`,
        },
        ...{ bytes: 1, sha256: 'x', peaks_left: null, peaks_right: null, sides_by: null, after_mask: false },
        talk: JSON.stringify({
          ...{ left: side(talk.left, talk.longest), right: side(talk.right, 1), overtalkSeconds: talk.overtalk },
          ...{ silences: talk.silence === 0 ? [] : [{ from: 0, seconds: talk.silence }], silenceSeconds: talk.silence },
        }),
      })
      .execute(),
  );
}

describe('marks', () => {
  test('are told, found by filters in lists and reports, and by their lack (T-42)', async () => {
    for (let i = 0; i < 40; i++) {
      const s = of(`m-${i}`);
      const tags = [...(i % 3 === 0 ? ['Жалоба'] : []), ...(i % 4 === 0 ? ['Продажа'] : [])];
      if (tags.length > 0) await stack.rest('PUT', `${call(i)}/tags`, { tags: tags.map((name) => tag[name]) });
      s.tags = tags;
      if (i % 5 === 0) {
        await stack.rest('PUT', `${call(i)}/note`, { text: `заметка ${i}`, version: 0 });
        s.note = true;
      }
      for (let n = 0; n < i % 3; n++) await stack.rest('POST', `${call(i)}/comments`, { text: `слово ${n}`, second: n * 10.5 });
      s.comments = i % 3;
    }
    await carried();
    expect(await ids(`tag=${tag.Жалоба}`)).toEqual(which((s) => s.tags.includes('Жалоба')));
    expect(await ids(`tag=${tag.Жалоба},${tag.Продажа}`)).toEqual(which((s) => s.tags.length > 0));
    expect(await ids('tag=-')).toEqual(which((s) => s.tags.length === 0));
    expect(await ids(`tag=-,${tag.Продажа}`)).toEqual(which((s) => s.tags.length === 0 || s.tags.includes('Продажа')));
    expect(await ids(`tag=${tag.Личный}`)).toEqual([]);
    expect(await ids('noted=true')).toEqual(which((s) => s.note));
    expect(await ids('noted=false')).toEqual(which((s) => !s.note));
    expect(await ids('commented=true')).toEqual(which((s) => s.comments > 0));
    const period = `from=${new Date(FIRST + 5 * 3_600_000).toISOString()}&to=${new Date(FIRST + 20 * 3_600_000).toISOString()}`;
    expect(await ids(`${period}&tag=${tag.Жалоба}&noted=false`)).toEqual(
      which((s, i) => i >= 5 && i < 20 && s.tags.includes('Жалоба') && !s.note),
    );
    const query = `${period}&tag=${tag.Жалоба}`;
    const listed = await ids(query);
    const { totals } = await stack.rest<{ totals: { calls: number } }>('GET', `${A}/reports/by-group?${query}`);
    expect(totals.calls).toBe(listed.length);
    const { counted } = await stack.rest<{ counted: { total: number; filter: string } }>(
      'GET',
      `${A}/reports/by-group/explain?measure=calls&${query}`,
    );
    expect(await ids(counted.filter)).toEqual(listed);
  });

  test('how it was talked is found by shares, monologues, silences and overtalk of all segments of a recording', async () => {
    for (let i = 0; i < 40; i += 2) {
      const one = { left: 10 + i, right: 30 - (i % 20), longest: i, silence: i % 7 === 0 ? 0 : 3 + (i % 9), overtalk: i / 10, seconds: 60 };
      const two = { left: 2, right: 20, longest: 1.5, silence: 4, overtalk: 0.5, seconds: 30 };
      await recorded(i, '0000000000000001', one);
      const parts = i % 6 === 0 ? [one, two] : [one];
      if (parts.length > 1) await recorded(i, '0000000000000002', two);
      const sum = (pick: (part: typeof one) => number) => parts.reduce((total, part) => total + pick(part), 0);
      of(`m-${i}`).talk = {
        ...{ left: sum((p) => p.left), right: sum((p) => p.right), overtalk: sum((p) => p.overtalk), recorded: sum((p) => p.seconds) },
        ...{ monologue: Math.max(1, ...parts.map((p) => p.longest)), silence: Math.max(...parts.map((p) => p.silence)) },
      };
    }
    await carried();
    const share = ({ talk }: Said) => (talk === null ? null : (talk.right * 100) / (talk.left + talk.right));
    const within = (value: number | null, least: number, most: number) => value !== null && value >= least && value <= most;
    expect(which((s) => within(share(s), 40, 60)).length).toBeGreaterThan(3);
    expect(await ids('talkShareMin=40&talkShareMax=60')).toEqual(which((s) => within(share(s), 40, 60)));
    expect(await ids('talkShareMax=40')).toEqual(which((s) => within(share(s), 0, 40)));
    expect(await ids('monologueMin=20')).toEqual(which(({ talk }) => talk !== null && talk.monologue >= 20));
    expect(await ids('silenceMin=5')).toEqual(which(({ talk }) => talk !== null && talk.silence >= 5));
    const overtalk = ({ talk }: Said) => (talk === null ? null : (talk.overtalk * 100) / talk.recorded);
    expect(await ids('overtalkMin=3')).toEqual(which((s) => within(overtalk(s), 3, 100)));
    const { talk } = await stack.rest<{ talk: { ourShare: number; recordedSeconds: number; clientMonologueSeconds: number } }>(
      'GET',
      `${call(6)}/marks`,
    );
    expect(talk).toMatchObject({ recordedSeconds: 90, clientMonologueSeconds: 6 });
    expect(talk.ourShare).toBeCloseTo(share(of('m-6')) as number, 6);
    // a recording that goes takes its measures along
    await asTenant(pg.db, 'alfa', (trx) =>
      trx.updateTable('recordings').set({ status: 'expired', reason: 'expired', talk: null }).where('call_id', '=', 'm-20').execute(),
    );
    of('m-20').talk = null;
    await carried();
    expect(await ids('monologueMin=20')).toEqual(which(({ talk: t }) => t !== null && t.monologue >= 20));
  });

  test('the mark of quality control is found', async () => {
    for (const [i, score] of [
      [1, 40],
      [2, 66.6],
      [3, 90],
    ] as const) {
      await asTenant(pg.db, 'alfa', (trx) => setScore(trx, 'alfa', { id: `m-${i}`, startedAt: (FIRST + i * 3_600_000) * 1_000 }, score));
      of(`m-${i}`).score = score;
    }
    await carried();
    expect(await ids('scoreMin=40&scoreMax=66.6')).toEqual(['m-1', 'm-2']);
    await asTenant(pg.db, 'alfa', (trx) => setScore(trx, 'alfa', { id: 'm-1', startedAt: (FIRST + 3_600_000) * 1_000 }, null));
    of('m-1').score = null;
    await carried();
    expect(await ids('scoreMin=0')).toEqual(['m-2', 'm-3']);
  });

  test('a change of a transaction that commits late is carried, and one during a kill of the job', async () => {
    const late = await pg.pool.connect();
    await late.query('begin');
    await late.query(
      `insert into call_taggings (tenant, call_id, tag, started_at, by) values ('alfa', 'm-7', ${tag.Личный}, now(), 'test')`,
    );
    await stack.rest('PUT', `${call(11)}/tags`, { tags: [tag.Личный] });
    await carried();
    expect(await ids(`tag=${tag.Личный}`)).toEqual(['m-11']);
    await late.query('commit');
    late.release();
    await carried();
    expect(await ids(`tag=${tag.Личный}`)).toEqual(['m-11', 'm-7']);
    for (let i = 20; i < 30; i++) {
      await stack.rest('PUT', `${call(i)}/tags`, { tags: [tag.Личный] });
      if (i === 21 || i === 26) await killJob();
    }
    await until('the job is back', async () => (await ids(`tag=${tag.Личный}`)).length === 12, 60_000);
    await carried();
    for (let i = 0; i < 40; i++) {
      const tags = (await stack.rest<{ tags: { name: string }[] }>('GET', `${call(i)}/marks`)).tags.map((t) => t.name);
      of(`m-${i}`).tags = tags;
    }
    expect(await ids(`tag=${tag.Жалоба}`)).toEqual(which((s) => s.tags.includes('Жалоба')));
  });

  test('the store is told everything anew when its table is empty', async () => {
    await store.command({ query: 'TRUNCATE TABLE call_marks' });
    expect(await ids(`tag=${tag.Жалоба}`)).toEqual([]);
    await killJob();
    const wanted = which((s) => s.tags.includes('Жалоба'));
    await until('it is', async () => (await ids(`tag=${tag.Жалоба}`)).length === wanted.length, 60_000);
    await carried();
    expect(await ids(`tag=${tag.Жалоба}`)).toEqual(wanted);
    expect(await ids('commented=true')).toEqual(which((s) => s.comments > 0));
    expect(await ids('monologueMin=20')).toEqual(which(({ talk }) => talk !== null && talk.monologue >= 20));
    expect(await ids('scoreMin=0')).toEqual(['m-2', 'm-3']);
  });
});

describe('what people say', () => {
  test('the list of tags: names once, order, archived ones are put on no more calls', async () => {
    await expect(stack.rest('POST', `${A}/tags`, { name: 'жалоба', colour: 'blue' })).rejects.toThrow(/409/);
    await stack.rest('PATCH', `${A}/tags/${tag.Личный}`, { place: 0, name: 'Частный' });
    const list = async () => (await stack.rest<{ data: { name: string; isArchived: boolean; calls: number }[] }>('GET', `${A}/tags`)).data;
    expect((await list()).map((t) => t.name)).toEqual(['Частный', 'Жалоба', 'Продажа']);
    expect((await list())[0]?.calls).toBe(12);
    await stack.rest('PATCH', `${A}/tags/${tag.Личный}`, { archived: true });
    await expect(stack.rest('PUT', `${call(1)}/tags`, { tags: [tag.Личный] })).rejects.toThrow(/409.*archived/);
    // one that has it keeps it beside others
    await stack.rest('PUT', `${call(11)}/tags`, { tags: [tag.Личный, tag.Продажа] });
    await expect(stack.rest('PUT', `${call(1)}/tags`, { tags: ['999'] })).rejects.toThrow(/404/);
    await expect(stack.rest('PUT', `${A}/calls/nothing/tags`, { tags: [] })).rejects.toThrow(/404/);
  });

  test('a note is changed by whoever read it last, and taken away', async () => {
    const write = (text: string, version: number) =>
      stack.rest<{ version: number; text: string } | null>('PUT', `${call(1)}/note`, { text, version });
    expect(await write('первая', 0)).toMatchObject({ text: 'первая', version: 1 });
    await expect(write('другая', 0)).rejects.toThrow(/409/);
    expect(await write('вторая', 1)).toMatchObject({ version: 2 });
    expect(await write('', 2)).toBeNull();
    await expect(stack.rest('PUT', `${call(1)}/note`, { text: 'х'.repeat(4_001), version: 0 })).rejects.toThrow(/400/);
  });

  test('comments: at a second, one’s own to change, others’ for who answers for all', async () => {
    const [one, two, chief] = [
      await tokenOf('one', ['calls:read', 'calls:comment']),
      await tokenOf('two', ['calls:read', 'calls:comment']),
      await tokenOf('chief', ['calls:read', 'calls:comment', 'marks:write']),
    ];
    const path = `${call(3)}/comments`;
    const made = (await (await asToken(one, 'POST', path, { text: 'хорошо поздоровался', second: 4.2 })).json()) as { id: string };
    expect((await asToken(two, 'PATCH', `${path}/${made.id}`, { text: 'нет' })).status).toBe(403);
    expect((await asToken(two, 'DELETE', `${path}/${made.id}`)).status).toBe(403);
    expect(await (await asToken(one, 'PATCH', `${path}/${made.id}`, { text: 'очень хорошо' })).json()).toMatchObject({
      second: 4.2,
      text: 'очень хорошо',
    });
    expect((await asToken(chief, 'DELETE', `${path}/${made.id}`)).status).toBe(204);
    expect((await asToken(one, 'PATCH', `${path}/${made.id}`, { text: 'снова' })).status).toBe(404);
    const { comments } = await stack.rest<{ comments: { text: string; removedBy: string | null; editedAt: string | null }[] }>(
      'GET',
      `${call(3)}/marks`,
    );
    expect(comments.at(-1)).toMatchObject({ text: '', removedBy: 'chief' });
    const reader = await tokenOf('reader', ['calls:read']);
    expect((await asToken(reader, 'POST', path, { text: 'я' })).status).toBe(403);
    expect((await asToken(reader, 'PUT', `${call(3)}/tags`, { tags: [] })).status).toBe(403);
    expect((await asToken(await tokenOf('other', ['calls:read'], 'beta'), 'GET', `${call(3)}/marks`)).status).toBe(404);
  });

  test('collections and the search in all that was written; erased words are found no more', async () => {
    const best = await stack.rest<{ id: string }>('POST', `${A}/collections`, { name: 'Лучшие звонки', about: 'для обучения' });
    await expect(stack.rest('POST', `${A}/collections`, { name: 'ЛУЧШИЕ звонки' })).rejects.toThrow(/409/);
    const entries = `${A}/collections/${best.id}/entries`;
    await stack.rest('POST', entries, { call: 'm-13', text: 'отработал возражение', from: 10, to: 25.5 });
    const whole = await stack.rest<{ id: string }>('POST', entries, { call: 'm-14' });
    await expect(stack.rest('POST', entries, { call: 'm-14' })).rejects.toThrow(/409/);
    await expect(stack.rest('POST', entries, { call: 'm-15', from: 30, to: 10 })).rejects.toThrow(/400/);
    interface Found {
      data: { callId: string; entries: { text: string; piece: { from: number; to: number } | null }[] }[];
      next: string | null;
    }
    const find = async (query: string) => stack.rest<Found>('GET', `${A}/library?${query}`);
    const found = async (query: string) => (await find(query)).data.map((c) => c.callId);
    expect(await found(`collection=${best.id}`)).toEqual(['m-14', 'm-13']);
    expect((await find(`text=${encodeURIComponent('ВОЗРАЖЕНИЕ')}`)).data).toMatchObject([
      { callId: 'm-13', entries: [{ piece: { from: 10, to: 25.5 } }] },
    ]);
    expect(await found(`text=${encodeURIComponent('обучени')}`)).toEqual(['m-14', 'm-13']);
    expect(await found(`text=${encodeURIComponent('заметка 35')}`)).toEqual(['m-35']);
    const byTag = await found(`tag=${tag.Продажа}&limit=200`);
    expect([...byTag].sort()).toEqual((await ids(`tag=${tag.Продажа}`)).sort());
    // pages give each call once
    let cursor = '';
    const paged: string[] = [];
    do {
      const page = await find(`tag=${tag.Продажа}&limit=3${cursor}`);
      paged.push(...page.data.map((c) => c.callId));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(paged).toEqual(byTag);
    await stack.rest('DELETE', `${entries}/${whole.id}`);
    expect(await found(`collection=${best.id}`)).toEqual(['m-13']);
    // of an erased call
    const erased = ['m-13', 'm-5', 'm-39'];
    // a place in a collection and a note
    const written = 2 + erased.reduce((sum, id) => sum + of(id).comments, 0);
    expect(await asTenant(pg.db, 'alfa', (trx) => countMarks(trx, 'alfa', erased))).toBe(written);
    expect(await asTenant(pg.db, 'alfa', (trx) => countMarks(trx, 'beta', erased))).toBe(0);
    expect(await asTenant(pg.db, 'alfa', (trx) => eraseMarks(trx, 'alfa', erased))).toBe(written);
    expect(await found(`collection=${best.id}`)).toEqual([]);
    await carried();
    of('m-5').note = false;
    expect(await ids('noted=true')).toEqual(which((s) => s.note));
    const audit = await stack.rest<{ data: { act: string }[] }>('GET', `${A}/audit?limit=200&act=mark`).catch(() => null);
    if (audit !== null) expect(JSON.stringify(audit.data)).not.toContain('возражение');
  });
});
