import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, recordingOf as recordingIn, startRecorded } from '../recordings/recorded-company.ts';
import { inSpool, nameOf, put } from '../recordings/spool.ts';
import { type Stack, until } from './stack.ts';

/** The erase and keep desk on real servers: everything of one number, holds with an end, signed reports, what goes by tomorrow. */

interface Desk {
  number: string;
  calls: { count: number; first: string | null };
  counts: { all: number; ready: number; held: number; seconds: number; bytes: number };
  beside: Record<string, number>;
  holds: string[];
  erasures: string[];
  recordings: { call: string; status: string; hold: string | null }[];
}
interface Erasure {
  id: string;
  finishedAt: string | null;
  erased: number;
  held: number;
  others: Record<string, number>;
}
interface Signed {
  edition: number;
  document: string;
  signature: string;
  key: string;
  recordings: string[];
}
interface Worth {
  worth: string;
  isOfNumber: boolean | null;
}

const BASE = '/tenants/t1/recordings';
const outside = RECORDED.filter(({ call }) => call.direction === 'in' && /^\d{11}$/.test(call.from ?? ''));
const [erased, held, revised, late] = outside as readonly RecordedCall[] as [RecordedCall, RecordedCall, RecordedCall, RecordedCall];
const numberOf = ({ call }: RecordedCall) => call.from ?? '';
const spelled = (n: string) => `8 (${n.slice(1, 4)}) ${n.slice(4, 7)}-${n.slice(7, 9)}-${n.slice(9)}`;
let stack: Stack;
let db: pg.Client;
const recordingOf = (of: RecordedCall) => recordingIn(stack, of);
const desk = (number: string) => stack.rest<Desk>('GET', `${BASE}/desk?number=${encodeURIComponent(number)}`);
const erasure = (id: string) => stack.rest<Erasure>('GET', `${BASE}/erasures/${id}`);
const signed = (id: string) => stack.rest<Signed>('GET', `${BASE}/erasures/${id}/signed`);
const verify = ({ document, signature, key, recordings }: Signed, number?: string) =>
  stack.rest<Worth>('POST', `${BASE}/erasures/verify`, {
    document,
    signature,
    key,
    recordings,
    ...(number === undefined ? {} : { number }),
  });
