import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Stack, until } from '../../medium/stack.ts';
import { FFMPEG } from '../../recordings/ffmpeg.ts';
import { HAS_MINIO, type Minio, startMinio } from '../../recordings/minio.ts';
import { recordedCalls } from '../../recordings/pcap.ts';
import { recordingOf, startWithCalls } from '../../recordings/recorded-company.ts';
import { nameOf, put } from '../../recordings/spool.ts';
import { allIds } from '../reliable-edge.ts';
import { allThere, underLoad } from './load.ts';

/** a try of the test itself may be shorter */
const SECONDS_DOWN = Number(process.env.ARCHIVE_TEST_DOWN_SECONDS ?? 600);

const home = mkdtempSync(join(tmpdir(), 'callscope-objects-'));
let stack: Stack | undefined;
let minio: Minio | undefined;
afterAll(async () => {
  await stack?.end();
  await minio?.kill();
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(FFMPEG === null || !HAS_MINIO)('an archive that is away, for ten minutes by default, under load', () => {
  test('calls go on as sent, and every recording is archived once when it is back', async () => {
    const archive = await startMinio(join(home, 'minio'));
    minio = archive;
    const running = await startWithCalls({ env: { OBJECTS_URL: archive.url() } });
    stack = running;
    const before = await allIds(running, 't1');
    const recordings = recordedCalls();
    const calls = await underLoad(
      () => running,
      {},
      async () => {
        await archive.kill();
        for (const recorded of recordings) put(running.dataDir, recorded, nameOf(recorded));
        await new Promise((done) => setTimeout(done, SECONDS_DOWN * 1_000));
        await archive.start();
        const spooled = () => readdirSync(join(running.dataDir, 'spool', 'metadata')).length;
        await until('the spool is empty', () => spooled() === 0, 600_000);
      },
    );
    await allThere(running, [...before, ...calls]);
    for (const recorded of recordings) expect((await recordingOf(running, recorded)).segments, `call ${recorded.call.n}`).toHaveLength(1);
    expect(readdirSync(join(running.dataDir, 'spool', 'quarantine'))).toEqual([]);
  });
});
