import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blocks } from '@callscope/core/node/config.ts';
import { type EdgeSettings, renderEdge } from '@callscope/opensips/config/render.ts';
import pg from 'pg';
import { type AgentProcess, startAgent } from '../medium/edge-processes.ts';
import { freePort, type Stack, startStack, until } from '../medium/stack.ts';
import type { Place } from './dialog.ts';
import { Phone } from './phone.ts';
import { operatorTrunks, PASSWORD, telephony } from './provisioning.ts';

const which = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
const PACKAGED_MODULES = '/usr/lib/x86_64-linux-gnu/opensips/modules';

/** What these tests cannot do without; null when all is there. Said aloud, as nothing else says that the edge went untested. */
export function missing(...names: string[]): string | null {
  const lacking = names.filter((name) => which(name) === '');
  if (lacking.length === 0) return null;
  const text = `SKIPPED: the edge is not tested, as ${lacking.join(' and ')} ${lacking.length === 1 ? 'is' : 'are'} not on PATH (docs/edge.md)`;
  console.warn(text);
  return text;
}

export const HOSTS = { edge: '127.5.0.10', media: '127.5.0.20', carrierIn: '127.5.0.30', carrierOut: '127.5.0.31' };

export interface Edge {
  stack: Stack;
  sip: Place;
  mi: number;
  spool: string;
  announcements: string;
  /** PostgreSQL as the owner */
  sql: pg.Pool;
  databaseUrl: string;
  /** a registered phone of a company */
  phone(user: string, domain?: string): Promise<Phone>;
  /** a phone of the carrier: calls in as this number */
  carrier(host: string, number: string): Promise<Phone>;
  miCall<T>(method: string, params?: object): Promise<T>;
  startOpensips(): Promise<void>;
  stopOpensips(signal?: NodeJS.Signals): Promise<void>;
  /** the agent beside it, as its unit starts it */
  startAgent(): Promise<AgentProcess>;
  log(): string;
  end(): Promise<void>;
}

/** What an environment with these settings and no others makes of the edge. */
export function settingsOf(environment: Record<string, unknown>): EdgeSettings {
  return { ...blocks.nats.parse(environment), ...blocks.edgeMachine.parse(environment), ...blocks.edgeNode.parse(environment) };
}

