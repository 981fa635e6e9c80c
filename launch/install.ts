import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@callscope/core/node/config.ts';
import type { Log } from '@callscope/core/node/log.ts';
import { onPath } from './supervise.ts';

export interface SystemPackage {
  /** Debian's name */
  name: string;
  /** a command that it brings */
  command: string;
  why: string;
  /** Debian's own unit of it, which would take its ports */
  unit?: string;
}

export const NATS_SERVER: SystemPackage = { name: 'nats-server', command: 'nats-server', why: 'the bus', unit: 'nats-server.service' };
export const RTPENGINE: SystemPackage = {
  name: 'rtpengine-daemon',
  command: 'rtpengine',
  why: 'anchors and records media in tests',
  unit: 'rtpengine-daemon.service',
};
export const TSHARK: SystemPackage = { name: 'tshark', command: 'tshark', why: 'reads the exported captures in tests' };
export const FAKETIME: SystemPackage = { name: 'faketime', command: 'faketime', why: 'steps the clock of a system in tests' };
export const CHROMIUM: SystemPackage = { name: 'chromium', command: 'chromium', why: 'opens the pages in browser tests' };

export const ESPEAK: SystemPackage = { name: 'espeak-ng', command: 'espeak-ng', why: "speaks in the demo's recordings" };

export const FFMPEG: SystemPackage = { name: 'ffmpeg', command: 'ffmpeg', why: 'makes audio of recorded calls' };

export class MissingPackages extends Error {}

/** Commands that install what is missing. `update` first: a fresh machine has no package lists. */
export function installCommands(packages: readonly SystemPackage[]): string[][] {
  return [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages.map((p) => p.name)],
  ];
}

/** Where deb-systemd-helper enables a unit, also on machines without systemctl. */
const linkOf = (unit: string) => `/etc/systemd/system/multi-user.target.wants/${unit}`;
const PROGRESS = fileURLToPath(new URL('./show-progress.ts', import.meta.url));

/**
 * Makes sure that the commands are there. Prints what it is about to run, runs it only as root or with passwordless
 * sudo, and never when `noInstall`. Says every few seconds that it is still at it.
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
  const env = childEnvironment({ DEBIAN_FRONTEND: 'noninteractive', LOG_FORMAT: log.format });
  const rights = sudo ? ['sudo', '-n'] : [];
  const quietly = (...command: string[]) => {
    const [file = '', ...args] = [...rights, ...command];
    execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  };
  try {
    const install = () => {
      for (const command of commands)
        execFileSync(process.execPath, [PROGRESS, ...rights, ...command], { stdio: ['ignore', 'inherit', 'inherit'], env });
    };
    withoutUnits(missing, quietly, install);
  } catch (cause) {
    throw new MissingPackages(`could not install ${names}. Try by hand: ${asRoot ? '' : 'sudo '}${shown}`, { cause });
  }
  const still = missing.filter((p) => !onPath(p.command));
  if (still.length > 0)
    throw new MissingPackages(
      `${still.map((p) => p.name).join(', ')} was installed and ${still.map((p) => p.command).join(', ')} is still not on PATH`,
    );
  log.info(`installed ${missing.map((p) => p.name).join(', ')}`);
}

/**
 * Installs without Debian's own units: masked they are not started, afterwards they are neither masked nor enabled, so that
 * whoever wants a unit may have it.
 */
function withoutUnits(packages: readonly SystemPackage[], run: (...command: string[]) => void, install: () => void): void {
  const units = packages.flatMap(({ unit, command }) => (unit === undefined ? [] : [{ unit, command }]));
  if (!onPath('systemctl')) {
    const links = units.map(({ unit }) => linkOf(unit)).filter((link) => !existsSync(link));
    try {
      install();
    } finally {
      for (const link of links) run('rm', '-f', link);
    }
    return;
  }
  for (const { unit } of units) run('systemctl', 'mask', '--quiet', unit);
  try {
    install();
  } finally {
    for (const { unit, command } of units) {
      run('systemctl', 'unmask', '--quiet', unit);
      // fails where the package did not come so far as to bring a unit
      if (onPath(command)) run('systemctl', 'disable', '--quiet', unit);
    }
  }
}
