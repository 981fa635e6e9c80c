import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asTenant, connectPostgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG, log } from '../recordings/ffmpeg.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { inSpool, nameOf, put as putIn } from '../recordings/spool.ts';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface RestCall {
  id: string;
  tenant: string;
  talkSeconds: number;
  recording: { status: string; reason: string | null; seconds: number | null; segments: { from: number; seconds: number }[] };
}

const calls = recordedCalls();
const byNumber = (n: number) => calls.find((r) => r.call.n === n) as RecordedCall;
let stack: Stack;
const spool = (...parts: string[]) => join(stack.dataDir, 'spool', ...parts);
const objects = () => readdirSync(join(stack.dataDir, 'objects'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.mp3'));
const recordingOf = async ({ call }: RecordedCall) =>
  (await stack.rest<RestCall>('GET', `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`)).recording;
/** The same call, another file: its segment is told by the digits. */
const put = (recorded: RecordedCall, name: string, change?: Parameters<typeof putIn>[3]) => putIn(stack.dataDir, recorded, name, change);
const segment = (recorded: RecordedCall, digits: string) => nameOf(recorded, digits);
const isGone = (name: string) => !inSpool(stack.dataDir, name);
const asideFor = (name: string) => (JSON.parse(readFileSync(spool('quarantine', `${name}.json`), 'utf8')) as { reason: string }).reason;

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startStack({ env: { RECORDERS: '2' } });
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
});
afterAll(() => stack?.end());

