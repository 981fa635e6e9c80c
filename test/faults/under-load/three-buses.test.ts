import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES } from '@callscope/core/bus/streams.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type Stack, startStack, until } from '../../medium/stack.ts';
import { allIds, callEvents, putCompanies, sendReliably, settled } from '../reliable-edge.ts';

const NAMES = ['one', 'two', 'three'] as const;
type Name = (typeof NAMES)[number];
const STREAMS = ['RAW', 'FACTS', 'DIRECTORY', 'CALLS'] as const;
/** of 3,000 events a kill */
const CALLS = 750;

const dir = mkdtempSync(join(tmpdir(), 'callscope-bus-'));
const servers = new Map<Name, ChildProcess>();
let url: string;
let stack: Stack;
let bus: Bus;

/** A server of the cluster, again in its own place. */
function start(name: Name): void {
  servers.set(name, spawn('nats-server', ['-c', join(dir, `${name}.conf`)], { stdio: 'ignore' }));
}

async function kill(name: Name): Promise<void> {
  const server = servers.get(name) as ChildProcess;
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
}

beforeAll(async () => {
  const ports = new Map<Name, { client: number; route: number }>();
  for (const name of NAMES) ports.set(name, { client: await freePort(), route: await freePort() });
  const routes = [...ports.values()].map(({ route }) => `"nats://127.0.0.1:${route}"`).join(', ');
  for (const [name, { client, route }] of ports) {
    mkdirSync(join(dir, name));
    writeFileSync(
      join(dir, `${name}.conf`),
      `host: 127.0.0.1
port: ${client}
server_name: ${name}
max_payload: ${MAX_MESSAGE_BYTES}
authorization { user: cs, password: "secret" }
jetstream { store_dir: "${join(dir, name)}", max_file_store: 20000000000 }
cluster { name: callscope, host: 127.0.0.1, port: ${route}, routes: [${routes}] }
`,
    );
    start(name);
  }
  url = `nats://cs:secret@${[...ports.values()].map(({ client }) => `127.0.0.1:${client}`).join(',')}?replicas=3`;
  stack = await startStack({ env: { NATS_URL: url, DECODERS: '2', ASSEMBLERS: '2' } });
  bus = await connectBus(url, 'test', createLog('test', { write: () => undefined }));
  await putCompanies(stack);
});
afterAll(async () => {
  await bus?.close();
  await stack?.end();
  for (const server of servers.values()) server.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** Who leads a stream now; null while nobody does. */
const leaderOf = async (stream: string): Promise<Name | null> => {
  const { cluster } = await bus.jsm.streams.info(stream).catch(() => ({ cluster: undefined }));
  return (cluster?.leader as Name | undefined) ?? null;
};

test('everything is kept by three servers', async () => {
  for (const stream of STREAMS) {
    const { config, cluster } = await bus.jsm.streams.info(stream);
    expect([config.num_replicas, cluster?.replicas?.length]).toEqual([3, 2]);
  }
});

test('the server that leads is killed, three times over: nothing that was answered is lost, nothing is there twice', async () => {
  const expected: string[] = [];
  for (const stream of ['RAW', 'FACTS', 'RAW']) {
    const prefix = `${stream}-${expected.length}`;
    const leader = (await leaderOf(stream)) as Name;
    const sending = sendReliably(stack.ports.events, callEvents(prefix, CALLS), 120_000);
    await until('some are stored', async () => (await allIds(stack, 't1')).length > expected.length, 120_000);
    await kill(leader);
    await sending;
    expected.push(...Array.from({ length: CALLS }, (_, i) => `${prefix}-${i}`));
    await settled(stack, expected);
    start(leader);
    await until(
      'all three have everything again',
      async () => {
        const infos = await Promise.all(STREAMS.map((name) => bus.jsm.streams.info(name).catch(() => null)));
        return infos.every((info) => info?.cluster?.replicas?.every(({ current, offline }) => current && offline !== true) === true);
      },
      60_000,
    );
  }
  // a cluster takes its time to elect, on a busy machine a minute
}, 600_000);
