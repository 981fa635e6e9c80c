import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { recordingOf, startWithCalls } from '../recordings/recorded-company.ts';
import { inSpool, nameOf, put } from '../recordings/spool.ts';

const GB = 2 ** 30;
/** Of the recorder's process, at its most: it begins with about 110, what is kept of 4.6 million packets is 120, and 220 more while it grows. */
const MOST_MB = 700;

let stack: Stack | undefined;
afterEach(async () => {
  await stack?.end();
  stack = undefined;
});

const calls = recordedCalls();
const byNumber = (n: number) => calls.find((c) => c.call.n === n) as RecordedCall;

/** The packets of a minute, again and again. */
function speech(path: string, bytes: number): void {
  const pcap = readFileSync(byNumber(21).pcap);
  const block = Buffer.concat(Array.from({ length: 24 }, () => pcap.subarray(24)));
  const file = openSync(path, 'w');
  for (let at = writeSync(file, pcap.subarray(0, 24)); at < bytes; ) at += writeSync(file, block);
  closeSync(file);
}

/** A call in the middle of which frames that are no packets at all take so much room; a hole on the disk. */
function interrupted({ pcap }: RecordedCall, path: string, bytes: number): void {
  const whole = readFileSync(pcap);
  const records = recordsOf(whole);
  const half = records.length / 2;
  const file = openSync(path, 'w');
  let at = writeSync(file, Buffer.concat([whole.subarray(0, 24), ...records.slice(0, half)]));
  const frame = Buffer.from((records[half] as Buffer).subarray(0, 16));
  frame.writeUInt32LE(262_144, 8);
  for (const end = at + bytes; at < end; at += 16 + 262_144) writeSync(file, frame, 0, 16, at);
  writeSync(file, Buffer.concat(records.slice(half)), 0, undefined, at);
  closeSync(file);
}

/** Zeros, behind what files begin with; a hole on the disk. */
function zeros(path: string, head: Buffer, bytes: number): void {
  const file = openSync(path, 'w');
  writeSync(file, head);
  ftruncateSync(file, bytes);
  closeSync(file);
}

const mostMegabytes = (pid: number) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

describe.skipIf(FFMPEG === null)('packets of gigabytes', () => {
  test('end with sound or with a reason, take little memory, and others go on meanwhile', async () => {
    const running = await startWithCalls({ env: { RECORDERS: '1' } });
    stack = running;
    const pid = running.pidOf('recorder');
    const spool = (...parts: string[]) => join(running.dataDir, 'spool', ...parts);
    const head = readFileSync(byNumber(0).pcap).subarray(0, 24);
    const large: [string, (path: string) => void, string | null][] = [
      ['aaaa000000000001', (path) => interrupted(byNumber(0), path, 5 * GB), null],
      ['aaaa000000000002', (path) => speech(path, 2 * GB), 'too_large'],
      ['aaaa000000000003', (path) => zeros(path, head, 2 * GB + 24), 'no_rtp'],
      ['aaaa000000000004', (path) => zeros(path, Buffer.from('no capture at all'), 2 * GB), 'not_pcap'],
    ];
    for (const [digits, write] of large) write(spool('pcaps', `${nameOf(byNumber(0), digits)}.pcap`));
    const [[first] = ['']] = large;
    put(running.dataDir, byNumber(0), nameOf(byNumber(0), first), { pcap: null });
    put(running.dataDir, byNumber(6), nameOf(byNumber(6)));
    await until('another is ready', async () => (await recordingOf(running, byNumber(6))).status === 'ready', 60_000);
    expect(inSpool(running.dataDir, nameOf(byNumber(0), first))).toBe(true);
    for (const [digits] of large.slice(1)) put(running.dataDir, byNumber(0), nameOf(byNumber(0), digits), { pcap: null });
    for (const recorded of calls.slice(1)) put(running.dataDir, recorded, nameOf(recorded, 'bbbb000000000001'));
    for (const [digits, , reason] of large) {
      const name = nameOf(byNumber(0), digits);
      await until(`${reason ?? 'it is ready'}`, () => !inSpool(running.dataDir, name), 180_000);
      if (reason !== null) expect(JSON.parse(readFileSync(spool('quarantine', `${name}.json`), 'utf8'))).toMatchObject({ reason });
    }
    const { status, segments } = await recordingOf(running, byNumber(0));
    expect([status, segments.map((s) => Math.round(s.seconds))]).toEqual(['ready', [9]]);
    for (const recorded of calls.slice(1))
      await until('all others are ready', async () => (await recordingOf(running, recorded)).status === 'ready', 60_000);
    expect(running.pidOf('recorder')).toBe(pid);
    expect(mostMegabytes(pid)).toBeLessThan(MOST_MB);
  });
});