/** The system, its companies with telephony, and a real OpenSIPS with a real rtpengine in front of it. */
export async function startEdge(settings: Record<string, string> = {}, events?: (stack: Stack) => string): Promise<Edge> {
  const postgresPort = await freePort();
  const stack = await startStack({ env: { POSTGRES_PORT: String(postgresPort) } });
  const dir = mkdtempSync(join(tmpdir(), 'callscope-edge-'));
  const owner = `postgres://callscope:${readFileSync(join(stack.dataDir, 'secrets/postgres'), 'utf8')}@127.0.0.1:${postgresPort}/callscope`;
  const sql = new pg.Pool({ connectionString: owner, max: 2 });
  await sql.query("ALTER ROLE opensips PASSWORD 'of-the-tests'");
  const carrier = { from: HOSTS.carrierIn, host: HOSTS.carrierOut, port: 5060 };
  await stack.rest('PUT', '/ops/trunks', operatorTrunks(carrier, 5999));
  for (const [id, c] of Object.entries(telephony())) {
    await stack.rest('PUT', `/tenants/${id}`, c.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, c.directory);
    await stack.rest('PUT', `/tenants/${id}/pbx`, c.pbx);
  }
  const mi = await freePort();
  const clickMi = await freePort();
  const spool = join(dir, 'spool');
  const announcements = join(dir, 'announcements');
  mkdirSync(spool);
  mkdirSync(announcements);
  const databaseUrl = `postgres://opensips:of-the-tests@127.0.0.1:${postgresPort}/callscope`;
  const environment = {
    EDGE_SIP_HOST: HOSTS.edge,
    EDGE_RTPENGINE: `${HOSTS.media}:2223`,
    EDGE_MI_PORT: mi,
    EDGE_CLICK_MI_PORT: clickMi,
    EDGE_NOTIFY_PORT: await freePort(),
    EDGE_DATABASE_URL: databaseUrl,
    EDGE_HEP: `127.0.0.1:${stack.ports.hep}`,
    EDGE_EVENTS: events?.(stack) ?? `127.0.0.1:${stack.ports.events}`,
    EDGE_MEDIA_PORTS: '31000-31999',
    EDGE_RECORDING_DIR: spool,
    EDGE_ANNOUNCEMENTS_DIR: announcements,
    EDGE_MODULES_DIR: existsSync(PACKAGED_MODULES) ? PACKAGED_MODULES : join(dirname(realpathSync(which('opensips'))), 'modules'),
    EDGE_WORKERS: '2',
    ...settings,
  };
  const files = renderEdge(settingsOf(environment));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const config = join(dir, 'opensips.cfg');
  for (const name of ['opensips.cfg', 'click.cfg']) execFileSync('opensips', ['-C', '-f', join(dir, name)], { stdio: 'pipe' });
  let output = '';
  const keep = (child: ChildProcess) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-100_000);
      });
    return child;
  };
  const media = keep(spawn('rtpengine', ['--foreground', `--config-file=${join(dir, 'rtpengine.conf')}`, '--config-section=rtpengine']));
  const click = keep(spawn('opensips', ['-F', '-m', '64', '-M', '8', '-f', join(dir, 'click.cfg')]));
  let opensips: ChildProcess | undefined;
  const phones: Phone[] = [];
  const agents: AgentProcess[] = [];
  const edge: Edge = {
    stack,
    sip: { host: HOSTS.edge, port: 5060 },
    mi,
    spool,
    announcements,
    sql,
    databaseUrl,
    phone: async (user, domain = 'alfa.pbx.test') => {
      const host = `127.5.${domain.startsWith('alfa') ? 1 : 2}.${user.slice(1).replace(/^0/, '')}`;
      const phone = await new Phone({ host, port: 5060 }, edge.sip, user, domain, PASSWORD).open();
      phones.push(phone);
      if ((await phone.register()) !== 200) throw new Error(`${user}@${domain} could not register`);
      return phone;
    },
    carrier: async (host, number) => {
      const phone = await new Phone({ host, port: 5060 }, edge.sip, number, 'carrier.test', '').open();
      phones.push(phone);
      return phone;
    },
    miCall: async <T>(method: string, params?: object): Promise<T> => {
      const response = await fetch(`http://127.0.0.1:${mi}/mi`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) }),
      });
      const { result, error } = (await response.json()) as { result: T; error?: unknown };
      if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return result;
    },
    startOpensips: async () => {
      opensips = keep(
        spawn('opensips', ['-F', '-m', '128', '-M', '8', '-f', config], { env: { ...process.env, TZ: 'UTC' }, detached: true }),
      );
      await until('OpenSIPS answers commands', async () => (await edge.miCall('uptime')) !== undefined);
      await until('OpenSIPS takes connections', () => accepts(edge.sip));
    },
    stopOpensips: async (signal = 'SIGTERM') => {
      const child = opensips;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((done) => child.once('exit', () => done()));
      // a machine that dies takes all its processes with it
      if (signal === 'SIGKILL' && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
      await gone;
    },
    startAgent: async () => {
      const agent = startAgent({
        NATS_URL: stack.natsUrl(),
        EDGE_MI_URL: `http://127.0.0.1:${mi}/mi`,
        EDGE_CLICK_MI_URL: `http://127.0.0.1:${clickMi}/mi`,
        EDGE_RTPENGINE: environment.EDGE_RTPENGINE,
        EDGE_ANNOUNCEMENTS_DIR: announcements,
        EDGE_NODE_ID: 'edge-1',
      });
      agents.push(agent);
      await until('the agent has made OpenSIPS read its tables', () => /has read all its tables/.test(agent.log()));
      return agent;
    },
    log: () => output,
    end: async () => {
      for (const agent of agents) await agent.end();
      for (const phone of phones) phone.close();
      await edge.stopOpensips();
      media.kill();
      click.kill();
      await sql.end();
      await stack.end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    await edge.startOpensips();
  } catch (error) {
    await edge.end();
    throw new Error(`${String(error)}\n${output}`);
  }
  return edge;
}

function accepts({ host, port }: Place): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, host);
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}