describe.skipIf(FFMPEG === null)('from the spool to the archive', () => {
  test('every recorded call is ready, as long as it was, and nothing is left in the spool', async () => {
    // half of them are there before their calls are known
    for (const recorded of calls.slice(0, 5)) put(recorded, nameOf(recorded));
    await sendUdp(stack.ports.hep, hep('udp'));
    await sendTcp(stack.ports.events, events());
    for (const recorded of calls.slice(5)) put(recorded, nameOf(recorded));
    for (const recorded of calls) {
      await until(`call ${recorded.call.n} is ready`, async () => (await recordingOf(recorded)).status === 'ready', 60_000);
      const { reason, seconds, segments } = await recordingOf(recorded);
      const expected = recorded.call.recording_mode === 'demand' ? 5 : recorded.call.talk_s;
      expect(reason).toBeNull();
      expect(Math.abs((seconds ?? 0) - expected), `call ${recorded.call.n}`).toBeLessThan(0.3);
      expect(segments).toHaveLength(1);
      const begins =
        recorded.call.recording_mode === 'demand' ? 4 : (Date.parse(recorded.call.answer ?? '') - Date.parse(recorded.call.start)) / 1_000;
      expect(Math.abs((segments[0]?.from ?? 0) - begins), `call ${recorded.call.n}`).toBeLessThan(0.3);
    }
    await until('the spool is empty', () => calls.every((r) => isGone(nameOf(r))));
    expect(objects()).toHaveLength(calls.length);
    for (const recorded of calls) {
      const day = recorded.call.start.slice(0, 10).replaceAll('-', '/');
      const key = `${recorded.call.tenant}/${day}/${recorded.call.call_id}/${nameOf(recorded).slice(-16)}.mp3`;
      const [left, right] = decoded(join(stack.dataDir, 'objects', key), 8_000, 2) as [Int16Array, Int16Array];
      expect(left.length).toBe(right.length);
      expect([left, right].every((side) => side.some((v) => Math.abs(v) > 1_000))).toBe(true);
    }
  });

  test('parts of a call that were stopped and begun again are its segments, in order', async () => {
    const recorded = byNumber(2);
    const bytes = readFileSync(recorded.pcap);
    const records = recordsOf(bytes);
    const part = (from: number, to: number) => Buffer.concat([bytes.subarray(0, 24), ...records.slice(from, to)]);
    const stopped = (text: string) => text.replace(/(first monologue\): )[\d.]+/, '$10.000');
    // the later one comes first
    put(recorded, segment(recorded, 'ffff000000000002'), { pcap: part(400, 600), text: stopped });
    put(recorded, segment(recorded, 'ffff000000000001'), { pcap: part(100, 300), text: stopped });
    await until('three segments', async () => (await recordingOf(recorded)).segments.length === 3);
    const { segments, seconds } = await recordingOf(recorded);
    expect(segments.map((s) => s.from)).toEqual(segments.map((s) => s.from).sort((a, b) => a - b));
    expect(segments.map((s) => Math.round(s.seconds))).toEqual([7, 2, 2]);
    expect(Math.round(seconds ?? 0)).toBe(11);
  });

  test('what cannot be used is put aside with its reason, its call says so, and the rest goes on', async () => {
    const recorded = byNumber(1);
    const whole = readFileSync(recorded.pcap);
    const unknown = Buffer.from(whole);
    for (const r of recordsOf(unknown)) if ((r[59] as number) < 128) r[59] = 4;
    // a relay whose clock is set on by ten years in mid-call
    const jumped = Buffer.concat([
      whole.subarray(0, 24),
      ...recordsOf(Buffer.from(whole)).map((r, i, all) => {
        if (i > all.length / 2) r.writeUInt32LE(r.readUInt32LE(0) + 315_360_000, 0);
        return r;
      }),
    ]);
    const bad: [string, Parameters<typeof put>[2], string][] = [
      ['ba00000000000001', { pcap: whole.subarray(0, whole.length - 7) }, 'truncated'],
      ['ba00000000000002', { pcap: whole.subarray(0, 24) }, 'no_rtp'],
      ['ba00000000000003', { pcap: Buffer.from('no capture at all') }, 'not_pcap'],
      ['ba00000000000004', { pcap: unknown }, 'unknown_codec'],
      ['ba00000000000005', { text: (t) => t.replace('tenant:t1', 'tenant:t2') }, 'mismatch'],
      ['ba00000000000006', { pcap: Buffer.alloc(0) }, 'empty'],
      ['ba00000000000007', { pcap: jumped }, 'damaged'],
    ];
    for (const [digits, change] of bad) put(recorded, segment(recorded, digits), change);
    for (const [digits, , reason] of bad) {
      const name = segment(recorded, digits);
      await until(`${reason} is put aside`, () => isGone(name));
      expect(asideFor(name)).toBe(reason);
      expect(existsSync(spool('quarantine', `${name}.pcap`))).toBe(true);
    }
    expect((await recordingOf(recorded)).status).toBe('ready');
    expect(objects().some((key) => key.includes('ba0000000000000'))).toBe(false);
    // a call that has nothing else
    const other = truth().find((c) => c.in_company_list && c.answer !== null && c.tenant === 't1' && !calls.some((r) => r.call.n === c.n));
    const { call_id } = other ?? { call_id: '' };
    const name = `${encodeURIComponent(call_id)}-ba00000000000008`;
    put(recorded, name, { pcap: whole.subarray(0, whole.length - 7) });
    await until('it is put aside', () => isGone(name));
    const { recording } = await stack.rest<RestCall>('GET', `/tenants/t1/calls/${encodeURIComponent(call_id)}`);
    expect(recording).toMatchObject({ status: 'failed', reason: 'fault', segments: [] });
  });

  test('packets that come after the text are waited for', async () => {
    const recorded = byNumber(6);
    const name = segment(recorded, 'aaaa000000000001');
    put(recorded, name, { pcap: null });
    // longer than a recording takes
    await new Promise((done) => setTimeout(done, 3_000));
    expect(existsSync(spool('quarantine', `${name}.json`))).toBe(false);
    copyFileSync(recorded.pcap, spool('pcaps', `${name}.pcap`));
    await until('it is ready', async () => (await recordingOf(recorded)).segments.length === 2, 60_000);
  });

  test('packets that never come, or cannot be read, are not waited for longer than a minute', { timeout: 150_000 }, async () => {
    const never = segment(byNumber(6), 'aaaa000000000002');
    put(byNumber(6), never, { pcap: null });
    // reading the first page of a process is an error of input, as from a disk that is worn out
    const unreadable = segment(byNumber(6), 'aaaa000000000004');
    symlinkSync('/proc/self/mem', spool('pcaps', `${unreadable}.pcap`));
    put(byNumber(6), unreadable, { pcap: null });
    for (const [name, reason] of [
      [never, 'no_pcap'],
      [unreadable, 'error'],
    ] as const) {
      await until('it is put aside', () => isGone(name), 120_000);
      expect(asideFor(name)).toBe(reason);
    }
  });

  test('a file that lies in a folder of another name is found by its own', async () => {
    const recorded = byNumber(23);
    const name = segment(recorded, 'aaaa000000000003');
    mkdirSync(spool('elsewhere'), { recursive: true });
    // and whatever else stands in the place of its path
    put(recorded, name, { text: (t) => t.replace(/^.*\n/, `/mnt/relay-7/pcaps/..\n`) });
    await until('it is ready', async () => (await recordingOf(recorded)).segments.length === 2);
  });

  test('a call recorded from its offer that nobody answered has no recording, because nobody answered', async () => {
    const unanswered = truth().find((c) => c.in_company_list && c.answer === null && c.final_code === 486);
    const { call_id, tenant } = unanswered ?? { call_id: '', tenant: '' };
    const name = `${encodeURIComponent(call_id)}-0123456789abcdef`;
    const text = (t: string) => t.replace(/tenant:\w+/, `tenant:${tenant}`);
    put(byNumber(20), name, { text });
    await until('it is taken away', () => isGone(name));
    expect(existsSync(spool('quarantine', `${name}.json`))).toBe(false);
    const { recording } = await stack.rest<RestCall>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(call_id)}`);
    expect(recording).toEqual({ status: 'none', reason: 'not_answered', seconds: null, segments: [] });
  });
});

describe.skipIf(FFMPEG === null)('recordings by REST', () => {
  const ask = ({ call }: RecordedCall, query = '', headers: Record<string, string> = {}) =>
    stack.fetch(`/api/v1/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}/recording${query}`, { headers });
  const secondsOf = (bytes: Buffer, extension: string): number => {
    const path = join(stack.dataDir, `heard.${extension}`);
    writeFileSync(path, bytes);
    return (decoded(path, 8_000, 2)[0] as Int16Array).length / 8_000;
  };
  const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  test('the whole, a part of it, and what is not there', async () => {
    const recorded = byNumber(21);
    const whole = await ask(recorded);
    expect(whole.status).toBe(200);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      ...{
        'content-type': 'audio/mpeg',
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-cache',
        'x-content-type-options': 'nosniff',
      },
      'content-disposition': expect.stringMatching(
        /^inline; filename="2026-11-23 \d\d-\d\d-\d\d [+\d]+ [+\d]+\.mp3"; filename\*=UTF-8''2026-11-23%20/,
      ),
    });
    const bytes = await bodyOf(whole);
    expect(Number(whole.headers.get('content-length'))).toBe(bytes.length);
    expect(Math.abs(secondsOf(bytes, 'mp3') - 60)).toBeLessThan(0.3);
    const part = await ask(recorded, '', { range: 'bytes=1000-1999' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${bytes.length}`]);
    expect((await bodyOf(part)).equals(bytes.subarray(1_000, 2_000))).toBe(true);
    const tail = await ask(recorded, '', { range: 'bytes=-100', 'if-range': whole.headers.get('etag') ?? '' });
    expect((await bodyOf(tail)).equals(bytes.subarray(-100))).toBe(true);
    const beyond = await ask(recorded, '', { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await ask(recorded, '', { range: 'bytes=0-9', 'if-range': '"another"' })).status).toBe(200);
  });

  test('as WAV, with the same length, and parts of it', async () => {
    const whole = await ask(byNumber(21), '?format=wav&download=1');
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"]+\.wav"; filename\*=UTF-8''[^ ]+\.wav$/);
    const bytes = await bodyOf(whole);
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(Math.abs(secondsOf(bytes, 'wav') - 60)).toBeLessThan(0.3);
    expect((await bodyOf(await ask(byNumber(21), '?format=wav', { range: 'bytes=500-599' }))).equals(bytes.subarray(500, 600))).toBe(true);
  });

  test('segments are joined in their order, or given one by one', async () => {
    const recorded = byNumber(2);
    const joined = await bodyOf(await ask(recorded));
    expect(Math.abs(secondsOf(joined, 'mp3') - 11)).toBeLessThan(0.6);
    const wav = await bodyOf(await ask(recorded, '?format=wav'));
    expect(Math.abs(secondsOf(wav, 'wav') - 11)).toBeLessThan(0.6);
    expect(Math.abs(secondsOf(await bodyOf(await ask(recorded, '?segment=2')), 'mp3') - 2)).toBeLessThan(0.3);
    const missing = await ask(recorded, '?segment=4');
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('3 of its segments are there')]);
    expect((await ask(recorded, '?segment=0')).status).toBe(400);
  });

  test('a call without one says why', async () => {
    const none = truth().find((c) => c.in_company_list && c.tenant === 't1' && c.answer === null);
    const response = await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(none?.call_id ?? '')}/recording`);
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('none: not_answered')]);
  });

  test('who listened and who took it away is written down, each once however many parts a player asks for', async () => {
    const recorded = byNumber(0);
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'quality desk', scopes: ['read'] });
    const headers = { authorization: `Bearer ${token}` };
    for (const range of ['bytes=0-99', 'bytes=100-199', 'bytes=200-'])
      expect((await ask(recorded, '', { ...headers, range })).status).toBe(206);
    const path = `/api/v1/tenants/${recorded.call.tenant}/calls/${encodeURIComponent(recorded.call.call_id)}/recording`;
    expect((await stack.fetch(path, { method: 'HEAD', headers })).status).toBe(200);
    const etag = (await ask(recorded, '', { ...headers, range: 'bytes=0-9' })).headers.get('etag') ?? '';
    expect((await ask(recorded, '', { ...headers, 'if-none-match': etag })).status).toBe(304);
    expect((await ask(recorded, '?download=1', headers)).status).toBe(200);
    expect((await ask(recorded, '', { ...headers, range: 'bytes=99999999-' })).status).toBe(416);
    const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
    const lines = await asTenant(db, 't1', (trx) =>
      trx
        .selectFrom('audit')
        .select(['who', 'by', 'whose', 'act', 'address'])
        .where('subject', '=', recorded.call.call_id)
        .orderBy('id')
        .execute(),
    );
    await close();
    const desk = { who: 'quality desk', by: 'token', whose: 't1', address: '127.0.0.1' };
    expect(lines).toEqual([
      { ...desk, act: 'recording.listen' },
      { ...desk, act: 'recording.download' },
    ]);
  });

  test('another company gets nothing of it', async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t2/tokens', { name: 'other', scopes: ['read'] });
    const recorded = byNumber(21);
    const path = `/api/v1/tenants/t1/calls/${encodeURIComponent(recorded.call.call_id)}/recording`;
    const response = await fetch(`${stack.portal}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(404);
    const inOwn = path.replace('/t1/', '/t2/');
    expect((await fetch(`${stack.portal}${inOwn}`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
    expect((await fetch(`${stack.portal}${path}`)).status).toBe(401);
  });
});
