import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { given } from '@callscope/core/node/config.ts';

export class PortTaken extends Error {}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
  });
}

export function anyFreePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** The port of an embedded service: the usual one, or a free one when that is taken and was not asked for by name. */
export async function portFor(setting: string, port: number): Promise<number> {
  if (await isFree(port)) return port;
  if (given(setting)) throw new PortTaken(`port ${port} is taken${ownerOf(port)}: choose another with ${setting}, or stop what uses it`);
  return anyFreePort();
}

/** @throws PortTaken naming the setting, and the process when it can be told */
export async function requireFree(setting: string, port: number, host: string): Promise<void> {
  if (port !== 0 && !(await isFree(port, host)))
    throw new PortTaken(`port ${port} is taken${ownerOf(port)}: choose another with ${setting}, or stop what uses it`);
}

/** " by name (pid n)" of who listens at a TCP port, '' when it cannot be told. */
function ownerOf(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
        const f = line.trim().split(/\s+/);
        if (f[1]?.endsWith(`:${hex}`) && f[3] === '0A') inodes.add(`socket:[${f[9]}]`);
      }
    } catch {
      return '';
    }
  }
  for (const pid of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        if (inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`)))
          return ` by ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
      }
    } catch {
      // not ours to look into, or gone
    }
  }
  return '';
}
