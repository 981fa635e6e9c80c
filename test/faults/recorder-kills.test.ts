import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { type Stack, until } from '../medium/stack.ts';
import { objectsIn, rowsOf } from '../recordings/archived.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { HAS_MINIO, type Minio, startMinio } from '../recordings/minio.ts';
import { type RecordedCall, recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { recordingOf, startWithCalls } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { Random } from '../simulation/generator/random.ts';

/** Another seed kills at other moments: KILL_SEED=7 vitest run --project large test/faults/recorder-kills.test.ts */
const SEED = Number(process.env.KILL_SEED ?? 6);
const DEATHS = 9;
const EACH = 5;
const LARGE = 6;
const PARTS = ['recorder-1', 'recorder-2'] as const;
/** Whoever waits for a moment that does not come waits for another: nothing may be in work, or its window was missed. */
const PATIENCE_MS = 1_500;

const home = mkdtempSync(join(tmpdir(), 'callscope-kills-'));
let stack: Stack | undefined;
let minio: Minio | undefined;
afterEach(async () => {
  await stack?.end();
  await minio?.kill();
  stack = undefined;
  minio = undefined;
  rmSync(home, { recursive: true, force: true });
});

/** A minute six times, in streams of their own: as WAV more than an upload takes in one part. */
function sixMinutes({ pcap }: RecordedCall): Buffer {
  const bytes = readFileSync(pcap);
  const minutes = Array.from({ length: 6 }, (_, minute) =>
    recordsOf(Buffer.from(bytes)).map((r) => {
      r.writeUInt32LE(r.readUInt32LE(0) + 61 * minute, 0);
      if (r.length > 16 + 42 + 12) r[16 + 42 + 8] = ((r[16 + 42 + 8] as number) + minute) & 0xff;
      return r;
    }),
  );
  return Buffer.concat([bytes.subarray(0, 24), ...minutes.flat()]);
}

interface Store {
  url: string;
  /** files of uploads that are half done, and of objects that are there */
  halves(): string[];
  wholes(): string[];
}
const filesBelow = (dir: string) => {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
};

async function startStore(kind: string): Promise<Store> {
  if (kind === 'a directory') {
    const root = join(home, 'objects');
    const wholes = () => filesBelow(root).filter((file) => file.endsWith('.wav'));
    return { url: pathToFileURL(root).href, halves: () => filesBelow(join(root, '.parts')), wholes };
  }
  const data = join(home, 'minio');
  minio = await startMinio(data);
  return {
    url: minio.url(),
    halves: () => filesBelow(join(data, '.minio.sys/multipart')).filter((file) => file.endsWith('xl.meta')),
    wholes: () => filesBelow(join(data, 'recordings')).filter((file) => file.endsWith('xl.meta')),
  };
}

describe.skipIf(FFMPEG === null)('recorders that are killed at any moment', () => {
  const kinds = HAS_MINIO ? ['a directory', 'MinIO'] : ['a directory'];
  test.each(kinds)('of all recordings none is missing, none is twice, and nothing is left over: %s', async (kind) => {
    const random = new Random(SEED);
    const store = await startStore(kind);
    const running = await startWithCalls({ env: { RECORDERS: '2', RECORDING_FORMAT: 'wav', OBJECTS_URL: store.url } });
    stack = running;
    const calls = recordedCalls().filter((c) => c.call.talk_s < 20);
    const long = recordedCalls().find((c) => c.call.n === 21) as RecordedCall;
    const large = sixMinutes(long);
    const wanted = [
      ...calls.flatMap((recorded) => Array.from({ length: EACH }, (_, n) => ({ recorded, n, change: {} }))),
      ...Array.from({ length: LARGE }, (_, n) => ({ recorded: long, n, change: { pcap: large } })),
    ].map((one) => ({ ...one, order: random.next() }));
    wanted.sort((a, b) => a.order - b.order);
    const digits = (n: number) => n.toString(16).padStart(16, '0');
    const spool = (part: string) => readdirSync(join(running.dataDir, 'spool', part));
    const inWork = () => filesBelow(join(running.dataDir, 'recorder'));

    let isFed = false;
    const feeding = (async () => {
      for (const { recorded, n, change } of wanted) {
        put(running.dataDir, recorded, nameOf(recorded, digits(n)), change);
        await pause(random.int(0, 1_200));
      }
      isFed = true;
    })();

    /** A moment is when something new is there. */
    const moments: Record<string, () => string[]> = {
      'while samples are written': () => inWork().filter((file) => file.endsWith('.raw')),
      'when audio is made': () => inWork().filter((file) => !file.includes('/') && file.endsWith('.wav')),
      'while it is stored': () => store.halves(),
      'when it is stored': () => store.wholes(),
      'when packets are removed and the text is not': () => {
        const packets = new Set(spool('pcaps'));
        return spool('metadata').filter((text) => !packets.has(text.replace(/^rtpengine-meta-(.*)\.txt$/, '$1.pcap')));
      },
    };
    const deaths: string[] = [];
    const killed = new Set<number>();
    while (deaths.length < DEATHS && !(isFed && spool('metadata').length === 0)) {
      // an upload in parts that nobody ends is the rarest, and what may be left over
      const moment = deaths.length === 0 ? 'while it is stored' : random.pick(['whenever it is', ...Object.keys(moments)]);
      const after = random.int(0, moment === 'whenever it is' ? 1_500 : 40);
      const victims = deaths.length === 0 || random.chance(0.3) ? PARTS : [random.pick(PARTS)];
      const signs = moments[moment];
      let hasCome = signs === undefined;
      if (signs) {
        const before = new Set(signs());
        const limit = performance.now() + PATIENCE_MS;
        while (!hasCome && performance.now() < limit) {
          hasCome = signs().some((sign) => !before.has(sign));
          if (!hasCome) await pause(1);
        }
      }
      if (!hasCome) continue;
      await pause(after);
      for (const part of victims) {
        try {
          const pid = running.pidOf(part);
          if (killed.has(pid)) continue;
          process.kill(pid, 'SIGKILL');
          killed.add(pid);
          deaths.push(`${part} ${moment}`);
        } catch {
          // it is being started
        }
      }
    }
    console.log(`seed ${SEED}, ${kind}: ${deaths.join(', ')}`);
    await feeding;
    await until('the spool is empty', () => spool('metadata').length + spool('pcaps').length === 0, 150_000);

    const told = `seed ${SEED}, ${deaths.join(', ')}`;
    expect(deaths.length, told).toBeGreaterThan(DEATHS / 2);
    expect([spool('quarantine'), spool('tmp')], told).toEqual([[], []]);
    const rows = await rowsOf(running);
    expect(
      rows.filter((row) => row.status !== 'ready'),
      told,
    ).toEqual([]);
    expect(rows, told).toHaveLength(wanted.length);
    const kept = rows.map(({ object_key, bytes, sha256 }) => ({ key: object_key, bytes, sha256 }));
    expect(await objectsIn(connectObjects(store.url)), told).toEqual(
      kept.sort((a, b) => Buffer.compare(Buffer.from(a.key ?? ''), Buffer.from(b.key ?? ''))),
    );
    if (kind === 'MinIO') expect(store.halves(), told).toEqual([]);
    for (const recorded of [...calls, long])
      expect((await recordingOf(running, recorded)).segments, `call ${recorded.call.n}, ${told}`).toHaveLength(
        recorded === long ? LARGE : EACH,
      );
  });
});
