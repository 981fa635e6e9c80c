import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRecording } from '@callscope/recorder/audio/recording.ts';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG, ffmpeg } from '../recordings/ffmpeg.ts';
import { HAS_MINIO, type Minio, startMinio } from '../recordings/minio.ts';
import { type RecordedCall, recordedCalls } from '../recordings/pcap.ts';
import { recordingOf, startWithCalls } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';

const calls = recordedCalls();
const home = mkdtempSync(join(tmpdir(), 'callscope-recorder-'));
let stack: Stack | undefined;
let minio: Minio | undefined;
afterEach(async () => {
  await stack?.end();
  await minio?.kill();
  stack = undefined;
  minio = undefined;
  rmSync(home, { recursive: true, force: true });
});

const segmentsOf = async (of: Stack, recorded: RecordedCall) => (await recordingOf(of, recorded)).segments;
const filesIn = (of: Stack, part: string) => readdirSync(join(of.dataDir, 'spool', part));

/** A disk of 400 KB: less than what one call needs. */
function mountSmallDisk(): string | null {
  const at = mkdtempSync(join(tmpdir(), 'callscope-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', at], { stdio: 'pipe' });
    return at;
  } catch (error) {
    console.warn(`SKIPPED, a full work directory is not tested: mounting a small disk needs root (${String(error)})`);
    return null;
  }
}
const small = FFMPEG === null ? null : mountSmallDisk();
afterAll(() => {
  if (small === null) return;
  execFileSync('umount', [small]);
  rmSync(small, { recursive: true });
});

test.skipIf(small === null)('a full work directory is no fault of the recording, whoever notices it', async () => {
  const workDir = small ?? '';
  const { call, metadata, pcap } = calls.find((c) => c.call.n === 0) as RecordedCall;
  const source = {
    ...{ pcap, callId: call.call_id, metadata, direction: 'in' as const, described: [] },
    ...{ notBefore: 0, notAfter: 0 },
  };
  const make = (output: string) => makeRecording(source, 'wav', output, workDir, ffmpeg());
  // there is room for the samples of both sides, and none for what ffmpeg makes of them; then not even for those
  await expect(make(join(workDir, 'made.wav'))).rejects.toMatchObject({ code: 'ENOSPC' });
  rmSync(join(workDir, 'made.wav'), { force: true });
  writeFileSync(join(workDir, 'ballast'), Buffer.alloc(300_000));
  await expect(make(join(workDir, 'made.wav'))).rejects.toMatchObject({ code: 'ENOSPC' });
  rmSync(join(workDir, 'ballast'));
  expect(readdirSync(workDir)).toEqual([]);
  const elsewhere = join(tmpdir(), `callscope-${process.pid}.wav`);
  expect((await make(elsewhere)).seconds).toBeGreaterThan(8);
  rmSync(elsewhere);
});

describe.skipIf(FFMPEG === null || !HAS_MINIO)('an archive that goes away', () => {
  test('the spool keeps everything, the portal says what is wrong, and when it is back all is archived', async () => {
    const server = await startMinio(join(home, 'minio'));
    minio = server;
    const running = await startWithCalls({ env: { OBJECTS_URL: server.url() } });
    stack = running;
    const [first, ...others] = calls as [RecordedCall, ...RecordedCall[]];
    put(running.dataDir, first, nameOf(first));
    await until('one is archived', async () => (await segmentsOf(running, first)).length === 1);
    await server.kill();
    for (const recorded of others) put(running.dataDir, recorded, nameOf(recorded));
    await until('the portal says so', async () => {
      const answer = await running.fetch('/healthz');
      return answer.status === 503 && /recorder/.test(await answer.text());
    });
    expect(filesIn(running, 'metadata')).toHaveLength(others.length);
    expect(filesIn(running, 'pcaps')).toHaveLength(others.length);
    await server.start();
    await until('the spool is empty', () => filesIn(running, 'metadata').length === 0, 120_000);
    for (const recorded of calls) expect(await segmentsOf(running, recorded), `call ${recorded.call.n}`).toHaveLength(1);
    await until('all is well', async () => (await running.fetch('/healthz')).status === 200);
    expect(filesIn(running, 'quarantine')).toEqual([]);
  });
});
