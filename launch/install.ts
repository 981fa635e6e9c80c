import { execFileSync, spawnSync } from 'node:child_process';
import { childEnvironment } from '@callscope/core/node/config.ts';
import type { Log } from '@callscope/core/node/log.ts';
import { onPath } from './supervise.ts';

export interface SystemPackage {
  /** Debian's name */
  name: string;
  /** a command that it brings */
  command: string;
  why: string;
}

export const NATS_SERVER: SystemPackage = { name: 'nats-server', command: 'nats-server', why: 'the bus' };
export const TSHARK: SystemPackage = { name: 'tshark', command: 'tshark', why: 'reads the exported captures in tests' };

export class MissingPackages extends Error {}

/** Commands that install what is missing. `update` first: a fresh machine has no package lists. */
export function installCommands(packages: readonly SystemPackage[]): string[][] {
  return [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages.map((p) => p.name)],
  ];
}

/**
 * Makes sure that the commands are there. Prints what it is about to run, runs it only as root or with passwordless
 * sudo, and never when `noInstall`. Debian enables nats-server's own unit when it is installed; it is masked for that
 * time, so that it is neither enabled nor started.
 * @throws MissingPackages with the command to run by hand
 */
export function ensurePackages(packages: readonly SystemPackage[], noInstall: boolean, log: Log): void {
  const missing = packages.filter((p) => !onPath(p.command));
  if (missing.length === 0) return;
  const commands = installCommands(missing);
  const shown = commands.map((c) => c.join(' ')).join(' && ');
  const names = missing.map((p) => `${p.name} (${p.why})`).join(', ');
  const asRoot = process.getuid?.() === 0;
  const sudo = !asRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (noInstall || (!asRoot && !sudo) || !onPath('apt-get')) {
    const why = noInstall ? 'NO_INSTALL=1 is set' : onPath('apt-get') ? 'this needs root or passwordless sudo' : 'this is not Debian';
    throw new MissingPackages(`missing: ${names}; ${why}. Install with: ${asRoot ? '' : 'sudo '}${shown}`);
  }
  log.info(`installing ${names}: ${shown}`);
  const run = (command: string[]) => {
    const [file = '', ...args] = sudo ? ['sudo', '-n', ...command] : command;
    execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'], env: childEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }) });
  };
  const hasUnits = onPath('systemctl') && missing.includes(NATS_SERVER);
  try {
    if (hasUnits) run(['systemctl', 'mask', '--quiet', 'nats-server.service']);
    for (const command of commands) run(command);
    if (hasUnits) run(['systemctl', 'disable', '--quiet', 'nats-server.service']);
  } catch (cause) {
    throw new MissingPackages(`could not install ${names}. Try by hand: ${asRoot ? '' : 'sudo '}${shown}`, { cause });
  }
  const still = missing.filter((p) => !onPath(p.command));
  if (still.length > 0)
    throw new MissingPackages(
      `${still.map((p) => p.name).join(', ')} was installed and ${still.map((p) => p.command).join(', ')} is still not on PATH`,
    );
}
