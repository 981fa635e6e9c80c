import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Stops a process (SIGSTOP) and returns when it stands still. The signal alone only asks: until the kernel has stopped each of its
 * threads (`T` in /proc/PID/task/TID/stat, proc(5)) the process still answers what comes in.
 * Where there is no /proc, as on macOS, it is as still as the signal makes it.
 */
export async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  while (runningThreads(pid) > 0) await sleep(1);
}

function runningThreads(pid: number): number {
  return entries(`/proc/${pid}/task`).filter((thread) => {
    const stat = content(`/proc/${pid}/task/${thread}/stat`);
    // the state follows the name, which is in brackets and may hold anything
    return stat !== null && !'TtXZ'.includes(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  }).length;
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** @returns null for a thread that has ended meanwhile */
function content(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
