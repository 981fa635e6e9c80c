import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { type Stack, until } from '../medium/stack.ts';
import { objectsIn, rowsOf } from '../recordings/archived.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { HAS_MINIO, type Minio, startMinio } from '../recordings/minio.ts';
import { type RecordedCall, recordedCalls } from '../recordings/pcap.ts';
import { recordingOf, startWithCalls } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';

const mount = (at: string, kilobytes: number) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', at], { stdio: 'pipe' });
const unmount = (at: string) => execFileSync('umount', [at], { stdio: 'pipe' });

const MAY_MOUNT = (() => {
  const at = mkdtempSync(join(tmpdir(), 'callscope-mount-'));
  try {
    mount(at, 64);
    unmount(at);
    return true;
  } catch (error) {
    console.warn(`SKIPPED, full disks of a recorder are not tested: mounting a small one needs root (${String(error)})`);
    return false;
  } finally {
    rmSync(at, { recursive: true });
  }
})();

const calls = recordedCalls().filter((c) => c.call.talk_s < 20);
const [first, ...others] = calls as [RecordedCall, ...RecordedCall[]];
let stack: Stack | undefined;
let minio: Minio | undefined;
let mounted: string[] = [];
afterEach(async () => {
  await stack?.stop();
  await minio?.kill();
  for (const at of mounted) unmount(at);
  if (stack) rmSync(stack.dataDir, { recursive: true, force: true });
  mounted = [];
  stack = undefined;
  minio = undefined;
});

/** @param kilobytes of folders of DATA_DIR that are small disks of their own; on one named `minio` a server keeps the archive */
async function startOn(kilobytes: Record<string, number>): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callscope-full-'));
  for (const [folder, size] of Object.entries(kilobytes)) {
    const at = join(dataDir, folder);
    mkdirSync(at);
    mount(at, size);
    mounted.push(at);
  }
  if (kilobytes.minio !== undefined) minio = await startMinio(join(dataDir, 'minio'));
  stack = await startWithCalls({ dataDir, env: { RECORDERS: '2', ...(minio ? { OBJECTS_URL: minio.url() } : {}) } });
  return stack;
}

/** Writes until not a byte more is taken, as whoever has no room does. @param wanted null: as much as there is room for */
function writeAll(path: string, wanted: Buffer | null): void {
  const fd = openSync(path, 'w');
  try {
    for (let at = 0; wanted === null || at < wanted.length; )
      at += wanted === null ? writeSync(fd, Buffer.alloc(4_096)) : writeSync(fd, wanted, at, Math.min(4_096, wanted.length - at));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(fd);
  }
}

const filesIn = (of: Stack, part: string) => readdirSync(join(of.dataDir, 'spool', part));
const isSaid = async (of: Stack, what: RegExp) => {
  const answer = await of.fetch('/healthz');
  return answer.status === 503 && what.test(await answer.text());
};

async function expectAllKept(of: Stack): Promise<void> {
  await until('the spool is empty', () => filesIn(of, 'metadata').length + filesIn(of, 'pcaps').length === 0, 60_000);
  await until('all is well', async () => (await of.fetch('/healthz')).status === 200);
  for (const recorded of calls) expect((await recordingOf(of, recorded)).segments, `call ${recorded.call.n}`).toHaveLength(1);
  const ready = (await rowsOf(of)).filter((row) => row.status === 'ready');
  const kept = ready.map(({ object_key, bytes, sha256 }) => ({ key: object_key, bytes, sha256 }));
  expect(kept).toHaveLength(calls.length);
  const found = await objectsIn(connectObjects(minio?.url() ?? pathToFileURL(join(of.dataDir, 'objects')).href));
  expect(new Map(found.map((o) => [o.key, o]))).toEqual(new Map(kept.map((o) => [o.key, o])));
}

describe.skipIf(!MAY_MOUNT || FFMPEG === null)('disks that are full', () => {
  const disks: [string, string, number, RegExp][] = [
    ['of the archive', 'objects', 4_000, /recorder.*recordings cannot be archived.*ENOSPC/s],
    ['of the work directory', 'recorder', 4_000, /recorder.*there is no room to work in/s],
  ];
  // it writes a good deal of its own beside what it is given
  if (HAS_MINIO) disks.push(['of MinIO', 'minio', 60_000, /recorder.*recordings cannot be archived.*(no space left|minimum free drive)/s]);
  test.each(disks)(
    '%s: the spool keeps everything, the portal says why, and when there is room all is archived',
    async (_, folder, kilobytes, said) => {
      const running = await startOn({ [folder]: kilobytes });
      put(running.dataDir, first, nameOf(first));
      await until('one is archived', async () => (await recordingOf(running, first)).status === 'ready');
      const ballast = join(running.dataDir, folder, 'ballast');
      writeAll(ballast, null);
      for (const recorded of others) put(running.dataDir, recorded, nameOf(recorded));
      await until('the portal says so', () => isSaid(running, said));
      expect(filesIn(running, 'metadata')).toHaveLength(others.length);
      expect(filesIn(running, 'pcaps')).toHaveLength(others.length);
      rmSync(ballast);
      await expectAllKept(running);
      expect(filesIn(running, 'quarantine')).toEqual([]);
    },
  );

  test('of the spool: what the relay could not finish is put aside, all else is archived, also by a recorder that starts meanwhile', async () => {
    const running = await startOn({ objects: 4_000, spool: 3_000 });
    // the archive takes nothing, so the spool fills
    const ballast = join(running.dataDir, 'objects', 'ballast');
    writeAll(ballast, null);
    for (const recorded of calls) put(running.dataDir, recorded, nameOf(recorded));
    const spool = (...parts: string[]) => join(running.dataDir, 'spool', ...parts);
    writeAll(spool('ballast'), Buffer.alloc(1_400_000));
    const cut = (digits: string) => {
      // packets end where the disk does, and the text has no byte
      const name = nameOf(first, digits);
      writeAll(spool('pcaps', `${name}.pcap`), readFileSync(first.pcap).subarray(0, 200_000));
      writeAll(spool(`ballast-${digits}`), null);
      writeFileSync(spool('tmp', `rtpengine-meta-${name}.txt`), '');
      renameSync(spool('tmp', `rtpengine-meta-${name}.txt`), spool('metadata', `rtpengine-meta-${name}.txt`));
      return () => JSON.parse(readFileSync(spool('quarantine', `${name}.json`), 'utf8')) as object;
    };
    const firstCut = cut('ffff000000000001');
    await until('the portal says that nothing is archived', () => isSaid(running, /recorder.*recordings cannot be archived/s));
    const pid = running.pidOf('recorder-1');
    process.kill(pid, 'SIGKILL');
    await until('the recorder is back', () => running.pidOf('recorder-1') !== pid);
    expect(filesIn(running, 'metadata')).toHaveLength(calls.length + 1);
    // there is room in the archive, and none to put anything aside: what is archived makes some
    rmSync(ballast);
    await expectAllKept(running);
    expect(firstCut()).toMatchObject({ reason: 'truncated' });

    // nothing but what is to be put aside: somebody has to make room
    const secondCut = cut('ffff000000000002');
    await until('the portal says that there is no room in the spool', () => isSaid(running, /recorder.*there is no room in [^"]*spool/s));
    rmSync(spool('ballast-ffff000000000002'));
    await expectAllKept(running);
    expect(secondCut()).toMatchObject({ reason: 'truncated' });
  });
});
