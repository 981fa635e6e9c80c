import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  name: string;
  pid: number;
  cpuSeconds: number;
  rssMb: number;
}

const TICKS_PER_SECOND = 100;

/** CPU and memory of a process and everything below it, from /proc. Names come from the command line. */
export function usageOfTree(root: number): Usage[] {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').filter(Boolean);
        return [
          {
            pid: Number(name),
            parent: Number(fields[1]),
            cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
            rssMb: (Number(fields[21]) * 4096) / 1e6,
            command,
          },
        ];
      } catch {
        return []; // gone between the listing and the reading
      }
    });
  const wanted = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const s of stats)
      if (!wanted.has(s.pid) && wanted.has(s.parent)) {
        wanted.add(s.pid);
        grew = true;
      }
  }
  return stats
    .filter((s) => wanted.has(s.pid))
    .map((s) => ({ name: nameOf(s.command), pid: s.pid, cpuSeconds: s.cpuSeconds, rssMb: s.rssMb }));
}

function nameOf(command: string[]): string {
  const script = command.find((word) => word.endsWith('.ts'));
  if (script) return script.split('/').slice(-2).join('/');
  return (command[0] ?? '').split('/').at(-1)?.split(':')[0] ?? '';
}

/** CPU seconds by process name between two looks; processes of one name are added up. */
export function cpuBetween(before: readonly Usage[], after: readonly Usage[]): Record<string, number> {
  const start = new Map(before.map((u) => [u.pid, u.cpuSeconds]));
  const out: Record<string, number> = {};
  for (const u of after) {
    const spent = u.cpuSeconds - (start.get(u.pid) ?? 0);
    if (spent > 0.005) out[u.name] = (out[u.name] ?? 0) + spent;
  }
  return out;
}