const status = async (method: string, path: string, body?: unknown) => {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return (await stack.fetch(`/api/v1${BASE}/${path}`, { method, ...init })).status;
};
/** Erases a number, and waits until its report is signed. */
async function erase(number: string): Promise<string> {
  const { id } = await stack.rest<Erasure>('POST', `${BASE}/erasures`, { number, reason: 'asked by the person' });
  await until('the erasure is through', async () => (await erasure(id)).finishedAt !== null);
  await until('its report is signed', async () => (await status('GET', `erasures/${id}/signed`)) === 200);
  return id;
}
/** What people and machines wrote of a call, beside its recording. */
async function write(of: RecordedCall): Promise<void> {
  const id = of.call.call_id;
  await stack.rest('POST', `/tenants/t1/calls/${encodeURIComponent(id)}/recording/links`, {});
  await db.query(
    `INSERT INTO transcripts (tenant, call_id, segment, started_at, status, said)
      SELECT tenant, call_id, segment, started_at, 'ready', 'моя карта' FROM recordings WHERE tenant = 't1' AND call_id = $1`,
    [id],
  );
  await db.query(
    `INSERT INTO case_notes (tenant, call_id, owner, status, comment, changed_by) VALUES ('t1', $1, 'e1', 'working', 'спросил про долг', 'anna')`,
    [id],
  );
  await db.query(`INSERT INTO call_notes (tenant, call_id, started_at, text, by) VALUES ('t1', $1, now(), 'живёт на Мира', 'anna')`, [id]);
  await db.query(
    `INSERT INTO call_comments (tenant, call_id, started_at, author, by, text, second) VALUES ('t1', $1, now(), 'person:1', 'anna', 'тут про Мира', 3)`,
    [id],
  );
  const { rows } = await db.query(`INSERT INTO quality_forms (tenant) VALUES ('t1') RETURNING id`);
  await db.query(`INSERT INTO quality_form_versions (tenant, form, version, body, made_by) VALUES ('t1', $1, 1, '{}', 'anna')`, [
    rows[0].id,
  ]);
  const review = await db.query(
    `INSERT INTO quality_reviews (tenant, call_id, started_at, employee, group_id, form, version, reviewer, source, created_by, state,
        submitted_at, answers, comment, score, appeal, decision)
      VALUES ('t1', $1, now(), 'e1', '', $2, 1, 'anna', 'hand', 'anna', 'settled', now(), '{"hello": {"value": 1, "comment": "назвал адрес", "at": 3}}',
        'говорил про адрес', 80, '{"text": "не так", "questions": {"hello": "сказал"}, "by": "e1", "at": "2026-11-20T00:00:00Z"}',
        '{"isKept": true, "reason": "адрес назван", "by": "head", "at": "2026-11-20T00:00:00Z", "scoreBefore": 80}') RETURNING id`,
    [id, rows[0].id],
  );
  await db.query(
    `INSERT INTO quality_events (tenant, review, who, what, detail) VALUES ('t1', $1, 'head', 'kept', '{"reason": "адрес назван", "after": 80}')`,
    [review.rows[0].id],
  );
}
/** Everything that was written of a call, as one text. */
async function written(of: RecordedCall): Promise<string> {
  const { rows } = await db.query(
    `SELECT (SELECT json_agg(t) FROM transcripts t WHERE call_id = $1)::text AS words, (SELECT json_agg(n) FROM case_notes n WHERE call_id = $1)::text AS notes,
      (SELECT json_agg(r) FROM quality_reviews r WHERE call_id = $1)::text AS reviews,
      (SELECT json_agg(n) FROM call_notes n WHERE call_id = $1)::text AS memo, (SELECT json_agg(c) FROM call_comments c WHERE call_id = $1)::text AS remarks,
      (SELECT json_agg(e) FROM quality_events e JOIN quality_reviews r ON r.id = e.review WHERE r.call_id = $1)::text AS events`,
    [of.call.call_id],
  );
  return JSON.stringify(rows[0]);
}

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded();
  db = new pg.Client({ connectionString: stack.databaseUrl() });
  await db.connect();
  for (const of of [erased, held]) await write(of);
});
afterAll(async () => {
  await db?.end();
  await stack?.end();
});

