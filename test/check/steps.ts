import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkArrows } from './arrows.ts';
import { checkChecklist } from './checklist.ts';
import { checkGolden } from './golden.ts';
import { checkLicences } from './licences.ts';
import { checkRights } from './rights.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Step {
  name: string;
  /** problems, one a line; none = passed */
  run(): string[];
}

const PORTAL = fileURLToPath(new URL('../../portal/', import.meta.url));

/** Runs a tool of node_modules. @param cwd where @returns what it said when it failed */
function command(file: string, cwd: string, ...args: string[]): string[] {
  const done = spawnSync(process.execPath, [fileURLToPath(new URL(`../../node_modules/${file}`, import.meta.url)), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (done.status === 0) return [];
  return [`${done.stdout}${done.stderr}`.trim() || `${file} ended with ${done.status ?? done.signal}`];
}

/** Writes what SvelteKit derives from the pages (types, $app/tsconfig): whatever reads their TypeScript needs it. */
export function syncPages(): string[] {
  return command('@sveltejs/kit/svelte-kit.js', PORTAL, 'sync');
}

/** Types of the portal's pages, with warnings (accessibility among them) as failures. */
function checkPages(): string[] {
  const kit = syncPages();
  if (kit.length > 0) return kit;
  return command('svelte-check/bin/svelte-check', PORTAL, '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human');
}

/** What `npm run check` checks, in order. */
export const STEPS: Step[] = [
  { name: 'types', run: () => command('typescript/bin/tsc', ROOT, '-p', '.') },
  { name: 'pages', run: checkPages },
  { name: 'format and lint', run: () => command('@biomejs/biome/bin/biome', ROOT, 'ci', '--colors=off', '.') },
  { name: 'arrows', run: () => checkArrows(ROOT).map((v) => `${v.file}:${v.line} ${v.message}`) },
  { name: 'rights', run: () => checkRights(ROOT) },
  { name: 'golden SQL', run: () => checkGolden(ROOT) },
  { name: 'checklist', run: () => checkChecklist(ROOT) },
  { name: 'licences', run: () => checkLicences(ROOT) },
];
