import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Own sockets at a port, as they were found last: listing all open files each second is most of what an idle receiver does. */
const known = new Map<number, Set<string>>();

/**
 * Packets that the kernel threw away because a socket's buffer was full: the last column of /proc/net/udp (and udp6)
 * for a socket of this process at this port (proc(5)). 0 where /proc does not tell. Ask once after bind: sockets of the
 * port are looked for then, and again when those are gone.
 */
export function kernelDrops(port: number): number {
  const sockets = socketsAt(port);
  if (![...(known.get(port) ?? [])].some((inode) => sockets.has(inode))) {
    const own = ownSockets();
    known.set(port, new Set([...sockets.keys()].filter((inode) => own.has(inode))));
  }
  let drops = 0;
  for (const inode of known.get(port) ?? []) drops += sockets.get(inode) ?? 0;
  return drops;
}

/** Drops of every UDP socket of this machine at a port, by inode. */
function socketsAt(port: number): Map<string, number> {
  const sockets = new Map<string, number>();
  for (const file of ['/proc/net/udp', '/proc/net/udp6']) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const local = fields[1]?.split(':')[1];
      if (local !== undefined && Number.parseInt(local, 16) === port) sockets.set(fields[9] ?? '', Number(fields[12] ?? 0));
    }
  }
  return sockets;
}

function ownSockets(): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync('/proc/self/fd')) {
      try {
        const target = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`));
        if (target?.[1]) inodes.add(target[1]);
      } catch {
        // closed between the listing and the reading
      }
    }
  } catch {
    // no /proc: not Linux
  }
  return inodes;
}
