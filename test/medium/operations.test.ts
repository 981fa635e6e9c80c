import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { recordedCalls } from '../recordings/pcap.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { companies, hep } from './fixtures.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type Stack, sendUdp, startStack, until } from './stack.ts';

interface Told {
  id: string;
  event: string;
  state: string;
  kind: string;
  what: string;
  detail: string;
}

let stack: Stack;
let bus: Bus;
let hook: Server;
let mail: MailServer;
const told: Told[] = [];
/** of this kind, that it began or is over */
const heard = (kind: string, what = '', state = 'begun') =>
  until(`${kind} ${what} is told: ${state}`, () => told.some((t) => t.kind === kind && t.what === what && t.state === state), 60_000);

async function inStore(query: string): Promise<void> {
  const client = createClient({ url: stack.storeUrl() });
  await client.command({ query });
  await client.close();
}
async function inDatabase(query: string): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseUrl() });
  await client.connect();
  await client.query(query);
  await client.end();
}

describe.skipIf(FFMPEG === null)('the operator is told of trouble', () => {
  beforeAll(async () => {
    hook = createServer(async (request, response) => {
      let text = '';
      for await (const piece of request) text += piece;
      told.push(JSON.parse(text) as Told);
      response.end();
    });
    await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done));
    mail = await startMailServer();
    stack = await startStack({
      env: {
        ALARM_WEBHOOK: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
        ALARM_MAIL: 'duty@operator.example, second@operator.example',
        SMTP_URL: mail.url,
        PORTAL_URL: 'http://portal.example',
        ALARM_HOLD_SECONDS: '0',
        ALARM_LAG_SECONDS: '1',
        ALARM_SPOOL_SECONDS: '1',
        // no disk is empty
        ALARM_DISK_PERCENT: '100',
      },
    });
    bus = await connectBus(stack.natsUrl(), 'test', createLog('test', { write: () => undefined }));
    for (const [id, { tenant, directory }] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, directory);
    }
  });
  afterAll(async () => {
    await bus?.close();
    await stack?.end();
    hook?.close();
    await mail?.close();
  });

  test('little room: by webhook and by letter, once, with what to do', async () => {
    await heard('disk_low');
    await until('a letter came', () => mail.letters.some((l) => l.subject.includes('Мало места на диске')));
    const letter = mail.letters.find((l) => l.subject.includes('Мало места на диске'));
    expect(letter?.to).toEqual(['duty@operator.example', 'second@operator.example']);
    expect(letter?.text).toContain('http://portal.example/operator/health');
  });

  test('a recorder that stands, and a decoder: who is behind is told too; when they are back, that it is over', async () => {
    const pids = [stack.pidOf('recorder'), stack.pidOf('decoder')];
    for (const pid of pids) await halt(pid);
    try {
      await sendUdp(stack.ports.hep, hep('udp').slice(0, 40));
      await heard('recorder_stopped');
      await heard('part_failing', 'decoder');
      await heard('stage_late', 'decode');
      // what nobody takes fills the stream
      const { config, state } = await bus.jsm.streams.info('RAW');
      await bus.jsm.streams.update('RAW', { ...config, max_bytes: Math.ceil(state.bytes * 1.05) });
      await heard('stream_full', 'RAW');
      await bus.jsm.streams.update('RAW', config);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await heard('recorder_stopped', '', 'over');
    await heard('part_failing', 'decoder', 'over');
    await heard('stage_late', 'decode', 'over');
    await heard('stream_full', 'RAW', 'over');
  });

  test('a recording that nobody comes for waits in the spool', async () => {
    const [recorded] = recordedCalls();
    if (!recorded) throw new Error('no call was recorded');
    // its call is not known: nothing of it was sent
    put(stack.dataDir, recorded, nameOf(recorded));
    await heard('spool_old');
  });

  test('what the ledger cannot explain, and packets that were dropped', async () => {
    const frame = (n: number, received: string, stored: number, drops: string) =>
      inStore(`INSERT INTO ledger_frames (edge, boot, channel, first_n, count, received_at, stored, edge_drops)
        VALUES ('other', 1, 'udp', ${n}, 10, ${received}, ${stored}, ${drops})`);
    await frame(1, 'now64(3) - INTERVAL 20 SECOND', 10, "map('kernel_buffer', 0)");
    await frame(11, 'now64(3) - INTERVAL 10 SECOND', 9, "map('kernel_buffer', 7)");
    await heard('unexplained', 'decode');
    await heard('packets_dropped');
    await inStore("ALTER TABLE ledger_frames DELETE WHERE edge = 'other' SETTINGS mutations_sync = 1");
    await heard('unexplained', 'decode', 'over');
  });

  test('a dead letter, a day that could not be reconciled, a time of keeping that the store does not go by', async () => {
    const jobs = stack.pidOf('jobs');
    await halt(jobs);
    try {
      await inDatabase("INSERT INTO reconciliations (day, state) VALUES (current_date, 'failed')");
      await inDatabase("INSERT INTO retention (what, days) VALUES ('rtcp', 9)");
      await heard('reconciliation_failed', new Date().toISOString().slice(0, 10));
      await heard('retention_late', 'rtcp');
    } finally {
      process.kill(jobs, 'SIGCONT');
    }
    await heard('retention_late', 'rtcp', 'over');
    const { connectBus } = await import('@callscope/core/node/nats.ts');
    const { publishDeadLetter } = await import('@callscope/ingest/write/dlq.ts');
    const { log } = await import('../recordings/ffmpeg.ts');
    const bus = await connectBus(stack.natsUrl(), 'test', log);
    await publishDeadLetter(bus, { step: 'test', reason: 'a test', subject: '', bytes: Buffer.from('x') });
    await bus.close();
    await heard('dead_letters');
  });

  test('PostgreSQL that does not answer, which cannot note that itself', async () => {
    const directory = realpathSync(join(stack.dataDir, 'postgres'));
    const ofPostgres = readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === directory;
      } catch {
        return false;
      }
    });
    for (const pid of ofPostgres) await halt(Number(pid));
    try {
      await heard('part_failing', 'postgres');
    } finally {
      for (const pid of ofPostgres) process.kill(Number(pid), 'SIGCONT');
    }
    await heard('part_failing', 'postgres', 'over');
  });

  test('each was told once, and stands with its times in REST', async () => {
    const words = told.map(({ id, state }) => `${id} ${state}`);
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
    const { troubles, disk, parts } = await stack.rest<{
      troubles: { kind: string; to: string | null; untold: string }[];
      disk: { freeBytes: number };
      parts: { name: string }[];
    }>('GET', '/ops/health');
    expect(troubles.find((t) => t.kind === 'recorder_stopped')?.to).not.toBeNull();
    expect(troubles.find((t) => t.kind === 'disk_low')).toMatchObject({ to: null, untold: '' });
    expect(disk.freeBytes).toBeGreaterThan(0);
    expect(parts.map((p) => p.name)).toContain('recorder');
  });
});