describe.skipIf(FFMPEG === null)('the erase and keep desk', () => {
  let first: Signed;
  let firstId = '';

  test('everything of one number is found, in any spelling', async () => {
    const found = await desk(spelled(numberOf(erased)));
    expect(found).toMatchObject({
      number: numberOf(erased),
      counts: { ready: 1, held: 0 },
      beside: { transcripts: 1, links: 1, reviews: 1, marks: 2, comments: 1 },
      ...{ holds: [], erasures: [] },
    });
    expect(found.calls.count).toBeGreaterThan(0);
    expect(found.counts.bytes).toBeGreaterThan(1_000);
    expect(found.recordings).toContainEqual(expect.objectContaining({ call: erased.call.call_id, status: 'ready', hold: null }));
    expect(await desk('+7 999 000-00-00')).toMatchObject({ calls: { count: 0, first: null }, counts: { all: 0 }, recordings: [] });
    expect(await status('GET', 'desk?number=nobody')).toBe(400);
  });

  test('a number is erased with what tells of what was said; a report that was signed says so, and one that was changed is refused', async () => {
    firstId = await erase(spelled(numberOf(erased)));
    expect(await erasure(firstId)).toMatchObject({
      erased: 1,
      held: 0,
      others: { transcripts: 1, links: 1, reviews: 1, marks: 2, comments: 1 },
    });
    expect(await recordingOf(erased)).toMatchObject({ status: 'erased' });
    const left = await written(erased);
    for (const word of ['карта', 'долг', 'адрес', 'не так', 'сказал', 'Мира']) expect(left).not.toContain(word);
    // who looks after the case, the marks and who did what stay
    for (const word of ['working', '\\"score\\":80', '\\"value\\": 1', 'kept', 'after']) expect(left).toContain(word);
    expect(await desk(numberOf(erased))).toMatchObject({
      counts: { ready: 0 },
      beside: { transcripts: 0, links: 0, reviews: 0, marks: 0, comments: 0 },
      erasures: [firstId],
    });

    first = await signed(firstId);
    const said = JSON.parse(first.document);
    expect(said).toMatchObject({
      company: 't1',
      erasure: firstId,
      edition: 1,
      reason: 'asked by the person',
      erased: 1,
      held: 0,
      lines: 1,
    });
    expect(first.document).not.toContain(numberOf(erased));
    expect(first.recordings).toEqual([expect.stringMatching(/\terased\t.*\t[0-9a-f]{64}$/)]);
    expect(await verify(first)).toEqual({ worth: 'valid', isOfNumber: null });
    expect(await verify(first, spelled(numberOf(erased)))).toEqual({ worth: 'valid', isOfNumber: true });
    expect(await verify(first, numberOf(held))).toEqual({ worth: 'valid', isOfNumber: false });
    const document = first.document.replace('"held":0', '"held":1');
    expect((await verify({ ...first, document })).worth).toBe('invalid');
    expect((await verify({ ...first, recordings: [] })).worth).toBe('invalid');
    expect((await verify({ ...first, signature: first.signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) })).worth).toBe('invalid');
    expect((await verify({ ...first, key: 'AAAA' })).worth).toBe('invalid');
  });

  test('who signs with a key of their own, or for another company, proves nothing', async () => {
    const { generateKeyPairSync, sign } = await import('node:crypto');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url');
    const by = (document: string): Signed => ({
      ...first,
      ...{ document, key, signature: sign(null, Buffer.from(document), privateKey).toString('base64url') },
    });
    expect((await verify(by(first.document))).worth).toBe('foreign');
    expect((await verify(by('no json'))).worth).toBe('invalid');
    const { document, signature, key: ours } = first;
    expect(await stack.rest('POST', '/tenants/t2/recordings/erasures/verify', { document, signature, key: ours })).toMatchObject({
      worth: 'invalid',
    });
    expect((await stack.fetch(`/api/v1/tenants/t2/recordings/erasures/${firstId}/signed`)).status).toBe(404);
  });

  test('what a hold keeps is not erased, nor what was written of it, and the report says by what; a hold ends by itself', async () => {
    const hold = { kind: 'call', value: held.call.call_id, reason: 'a claim at court' };
    expect(await status('POST', 'holds', { ...hold, until: '2020-01-01T00:00:00Z' })).toBe(400);
    const { id: kept } = await stack.rest<{ id: string }>('POST', `${BASE}/holds`, { ...hold, until: '2036-01-01T00:00:00Z' });
    expect((await desk(numberOf(held))).counts).toMatchObject({ ready: 1, held: 1 });
    const id = await erase(numberOf(held));
    expect(await erasure(id)).toMatchObject({ erased: 0, held: 1, others: {} });
    expect((await recordingOf(held)).status).toBe('ready');
    for (const word of ['карта', 'долг', 'адрес', 'Мира']) expect(await written(held)).toContain(word);
    const report = await signed(id);
    expect(JSON.parse(report.document)).toMatchObject({ erased: 0, held: 1 });
    expect(report.recordings).toEqual([expect.stringContaining(`\theld ${kept}\t`)]);

    // its day comes: nobody has to release it, and nobody can
    await db.query(`UPDATE recording_holds SET until = now() - interval '1 second' WHERE id = $1`, [kept]);
    expect(await status('DELETE', `holds/${kept}`)).toBe(404);
    const again = await erase(numberOf(held));
    expect(await erasure(again)).toMatchObject({
      erased: 1,
      held: 0,
      others: { transcripts: 1, links: 1, reviews: 1, marks: 2, comments: 1 },
    });
    expect((await recordingOf(held)).status).toBe('erased');
  });

  test('a part that a relay brings later, and a call that the number came into later, are erased too: a further edition says so', async () => {
    const part = nameOf(erased, 'eeee000000000001');
    put(stack.dataDir, erased, part);
    await until('it is taken', () => !inSpool(stack.dataDir, part));
    await until('a second edition is signed', async () => (await verify(first)).worth === 'older');
    await until('and can be had', async () => (await status('GET', `erasures/${firstId}/signed`)) === 200);
    const second = await signed(firstId);
    expect([second.edition, second.recordings.length]).toEqual([2, 2]);
    expect((await verify(second)).worth).toBe('valid');

    const number = '79995550011';
    const id = await erase(number);
    expect(await erasure(id)).toMatchObject({ erased: 0 });
    const store = createClient({ url: stack.storeUrl() });
    await store.command({
      query: `INSERT INTO calls SELECT * REPLACE ({number: String} AS dialled, revision + 1 AS revision) FROM calls
        WHERE tenant = 't1' AND id = {id: String} ORDER BY revision DESC LIMIT 1`,
      query_params: { number, id: revised.call.call_id },
    });
    await store.close();
    // an hour passes; the erasure was asked soon after the call
    await db.query(
      `UPDATE recording_erasures SET looked_at = now() - interval '2 hours', asked_at = (SELECT started_at + interval '1 hour'
        FROM recordings WHERE tenant = 't1' AND call_id = $2 LIMIT 1) WHERE id = $1`,
      [id, revised.call.call_id],
    );
    await db.query('NOTIFY recording_keeping');
    await until('it is erased', async () => (await recordingOf(revised)).status === 'erased');
    await until(
      'the report says so',
      async () => (await erasure(id)).erased === 1 && (await status('GET', `erasures/${id}/signed`)) === 200,
    );
    await until('in an edition of its own', async () => (await signed(id)).edition === 2);
  });

  test('what goes by a moment is told one by one beforehand, and the next run deletes exactly that', async () => {
    const { id: hold } = await stack.rest<{ id: string }>('POST', `${BASE}/holds`, {
      kind: 'number',
      value: numberOf(late),
      reason: 'a claim',
    });
    // it does not keep anything tomorrow
    const other = RECORDED.at(-1) as RecordedCall;
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const short = await stack.rest<{ id: string }>('POST', `${BASE}/holds`, {
      kind: 'call',
      value: other.call.call_id,
      reason: 'a day',
      until: soon,
    });
    type Listed = { data: { call: string; hold: string | null; bytes: number }[]; next: number | null };
    const list = (query: string) => stack.rest<Listed>('GET', `${BASE}/leaving/list?keepDays=1${query}`);
    const tomorrow = await list('');
    expect(tomorrow.data.find(({ call }) => call === other.call.call_id)?.hold).toBeNull();
    const now = await list(`&at=${new Date().toISOString()}`);
    expect(now.data.find(({ call }) => call === other.call.call_id)?.hold).toBe(short.id);
    expect(now.data.find(({ call }) => call === late.call.call_id)?.hold).toBe(hold);
    expect((await list(`&number=${encodeURIComponent(spelled(numberOf(late)))}`)).data.map(({ call }) => call)).toEqual([
      late.call.call_id,
    ]);
    const pages = [await list('&limit=1'), await list('&limit=1&after=1')];
    expect(pages.flatMap(({ data }) => data)).toEqual(tomorrow.data.slice(0, 2));
    expect(pages[0]?.next).toBe(1);

    const goes = now.data.filter((one) => one.hold === null);
    expect(goes.length).toBeGreaterThan(0);
    const sums = await stack.rest<{ goes: number; held: number; bytes: number }>(
      'GET',
      `${BASE}/leaving?keepDays=1&at=${new Date().toISOString()}`,
    );
    expect(sums).toMatchObject({ goes: goes.length, held: 2, bytes: goes.reduce((all, one) => all + one.bytes, 0) });
    await stack.rest('PUT', `${BASE}/keeping`, { keepDays: 1 });
    const expired = async () => {
      const { rows } = await db.query(
        `SELECT call_id FROM recordings WHERE tenant = 't1' AND status = 'expired' ORDER BY call_id COLLATE "C"`,
      );
      return rows.map((row) => row.call_id);
    };
    await until('they are gone', async () => (await expired()).length >= goes.length);
    expect(await expired()).toEqual(goes.map(({ call }) => call).sort());
    for (const of of [late, other]) expect((await recordingOf(of)).status).toBe('ready');
  });

  test('each of it stands in the audit', async () => {
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/tenants/t1/audit?limit=200');
    const acts = data.map(({ act, subject }) => `${act} ${subject}`);
    expect(acts).toContain(`recording.erase ${numberOf(erased)}`);
    expect(acts).toContain(`recording.hold call ${held.call.call_id}`);
    expect(data.some(({ act }) => act === 'recording.expire')).toBe(true);
  });
});
