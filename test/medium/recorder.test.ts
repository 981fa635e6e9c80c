import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoded, FFMPEG } from '../recordings/ffmpeg.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { companies, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface RestCall {
  id: string;
  tenant: string;
  talkSeconds: number;
  recording: { status: string; reason: string | null; seconds: number | null; segments: { from: number; seconds: number }[] };
}

const calls = recordedCalls();
const byNumber = (n: number) => calls.find((r) => r.call.n === n) as RecordedCall;
const SPOOL_TEXTS = new URL('../fixtures/edge/rtpengine/metadata/', import.meta.url).pathname;

let stack: Stack;
const spool = (...parts: string[]) => join(stack.dataDir, 'spool', ...parts);
const objects = () => readdirSync(join(stack.dataDir, 'objects'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.mp3'));
const recordingOf = async ({ call }: RecordedCall) =>
  (await stack.rest<RestCall>('GET', `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`)).recording;
const nameOf = ({ pcap }: RecordedCall) => basename(pcap, '.pcap');
/** The same call, another file: its segment is told by the digits. */
const segment = (recorded: RecordedCall, digits: string) => nameOf(recorded).replace(/[0-9a-f]{16}$/, digits);

/** Puts a recording into the spool as the relay does: packets, then the text by way of tmp/. */
function put(recorded: RecordedCall, name: string, change: { pcap?: Buffer | null; text?: (text: string) => string } = {}): void {
  const text = readFileSync(join(SPOOL_TEXTS, `rtpengine-meta-${nameOf(recorded)}.txt`), 'utf8').replaceAll(nameOf(recorded), name);
  if (change.pcap === undefined) copyFileSync(recorded.pcap, spool('pcaps', `${name}.pcap`));
  else if (change.pcap !== null) writeFileSync(spool('pcaps', `${name}.pcap`), change.pcap);
  writeFileSync(spool('tmp', `rtpengine-meta-${name}.txt`), change.text?.(text) ?? text);
  renameSync(spool('tmp', `rtpengine-meta-${name}.txt`), spool('metadata', `rtpengine-meta-${name}.txt`));
}
const isGone = (name: string) =>
  !existsSync(spool('metadata', `rtpengine-meta-${name}.txt`)) && !existsSync(spool('pcaps', `${name}.pcap`));
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
    const bad: [string, Parameters<typeof put>[2], string][] = [
      ['ba00000000000001', { pcap: whole.subarray(0, whole.length - 7) }, 'truncated'],
      ['ba00000000000002', { pcap: whole.subarray(0, 24) }, 'no_rtp'],
      ['ba00000000000003', { pcap: Buffer.from('no capture at all') }, 'not_pcap'],
      ['ba00000000000004', { pcap: unknown }, 'unknown_codec'],
      ['ba00000000000005', { text: (t) => t.replace('tenant:t1', 'tenant:t2') }, 'mismatch'],
      ['ba00000000000006', { pcap: Buffer.alloc(0) }, 'empty'],
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

  test('packets that never come are not waited for longer than a minute', { timeout: 150_000 }, async () => {
    const name = segment(byNumber(6), 'aaaa000000000002');
    put(byNumber(6), name, { pcap: null });
    await until('it is put aside', () => isGone(name), 120_000);
    expect(asideFor(name)).toBe('no_pcap');
  });

  test('a file that lies in a folder of another name is found by its own', async () => {
    const recorded = byNumber(23);
    const name = segment(recorded, 'aaaa000000000003');
    mkdirSync(spool('elsewhere'), { recursive: true });
    put(recorded, name, { text: (t) => t.replace(/^.*\n/, `/mnt/relay-7/pcaps/${name}.pcap\n`) });
    await until('it is ready', async () => (await recordingOf(recorded)).segments.length === 2);
  });
});
