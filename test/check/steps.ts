import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkArrows } from './arrows.ts';
import { checkChecklist } from './checklist.ts';
import { checkLicences } from './licences.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Step {
  name: string;
  /** problems, one a line; none = passed */
  run(): string[];
}

function command(file: string, ...args: string[]): string[] {
  const done = spawnSync(process.execPath, [fileURLToPath(new URL(`../../node_modules/${file}`, import.meta.url)), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (done.status === 0) return [];
  return [`${done.stdout}${done.stderr}`.trim() || `${file} ended with ${done.status ?? done.signal}`];
}

/** What `npm run check` checks, in order. */
export const STEPS: Step[] = [
  { name: 'types', run: () => command('typescript/bin/tsc', '-p', '.') },
  { name: 'format and lint', run: () => command('@biomejs/biome/bin/biome', 'ci', '--colors=off', '.') },
  { name: 'arrows', run: () => checkArrows(ROOT).map((v) => `${v.file}:${v.line} ${v.message}`) },
  { name: 'checklist', run: () => checkChecklist(ROOT) },
  { name: 'licences', run: () => checkLicences(ROOT) },
];
