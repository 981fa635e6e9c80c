import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mi, miClient } from '@callscope/opensips/agent/mi.ts';
import { NgClient } from '@callscope/opensips/agent/ng.ts';
import { z } from 'zod';
import { freePort, until } from './stack.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** Is this program on PATH? Says what is missing when it is not. */
export function isThere(program: string, hint: string): boolean {
  const found = spawnSync('which', [program]).status === 0;
  if (!found) console.warn(`SKIPPED: ${program} is not on PATH (${hint})`);
  return found;
}

export interface Rtpengine {
  ng: NgClient;
  port: number;
  spool: string;
  end(): Promise<void>;
}

/** The real rtpengine in userspace on loopback, with a spool of its own. */
export async function startRtpengine(): Promise<Rtpengine> {
  const dir = mkdtempSync(join(tmpdir(), 'rtpengine-'));
  const spool = join(dir, 'spool');
  mkdirSync(spool);
  const port = await freePort();
  const log = openSync(join(dir, 'log'), 'w');
  const child = spawn(
    'rtpengine',
    [
      ...['--foreground', '--table=-1', '--no-fallback', '--interface=127.0.0.1', `--listen-ng=127.0.0.1:${port}`, '--num-threads=2'],
      ...['--port-min=42000', '--port-max=42999', '--recording-method=pcap', `--recording-dir=${spool}`, '--log-stderr'],
      `--pidfile=${join(dir, 'pid')}`,
      // the machine's own names ports that its own rtpengine holds
      '--config-file=none',
    ],
    { stdio: ['ignore', log, log] },
  );
  const ng = new NgClient('127.0.0.1', port);
  await until('rtpengine answers', async () => (await ng.ask({ command: 'ping' })).result === 'pong').catch((error) => {
    child.kill();
    throw new Error(`${error}\n${readFileSync(join(dir, 'log'), 'utf8').slice(-3_000)}`);
  });
  return {
    ng,
    port,
    spool,
    end: async () => {
      await ng.close();
      await ended(child);
    },
  };
}

export interface AgentProcess {
  log(): string;
  end(): Promise<void>;
}

/** The agent alone, as on an edge's machine. */
export function startAgent(env: Record<string, string>): AgentProcess {
  const child = spawn(process.execPath, [join(ROOT, 'opensips/agent/main.ts')], {
    env: { ...process.env, LOG_FORMAT: 'json', METRICS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return { log: () => output, end: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

const sdp = (port: number) =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=ptime:20\r\n`;

/** A call's media as OpenSIPS would set it up: offer and answer. @returns rtpengine's port for the caller's packets */
export async function anchorCall(ng: NgClient, callId: string): Promise<number> {
  const ends = { 'call-id': callId, 'from-tag': 'a' };
  await ng.ask({ command: 'offer', ...ends, sdp: sdp(43_000) });
  const answer = await ng.ask({ command: 'answer', ...ends, 'to-tag': 'b', sdp: sdp(43_002) });
  return Number(/m=audio (\d+)/.exec(String(answer.sdp))?.[1]);
}

/** Packets of silence from the caller's phone. */
export async function speak(port: number, packets: number, first: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(43_000, '127.0.0.1');
  await once(socket, 'listening');
  for (let i = first; i < first + packets; i++) {
    const packet = Buffer.alloc(172, 0xd5);
    packet.writeUInt16BE(0x8008, 0);
    packet.writeUInt16BE(i, 2);
    packet.writeUInt32BE(i * 160, 4);
    packet.writeUInt32BE(0x1234, 8);
    await new Promise((done) => socket.send(packet, port, '127.0.0.1', done));
    await new Promise((done) => setTimeout(done, 5));
  }
  socket.close();
}

export interface OpenSips {
  mi: Mi;
  sipPort: number;
  /** folder of its tables, one file each */
  tables: string;
  log(): string;
  end(): Promise<void>;
}

const COLUMNS = {
  version: 'table_name(string) table_version(int)',
  domain: 'id(int,auto) domain(string) attrs(string,null) accept_subdomain(int) last_modified(int)',
  dialplan:
    'id(int,auto) dpid(int) pr(int) match_op(int) match_exp(string) match_flags(int) subst_exp(string,null) repl_exp(string,null) timerec(string,null) disabled(int) attrs(string,null)',
  address: 'id(int,auto) grp(int) ip(string) mask(int) port(int) proto(string) pattern(string,null) context_info(string,null)',
};
const VERSIONS = 'address:5\ndialplan:5\ndomain:4\n';

/** A real OpenSIPS with test/edge/agent.cfg. Its modules are looked for in OPENSIPS_MODULES, or where Debian's package has them. */
export async function startOpenSips(): Promise<OpenSips> {
  const dir = mkdtempSync(join(tmpdir(), 'opensips-'));
  const tables = join(dir, 'tables');
  mkdirSync(tables);
  for (const [table, columns] of Object.entries(COLUMNS))
    writeFileSync(join(tables, table), `${columns} \n${table === 'version' ? VERSIONS : ''}`);
  const [sipPort, miPort] = [await freePort(), await freePort()];
  const values: Record<string, string> = {
    ...{ SIP: String(sipPort), MI: String(miPort), TABLES: tables },
    MODULES: process.env.OPENSIPS_MODULES ?? '/usr/lib/x86_64-linux-gnu/opensips/modules',
  };
  const config = readFileSync(join(ROOT, 'test/edge/agent.cfg'), 'utf8').replace(/@([A-Z]+)@/g, (_, name: string) => values[name] ?? '');
  writeFileSync(join(dir, 'opensips.cfg'), config);
  const log = () => readFileSync(join(dir, 'log'), 'utf8');
  const file = openSync(join(dir, 'log'), 'w');
  const child = spawn('opensips', ['-F', '-m', '64', '-M', '8', '-f', join(dir, 'opensips.cfg')], {
    cwd: dir,
    stdio: ['ignore', file, file],
  });
  const mi = miClient(`http://127.0.0.1:${miPort}/mi`);
  await until('OpenSIPS answers', async () => {
    if (child.exitCode !== null) throw new Error('the launcher ended');
    await mi.ask('version', {}, z.unknown());
    return true;
  }).catch((error) => {
    child.kill();
    throw new Error(`${error}\n${log().slice(-3_000)}`);
  });
  return { mi, sipPort, tables, log, end: () => ended(child) };
}

/** SIPp, with one of its own scenarios. */
export function startSipp(...options: string[]): { end(): Promise<void> } {
  const child = spawn('sipp', ['-nostdin', '-i', '127.0.0.1', ...options], { stdio: 'ignore', cwd: mkdtempSync(join(tmpdir(), 'sipp-')) });
  return { end: () => ended(child) };
}
