import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { SpeechService } from '../recordings/speech-service.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { companies } from './fixtures.ts';
import { type Stack, until } from './stack.ts';

interface Settings {
  on: boolean;
  address: string;
  hasKey: boolean;
  fault: string;
  waiting: number;
  ready: number;
  failed: number;
}
interface Transcript {
  segments: { status: string; fault: string; lines: { from: number; to: number; side: string; text: string }[] }[];
}
let service: SpeechService;
let stack: Stack;
let dir: string;
const [call] = RECORDED as readonly [RecordedCall];
const path = (of: RecordedCall) => `/tenants/t1/calls/${encodeURIComponent(of.call.call_id)}/transcript`;
const settings = () => stack.rest<Settings>('GET', '/tenants/t1/transcription');
const transcript = (of = call) => stack.rest<Transcript>('GET', path(of));
const name = (form: object, at = stack) => at.rest<Settings>('PUT', '/tenants/t1/transcription/service', form);
const choose = (on: boolean, minSeconds = 0, at = stack) =>
  at.rest<Settings>('PUT', '/tenants/t1/transcription', { on, language: 'ru', minSeconds });
const signedIn = async () => {
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: 'secret-secret', role: 'admin' });
  const answer = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stack.portal, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ domain: String(companies().t1?.tenant.domain), login: 'olga', password: 'secret-secret' }).toString(),
  });
  return { status: answer.status, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
};
const found = async (said: string, token?: string) => {
  const response = await stack.fetch(`/api/v1/tenants/t1/calls?limit=100&said=${encodeURIComponent(said)}`, {
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
};

beforeAll(async () => {
  if (FFMPEG === null) return;
  dir = mkdtempSync(join(tmpdir(), 'callscope-words-'));
  service = await SpeechService.start();
  stack = await startRecorded(async (started) => {
    await started.rest('PUT', '/tenants/t1/recordings/sealing', { on: true });
    await name({ address: service.address, model: 'whisper-1', key: 'secret-of-the-service' }, started);
    await choose(true, 0, started);
  });
});
afterAll(async () => {
  await stack?.end();
  service?.end();
  if (dir) rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(FFMPEG === null)('transcripts', () => {
  test('a new recording is written down by its sides, sealed as it is, and the service is asked as OpenAI is', async () => {
    await until('all are written down', async () => (await settings()).ready === RECORDED.length, 60_000);
    const { segments } = await transcript();
    expect(segments).toEqual([
      expect.objectContaining({
        status: 'ready',
        fault: '',
        lines: [
          { from: 0.2, to: 1.5, side: 'left', text: 'Здравствуйте, хочу расторгнуть договор.' },
          { from: 2, to: 4.5, side: 'right', text: 'Соединяю с отделом договоров.' },
          { from: 5, to: 6, side: 'left', text: 'Спасибо!' },
        ],
      }),
    ]);
    for (const { authorization, path, fields } of service.heard) {
      expect(authorization).toBe('Bearer secret-of-the-service');
      expect(path).toBe('/v1/audio/transcriptions');
      expect(fields).toEqual({
        ...{ model: 'whisper-1', language: 'ru', response_format: 'verbose_json' },
        'timestamp_granularities[]': 'segment',
      });
    }
    expect(service.heard).toHaveLength(2 * RECORDED.length);
  });

  test('each side is sent alone: what the service got is that channel of the recording', async () => {
    const response = await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(call.call.call_id)}/recording`);
    const whole = join(dir, 'whole.mp3');
    writeFileSync(whole, Buffer.from(await response.arrayBuffer()));
    const channels = decoded(whole, 16_000, 2) as [Int16Array, Int16Array];
    const energy = (samples: Int16Array) => samples.reduce((sum, v) => sum + v * v, 0) / samples.length;
    const sent = (side: string) =>
      service.heard
        .filter((one) => one.name === `${side}.mp3`)
        .map((one, i) => {
          const file = join(dir, `${side}-${i}.mp3`);
          writeFileSync(file, one.audio);
          return (decoded(file, 16_000, 1) as [Int16Array])[0];
        });
    for (const [i, side] of (['left', 'right'] as const).entries()) {
      const own = channels[i as 0 | 1];
      const near = sent(side).filter(
        (samples) => Math.abs(samples.length - own.length) < 3_200 && Math.abs(energy(samples) / energy(own) - 1) < 0.1,
      );
      expect(near.length, side).toBeGreaterThan(0);
    }
  });

  test('calls are found by what was said, in any form, as a phrase, without a word, and only in their days', async () => {
    const all = RECORDED.map((one) => one.call.call_id).sort();
    expect((await found('договоры')).sort()).toEqual(all);
    expect((await found('«расторгнуть договор»')).sort()).toEqual(all);
    expect(await found('«договор расторгнуть»')).toEqual([]);
    expect(await found('договор -спасибо')).toEqual([]);
    expect(await found('скидка')).toEqual([]);
    const response = await stack.fetch(`/api/v1/tenants/t1/calls?limit=100&said=${encodeURIComponent('договор')}&to=2020-01-01T00:00:00Z`);
    expect(((await response.json()) as { data: unknown[] }).data).toEqual([]);
  });

  test('the same words narrow a report, and what it is compared with', async () => {
    const daily = (said: string, from: string, to: string, compare = '') =>
      stack.rest<{ totals: Record<string, number>; comparison?: { totals: Record<string, { before: number }> } }>(
        'GET',
        `/tenants/t1/reports/daily?from=${from}T00:00:00%2B03:00&to=${to}T00:00:00%2B03:00&said=${encodeURIComponent(said)}${compare}`,
      );
    const { totals } = await daily('договор', '2026-11-23', '2026-11-24');
    expect((totals.in ?? 0) + (totals.out ?? 0)).toBe(RECORDED.filter((one) => !one.call.kind.includes('internal')).length);
    expect(totals.in).toBeGreaterThan(0);
    expect((await daily('скидка', '2026-11-23', '2026-11-24')).totals).toMatchObject({ in: 0, out: 0 });
    const later = await daily('договор', '2026-11-24', '2026-11-25', '&compare=2026-11-23');
    expect(later.totals).toMatchObject({ in: 0, out: 0 });
    expect(later.comparison?.totals.in?.before).toBe(totals.in);
  });

  test('words of as many calls as the store can be told of are found; of more it is said, by REST and on pages, and nothing breaks', async () => {
    const pool = new pg.Pool({ connectionString: stack.databaseUrl(), max: 1 });
    const spoken = (from: number, to: number) =>
      pool.query(
        `WITH r AS (INSERT INTO recordings (tenant, call_id, segment, status, reason)
            SELECT 't1', 'c6d29d8076dbc3c7e71ceb24-' || i || '@127.0.0.30', lpad(to_hex(i), 16, '0'), 'failed', 'fault' FROM generate_series(${from}, ${to}) i
            RETURNING tenant, call_id, segment)
          INSERT INTO transcripts (tenant, call_id, segment, started_at, status, said)
          SELECT tenant, call_id, segment, '2026-11-23T15:00:00Z', 'ready', 'поговорим про слона' FROM r`,
      );
    try {
      const period = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z';
      const asked = (path: string) => stack.fetch(`${path}?${period}&said=${encodeURIComponent('слон')}`);
      await spoken(1, 5_000);
      expect((await asked('/api/v1/tenants/t1/calls')).status).toBe(200);
      await spoken(5_001, 5_001);
      for (const path of ['calls', 'reports/summary']) {
        const response = await asked(`/api/v1/tenants/t1/${path}`);
        expect(response.status).toBe(422);
        expect(await response.text()).toContain('ask for fewer days, or for more words');
      }
      const { status, cookie } = await signedIn();
      expect(status).toBe(303);
      for (const page of ['journal', 'statistics', 'details', 'ad-lines', 'missed'])
        expect(
          (await fetch(`${stack.portal}/c/t1/${page}?${period}&said=${encodeURIComponent('слон')}`, { headers: { cookie } })).status,
        ).toBe(200);
    } finally {
      await pool.query(`DELETE FROM transcripts WHERE said LIKE '%слона'`);
      await pool.end();
    }
  });

  test('whoever may not hear calls neither reads nor finds by what was said', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'figures', scopes: ['calls:read'] });
    expect(await found('договор', token)).toEqual([]);
    const headers = { authorization: `Bearer ${token}` };
    expect((await stack.fetch(`/api/v1${path(call)}`, { headers })).status).toBe(403);
    await transcript();
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/tenants/t1/audit?limit=100');
    expect(data).toContainEqual(expect.objectContaining({ act: 'transcript.read', subject: call.call.call_id }));
    expect(JSON.stringify(data)).not.toContain('secret-of-the-service');
  });

  test('only the operator names the service, and its key is never told: neither shown, nor to another address', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'all', scopes: ['write'] });
    const put = (body: object) =>
      stack.fetch('/api/v1/tenants/t1/transcription/service', {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await put({ address: 'http://127.0.0.1:1/v1', model: 'x' })).status).toBe(403);
    expect(JSON.stringify(await settings())).not.toContain('secret-of');
    for (const wrong of ['ftp://x/v1', 'http://user:word@x/v1', 'http://x/v1?y=1', 'nothing'])
      await expect(name({ address: wrong, model: 'x' })).rejects.toThrow(/ 400 /);
    expect((await name({ address: `${service.address}/`, model: 'whisper-1' })).hasKey).toBe(true);
    expect((await name({ address: 'http://127.0.0.1:9/v1', model: 'whisper-1' })).hasKey).toBe(false);
    const files = readdirSync(join(stack.dataDir, 'postgres'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
    expect(files.some((f) => readFileSync(join(f.parentPath, f.name)).includes('secret-of-the-service'))).toBe(false);
  });

  test('a service that is away is said to be, holds what waits, and goes on when it is back', async () => {
    const before = (await settings()).ready;
    put(stack.dataDir, call, nameOf(call, 'bbbb000000000001'));
    await until('it is said', async () => /does not answer/.test((await settings()).fault), 60_000);
    expect(await settings()).toMatchObject({ waiting: 1, ready: before, failed: 0 });
    await name({ address: service.address, model: 'whisper-1', key: '' });
    await until('it is written down', async () => (await settings()).ready === before + 1, 60_000);
    expect(await settings()).toMatchObject({ fault: '', waiting: 0 });
    expect(service.heard.at(-1)?.authorization).toBeUndefined();
    expect((await transcript()).segments.map((s) => s.status)).toEqual(['ready', 'ready']);
  });

  test('a recording that the service does not take fails alone, says why, and is asked for once more by hand', async () => {
    service.refuses = { status: 400, body: JSON.stringify({ error: { message: 'Audio file is too short.' } }) };
    put(stack.dataDir, call, nameOf(call, 'bbbb000000000002'));
    await until('it failed', async () => (await settings()).failed === 1, 60_000);
    expect((await transcript()).segments.at(-1)).toMatchObject({
      status: 'failed',
      fault: 'the service answers 400: Audio file is too short.',
    });
    service.refuses = null;
    expect(await stack.rest('POST', path(call), {})).toEqual({ waiting: 1 });
    await until('it is written down', async () => (await settings()).failed === 0 && (await settings()).waiting === 0, 60_000);
  });

  test('switched off, new recordings stay unwritten; what is written stays', async () => {
    const before = await choose(false);
    put(stack.dataDir, call, nameOf(call, 'bbbb000000000003'));
    const id = encodeURIComponent(call.call.call_id);
    await until(
      'it is archived',
      async () =>
        (await stack.rest<{ recording: { segments: unknown[] } }>('GET', `/tenants/t1/calls/${id}`)).recording.segments.length === 4,
      60_000,
    );
    expect(await settings()).toMatchObject({ waiting: 0, ready: before.ready });
  });

  test('an erased recording takes its words with it', async () => {
    const { from } = call.call as unknown as { from: string };
    const number = (await stack.rest<{ from: string }>('GET', `/tenants/t1/calls/${encodeURIComponent(call.call.call_id)}`)).from ?? from;
    await stack.rest('POST', '/tenants/t1/recordings/erasures', { number, reason: 'asked for by letter' });
    await until('no words of it are left', async () => (await transcript()).segments.length === 0, 60_000);
    expect(await found('договор')).not.toContain(call.call.call_id);
  });
});
