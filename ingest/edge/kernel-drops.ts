import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Packets that the kernel threw away because a socket's buffer was full: the last column of /proc/net/udp (and udp6)
 * for a socket of this process at this port (proc(5)). 0 where /proc does not tell.
 */
export function kernelDrops(port: number): number {
  const inodes = ownSockets();
  let drops = 0;
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
      if (local === undefined || Number.parseInt(local, 16) !== port || !inodes.has(fields[9] ?? '')) continue;
      drops += Number(fields[12] ?? 0);
    }
  }
  return drops;
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
