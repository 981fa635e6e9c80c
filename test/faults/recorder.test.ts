import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeRecording } from '@callscope/recorder/audio/recording.ts';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { companies, events, hep } from '../medium/fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from '../medium/stack.ts';
import { FFMPEG, ffmpeg } from '../recordings/ffmpeg.ts';
import { HAS_MINIO, type Minio, startMinio } from '../recordings/minio.ts';
import { type RecordedCall, recordedCalls } from '../recordings/pcap.ts';

interface RestCall {
  recording: { status: string; segments: { from: number; seconds: number }[] };
}

const TEXTS = new URL('../fixtures/edge/rtpengine/metadata/', import.meta.url).pathname;
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

async function withCalls(env: Record<string, string>): Promise<Stack> {
  const started = await startStack({ env });
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await started.rest('PUT', `/tenants/${id}`, tenant);
    await started.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(started.ports.hep, hep('udp'));
  await sendTcp(started.ports.events, events());
  const of = (r: RecordedCall) => started.rest('GET', pathOf(r)).then(() => true);
  for (const recorded of calls) await until(`call ${recorded.call.n} is known`, () => of(recorded));
  return started;
}

const pathOf = ({ call }: RecordedCall) => `/tenants/${call.tenant}/calls/${encodeURIComponent(call.call_id)}`;
const segmentsOf = async (of: Stack, recorded: RecordedCall) => (await of.rest<RestCall>('GET', pathOf(recorded))).recording.segments;
const nameOf = ({ pcap }: RecordedCall) => basename(pcap, '.pcap');

/** One more segment of a call in the spool. */
function put(of: Stack, recorded: RecordedCall, n: number): void {
  const name = nameOf(recorded).replace(/[0-9a-f]{16}$/, n.toString(16).padStart(16, '0'));
  const text = readFileSync(join(TEXTS, `rtpengine-meta-${nameOf(recorded)}.txt`), 'utf8').replaceAll(nameOf(recorded), name);
  const spool = (part: string, file: string) => join(of.dataDir, 'spool', part, file);
  copyFileSync(recorded.pcap, spool('pcaps', `${name}.pcap`));
  writeFileSync(spool('tmp', `rtpengine-meta-${name}.txt`), text);
  renameSync(spool('tmp', `rtpengine-meta-${name}.txt`), spool('metadata', `rtpengine-meta-${name}.txt`));
}

const filesIn = (of: Stack, part: string) => readdirSync(join(of.dataDir, 'spool', part));

describe.skipIf(FFMPEG === null)('recorders that are killed', () => {
  test('of all recordings none is missing, none is twice, and nothing is left in the spool', async () => {
    const running = await withCalls({ RECORDERS: '2' });
    stack = running;
    const short = calls.filter((c) => c.call.talk_s < 20);
    const each = 8;
    for (let n = 0; n < each; n++) for (const recorded of short) put(running, recorded, n);
    const deaths = new Set<number>();
    let turn = 0;
    const pidNow = (part: string) => (existsSync(join(running.dataDir, 'run', `${part}.json`)) ? running.pidOf(part) : 0);
    // whoever works is killed, now one and now the other, after as many files as chance has it
    while (deaths.size < 8 && filesIn(running, 'metadata').length > 0) {
      const left = filesIn(running, 'metadata').length;
      const wanted = left - 1 - (turn % 5);
      await until('some are done', () => filesIn(running, 'metadata').length <= wanted, 120_000);
      const pid = pidNow(turn++ % 2 === 0 ? 'recorder-1' : 'recorder-2');
      if (pid === 0 || deaths.has(pid)) continue;
      deaths.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it is being started
      }
    }
    expect(deaths.size).toBeGreaterThan(3);
    await until('the spool is empty', () => filesIn(running, 'metadata').length + filesIn(running, 'pcaps').length === 0, 150_000);
    expect(filesIn(running, 'quarantine')).toEqual([]);
    for (const recorded of short) expect(await segmentsOf(running, recorded), `call ${recorded.call.n}`).toHaveLength(each);
    const objects = readdirSync(join(running.dataDir, 'objects'), { recursive: true, encoding: 'utf8' });
    expect(objects.filter((f) => f.endsWith('.mp3'))).toHaveLength(short.length * each);
  });
});

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
    ...{ notBefore: 0, notAfter: 0, masked: [] },
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
    const running = await withCalls({ OBJECTS_URL: server.url() });
    stack = running;
    const [first, ...others] = calls as [RecordedCall, ...RecordedCall[]];
    put(running, first, 1);
    await until('one is archived', async () => (await segmentsOf(running, first)).length === 1);
    await server.kill();
    for (const recorded of others) put(running, recorded, 1);
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
