import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { given } from '@callscope/core/node/config.ts';

/** A port or an address that cannot be had; the message names the setting. */
export class PortTaken extends Error {}

type Protocol = 'tcp' | 'udp';

/** A port that a setting asks for. */
export interface WantedPort {
  setting: string;
  port: number;
  /** the setting that says the address, and the address */
  hostSetting: string;
  host: string;
  protocols: readonly Protocol[];
}

const LOOPBACK = '127.0.0.1';

/** Binds and lets go. @returns the error's code (EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND …), null when it is free */
function probe(protocol: Protocol, port: number, host: string): Promise<string | null> {
  const codeOf = (error: NodeJS.ErrnoException) => error.code ?? error.message;
  return new Promise((done) => {
    if (protocol === 'tcp') {
      const server = createServer();
      server.once('error', (error) => done(codeOf(error)));
      server.listen({ port, host, exclusive: true }, () => server.close(() => done(null)));
    } else {
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      socket.once('error', (error) => socket.close(() => done(codeOf(error))));
      socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => done(null)));
    }
  });
}

/** A free TCP port of the loopback that no setting has asked for. */
export async function anyFreePort(reserved: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((done, failed) => {
      const server = createServer();
      server.once('error', failed);
      server.listen(0, LOOPBACK, () => {
        const { port } = server.address() as { port: number };
        server.close(() => done(port));
      });
    });
    if (!reserved.includes(port)) return port;
  }
}

/**
 * The port of an embedded service, on the loopback: the usual one, or a free one when that is taken and was not asked for
 * by name.
 * @param reserved ports that other settings ask for
 * @throws PortTaken
 */
export async function portFor(setting: string, port: number, reserved: readonly number[] = []): Promise<number> {
  const asked = given(setting);
  if (!asked && reserved.includes(port)) return anyFreePort(reserved);
  const code = await probe('tcp', port, LOOPBACK);
  if (code === null) return port;
  if (asked) throw refusal({ setting, port, hostSetting: '', host: LOOPBACK }, 'tcp', code);
  return anyFreePort(reserved);
}

/** @throws PortTaken naming the setting, and the process that has the port when it can be told */
export async function requireFree(wanted: WantedPort): Promise<void> {
  for (const protocol of wanted.protocols) {
    const code = await probe(protocol, wanted.port, wanted.host);
    if (code !== null) throw refusal(wanted, protocol, code);
  }
}

/** Two settings that ask for one port: the second service would fail after the first has started. @throws PortTaken */
export function requireDistinct(wanted: readonly { setting: string; port: number }[]): void {
  const owners = new Map<number, string>();
  for (const { setting, port } of wanted) {
    if (port === 0) continue;
    const other = owners.get(port);
    if (other !== undefined) throw new PortTaken(`${other} and ${setting} are both ${port}: choose another port for one of them`);
    owners.set(port, setting);
  }
}

function refusal({ setting, port, hostSetting, host }: Omit<WantedPort, 'protocols'>, protocol: Protocol, code: string): PortTaken {
  if (code === 'EADDRINUSE')
    return new PortTaken(
      `port ${port} is taken${ownerOf(protocol, port)} (${protocol.toUpperCase()}): choose another with ${setting}, or stop what uses it`,
    );
  if (code === 'EACCES')
    return new PortTaken(`this user may not open port ${port}: choose one from 1024 up with ${setting}, or start as a user who may`);
  if (code === 'EADDRNOTAVAIL') return new PortTaken(`${hostSetting} ${host} is not an address of this machine`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new PortTaken(`${hostSetting} ${host} is neither an address nor a name that this machine can resolve`);
  return new PortTaken(`cannot listen at ${host} port ${port} (${code}): see ${[hostSetting, setting].filter(Boolean).join(' and ')}`);
}

/** State of a socket that waits for others in /proc/net: TCP_LISTEN, and for UDP "unconnected" (include/net/tcp_states.h). */
const WAITING: Record<Protocol, string> = { tcp: '0A', udp: '07' };

/** " by name (pid n)" of who listens at a port, '' when it cannot be told. */
function ownerOf(protocol: Protocol, port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const file of [`/proc/net/${protocol}`, `/proc/net/${protocol}6`]) {
    try {
      for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
        const f = line.trim().split(/\s+/);
        if (f[1]?.endsWith(`:${hex}`) && f[3] === WAITING[protocol]) inodes.add(`socket:[${f[9]}]`);
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
