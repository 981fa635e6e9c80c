import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventConnection, storedCallIds } from '../medium/event-connection.ts';
import { companies, hep } from '../medium/fixtures.ts';
import { type Stack, sendUdp, startStack, until } from '../medium/stack.ts';

const DISK_MB = 950;

/** A small disk: ext4 from a file, because it cuts writes short as real ones do; tmpfs where there are no loop devices. */
function mountDisk(at: string): string | null {
  const image = `${at}.img`;
  try {
    mkdirSync(at);
    execFileSync('truncate', ['-s', `${DISK_MB}M`, image], { stdio: 'pipe' });
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image], { stdio: 'pipe' });
    execFileSync('mount', ['-o', 'loop', image, at], { stdio: 'pipe' });
    return null;
  } catch {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', at], { stdio: 'pipe' });
      return null;
    } catch (error) {
      return String(error);
    }
  }
}

const home = mkdtempSync(join(tmpdir(), 'callscope-disk-'));
const disk = join(home, 'disk');
const noDisk = mountDisk(disk);
if (noDisk !== null) console.warn(`SKIPPED, a full disk is not tested: mounting a small one needs root (${noDisk})`);

let stack: Stack | undefined;
beforeAll(async () => {
  if (noDisk === null) stack = await startStack({ dataDir: join(disk, 'data') });
});
afterAll(async () => {
  await stack?.end();
  if (noDisk === null) execFileSync('umount', [disk]);
  rmSync(home, { recursive: true, force: true });
});

/** Leaves not a byte. @returns gives the room back */
function fillDisk(): () => void {
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = statfsSync(disk);
  execFileSync('fallocate', ['-l', String(bavail * bsize - 2_000_000), ballast]);
  const fd = openSync(`${ballast}-2`, 'w');
  try {
    for (;;) writeSync(fd, Buffer.alloc(4_096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
  closeSync(fd);
  return () => {
    rmSync(ballast);
    rmSync(`${ballast}-2`);
  };
}

interface Ledger {
  closed: boolean;
  stages: { stage: string; inFlight: number }[];
  edges: { channel: string; decoded: number; dropped: Record<string, number> }[];
}

test.skipIf(noDisk !== null)(
  'a full disk: every event is answered, nothing accepted is lost, and all goes on when there is room',
  async () => {
    const { ports, portal, rest, dataDir, storeUrl } = stack as Stack;
    for (const [id, company] of Object.entries(companies())) {
      await rest('PUT', `/tenants/${id}`, company.tenant);
      await rest('PUT', `/tenants/${id}/directory`, company.directory);
    }
    const events = await EventConnection.open(ports.events);
    const sending = setInterval(() => events.send('disk', 3_000), 10);
    await until('events are accepted', () => events.accepted().length > 50);

    const makeRoom = fillDisk();
    const firstFull = events.sent + 1;
    await until('the disk is named', async () => {
      const { status, failing, parts } = (await (await fetch(`${portal}/healthz`)).json()) as {
        status: string;
        failing: string;
        parts: { name: string; detail: string }[];
      };
      return status === 'failing' && failing === 'disk' && parts.some((p) => p.detail.startsWith(`DATA_DIR ${dataDir} has 0 MB free`));
    });
    await until('an event is refused because of the disk', () => [...events.answers.values()].some((a) => a.includes('DATA_DIR')));
    // HEP over TCP waits, HEP over UDP is counted
    const tcp = connect(ports.hep, '127.0.0.1');
    tcp.write(Buffer.concat(hep('tcp').slice(0, 40)));
    await sendUdp(ports.hep, hep('udp').slice(40, 60));
    await new Promise((done) => setTimeout(done, 5_000));
    expect(events.unanswered(2_000)).toEqual([]);
    expect(events.accepted().filter((id) => id > firstFull + 100)).toEqual([]);

    makeRoom();
    const free = events.sent;
    await until('events are accepted again', () => events.accepted().some((id) => id > free), 30_000);
    await until('every part is ready', async () => (await fetch(`${portal}/healthz`)).status === 200, 30_000);
    clearInterval(sending);
    await until('every event is answered', () => events.unanswered().length === 0);
    tcp.end();
    await until(
      'the ledger closes with nothing in flight',
      async () => {
        const { closed, stages, edges } = await rest<Ledger>('GET', '/ops/ledger');
        const of = (channel: string) => edges.find((e) => e.channel === channel);
        const isHepThere = of('hep-tcp')?.decoded === 40 && of('hep-udp')?.dropped.bus_full === 20;
        return isHepThere && closed && stages.every((s) => s.inFlight === 0);
      },
      30_000,
    );
    const stored = await storedCallIds(storeUrl());
    expect(events.accepted().filter((id) => !stored.has(`disk-${id}`))).toEqual([]);
    events.close();
  },
);
