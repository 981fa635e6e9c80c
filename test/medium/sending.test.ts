import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openZip } from '@callscope/modules/directory/files/zip.ts';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { truth } from './fixtures.ts';
import { freePort, type Stack } from './stack.ts';

const [first, second] = RECORDED as [RecordedCall, RecordedCall];
const silent = truth().find((c) => c.tenant === 't1' && c.in_company_list && c.answer === null);
const foreign = truth().find((c) => c.tenant === 't2' && c.in_company_list);
const path = ({ call }: RecordedCall) => `/api/v1/tenants/t1/calls/${encodeURIComponent(call.call_id)}/recording`;

let stack: Stack;
let smtp: SMTPServer;
const letters: { to: string[]; text: string }[] = [];
let isRefusing = false;
const dir = mkdtempSync(join(tmpdir(), 'callscope-sending-'));

beforeAll(async () => {
  if (FFMPEG === null) return;
  const port = await freePort();
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, done) {
      if (isRefusing) done(new Error('no such mailbox'));
      else done();
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  await new Promise<void>((done) => smtp.listen(port, '127.0.0.1', done));
  stack = await startRecorded(undefined, { env: { SMTP_URL: `smtp://127.0.0.1:${port}`, PORTAL_URL: 'https://portal.test' } });
  for (const role of ['quality', 'observer'])
    await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: 'secret-secret', role, email: `${role}@alfa.test` });
});
afterAll(async () => {
  await stack?.end();
  if (smtp) await new Promise<void>((done) => smtp.close(() => done()));
  rmSync(dir, { recursive: true, force: true });
});

const post = (address: string, body: object) =>
  stack.fetch(address, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
const audioOf = async (recorded: RecordedCall) => Buffer.from(await (await stack.fetch(path(recorded))).arrayBuffer());
const actsOf = async (act: string) =>
  (await stack.rest<{ data: { subject: string; after: unknown }[] }>('GET', `/tenants/t1/audit?act=${act}`)).data;

describe.skipIf(FFMPEG === null)('a recording by letter (S-26)', () => {
  test('as a file: all of it, byte for byte, and it stands in the audit', async () => {
    const answer = await post(`${path(first)}/letters`, { to: 'client@example.org', as: 'file', note: 'как договорились' });
    expect([answer.status, await answer.json()]).toEqual([200, { sent: 'file' }]);
    const letter = letters.at(-1);
    expect(letter?.to).toEqual(['client@example.org']);
    const encoded = /Content-Disposition: attachment[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+?)\r\n--/.exec(letter?.text ?? '')?.[1] ?? '';
    expect(Buffer.from(encoded.replaceAll(/\s/g, ''), 'base64').equals(await audioOf(first))).toBe(true);
    expect(await actsOf('recording.send')).toEqual([
      expect.objectContaining({ subject: first.call.call_id, after: { to: 'client@example.org', as: 'file' } }),
    ]);
  });

  test('as a link, which works; to a colleague, the card at a moment, only if they may listen', async () => {
    expect(await (await post(`${path(first)}/letters`, { to: 'client@example.org', as: 'link' })).json()).toEqual({ sent: 'link' });
    const body = /Content-Transfer-Encoding: (\S+)\r\n[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(letters.at(-1)?.text ?? '');
    const text =
      body?.[1] === 'base64'
        ? Buffer.from(body[2] ?? '', 'base64').toString()
        : (body?.[2] ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const token = /https:\/\/portal\.test\/r\/([\w-]{43})/.exec(text)?.[1];
    expect((await fetch(`${stack.portal}/r/${token}`)).status).toBe(200);
    expect((await post(`${path(first)}/letters`, { to: 'quality@alfa.test', as: 'card', at: 12 })).status).toBe(200);
    const sent = letters.length;
    for (const to of ['observer@alfa.test', 'nobody@alfa.test'])
      expect((await post(`${path(first)}/letters`, { to, as: 'card' })).status).toBe(404);
    expect(letters.length).toBe(sent);
  });

  test('more than one address, none at all, a call without audio, and a server that refuses are told apart', async () => {
    for (const to of ['a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', 'nobody'])
      expect((await post(`${path(first)}/letters`, { to, as: 'file' })).status).toBe(400);
    const none = `/api/v1/tenants/t1/calls/${encodeURIComponent(silent?.call_id ?? '')}/recording/letters`;
    expect((await post(none, { to: 'a@b.example', as: 'file' })).status).toBe(404);
    isRefusing = true;
    expect((await post(`${path(first)}/letters`, { to: 'a@b.example', as: 'file' })).status).toBe(503);
    isRefusing = false;
  });
});

describe.skipIf(FFMPEG === null)('recordings of many calls', () => {
  test('are one archive with a list: each file as it is kept, why others have none, and nothing of another company', async () => {
    const calls = [first.call.call_id, second.call.call_id, silent?.call_id ?? '', foreign?.call_id ?? ''];
    const answer = await post('/api/v1/tenants/t1/recordings/archive', { calls });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const file = join(dir, 'recordings.zip');
    writeFileSync(file, bytes);
    const zip = openZip(bytes);
    const list = (await zip.read('Список звонков.csv')).toString('utf8');
    expect(list.startsWith('\ufeff№;Файл;')).toBe(true);
    const rows = list
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(';'));
    expect(rows.map((cells) => cells.at(-1))).toEqual(calls);
    for (const [i, recorded] of [first, second].entries())
      expect((await zip.read(rows[i]?.[1] ?? '')).equals(await audioOf(recorded))).toBe(true);
    expect(rows.slice(2).map((cells) => [cells[1], cells[2]])).toEqual([
      ['', 'Разговора не было'],
      ['', 'Такого звонка нет'],
    ]);
    expect(execFileSync('unzip', ['-t', file], { encoding: 'utf8' })).toContain('No errors detected');
    expect((await actsOf('recording.download')).map((line) => line.subject).sort()).toEqual([calls[0], calls[1]].sort());
  });

  test('are at most as many as is said', async () => {
    const calls = Array.from({ length: 501 }, (_, i) => `call-${i}`);
    expect((await post('/api/v1/tenants/t1/recordings/archive', { calls })).status).toBe(400);
    expect((await post('/api/v1/tenants/t1/recordings/archive', { calls: [] })).status).toBe(400);
  });
});
