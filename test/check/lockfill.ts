/**
 * Completes package-lock.json after `npm install`: a registry that does not carry every foreign-platform package makes
 * npm leave those optional packages out of the lock, and the next `npm ci` then refuses it. Each missing one is entered
 * with its version and platform, without integrity. Run it after every `npm install`: npm run lockfill
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const SYSTEMS = ['linux', 'darwin', 'win32', 'freebsd', 'android', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const PROCESSORS = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32', 'mips64el'];

/** @returns names that were entered */
export function fillLock(packages: Record<string, LockedPackage>): string[] {
  const filled: string[] = [];
  for (const entry of Object.values(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`;
      const version = /^\d+\.\d+\.\d+\S*$/.exec(range)?.[0];
      if (packages[place] || version === undefined) continue;
      const words = name.split(/[-/@]/);
      const os = SYSTEMS.filter((s) => words.includes(s));
      const cpu = PROCESSORS.filter((p) => words.includes(p));
      packages[place] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...(cpu.length > 0 ? { cpu } : {}),
        ...(os.length > 0 ? { os } : {}),
      };
      filled.push(name);
    }
  }
  return filled;
}

if (import.meta.main) {
  const file = new URL('../../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
  const filled = fillLock(lock.packages);
  // where a package came from is the registry setting's matter, not the lock's
  for (const entry of Object.values(lock.packages)) if (entry.resolved?.startsWith('http')) delete entry.resolved;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(filled.length > 0 ? `entered: ${filled.join(', ')}` : 'nothing is missing');
}
