/** The house rules that a walk over the imports can check: see ARCHITECTURE.md, "Folders and arrows". */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** Which of our packages each may import. `test` may import everything. */
const ARROWS: Record<string, readonly string[]> = {
  core: [],
  sql: [],
  ingest: ['core'],
  analytics: ['core'],
  modules: ['core'],
  recorder: ['core', 'analytics', 'modules'],
  jobs: ['core', 'analytics', 'modules'],
  opensips: ['core', 'modules'],
  portal: ['core', 'analytics', 'modules'],
  launch: ['core', 'sql'],
  demo: ['core', 'ingest', 'launch'],
};
const PURE = [/^core\/domain\//, /^modules\/[^/]+\/rules/, /^analytics\/(catalog|reports|query|present|forecast)\//];
const STORE_CLIENT = [
  /^core\/node\/clickhouse\.ts$/,
  /^ingest\/write\//,
  /^ingest\/(decoder|assemble\/(assembler|reload|reresolve)|replay\/(replay|rebuild))\.ts$/,
  /^analytics\/run\//,
  /^jobs\/(main|alerts\/read|cases\/cases|marks\/carry|voice\/reckon|quality\/plans|rating\/(rating|costs)|reconciliation\/(compare|nightly)|recordings\/(keeping|missing)|retention\/keep|incidents\/watch)\.ts$/,
  /^recorder\/(main|recorder|calls)\.ts$/,
  /^portal\/(main|deps|health\/health)\.ts$/,
  /^launch\//,
  /^test\//,
];
const ENVIRONMENT = [/^core\/node\/config\.ts$/, /^test\//, /^vitest\.config\.ts$/];
const DRAWERS = /(^|\/)(utils?|helpers?|common|lib|misc)(\/|\.ts$)/;
const LONGEST_FILE = 400;
const SKIP = new Set(['node_modules', '.git', '.data', 'fixtures', 'build', '.svelte-kit']);

export interface Violation {
  file: string;
  line: number;
  message: string;
}

export function checkArrows(root: string): Violation[] {
  const files = sources(root, '');
  const known = new Set(files);
  const out: Violation[] = [];
  const graph = new Map<string, string[]>();
  const declared = new Map<string, Set<string>>();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const lines = text.split('\n');
    const say = (line: number, message: string) => void out.push({ file, line, message });
    const own = file.split('/')[0] ?? '';
    const isTest = file.endsWith('.test.ts') || own === 'test';
    if (DRAWERS.test(file)) say(1, 'a drawer without a noun: name the file after what it holds');
    if (lines.length > LONGEST_FILE && !isTest)
      say(1, `${lines.length} lines: a file of more than ${LONGEST_FILE} has more than one reason to change`);
    lines.forEach((line, i) => {
      if (/process\.env\b/.test(line) && !ENVIRONMENT.some((p) => p.test(file)) && !isTest)
        say(i + 1, 'only core/node/config.ts reads the environment: add the setting there');
      if (
        !isTest &&
        file !== 'core/bus/streams.ts' &&
        /['"`](raw|facts|dlq|directory|status|live|call|cases|edge|edges|spool)\.(\$\{|[a-z>*])/.test(line) &&
        !/import|from /.test(line)
      )
        say(i + 1, 'only core/bus/streams.ts spells subjects: take it from there');
    });
    const imports: string[] = [];
    for (const { target, line } of importsOf(text)) {
      // "#ui/…" of the pages is a folder of portal/src (imports of portal/package.json)
      if (target.startsWith('#') && known.has(`portal/src/${target.slice(1)}`)) imports.push(`portal/src/${target.slice(1)}`);
      if (target.startsWith('.')) {
        const path = normalize(join(dirname(file), target));
        const other = path.split('/')[0] ?? '';
        if (other !== own && own !== 'test' && !isTest) say(line, `import @callscope/${other}/… by its package name`);
        if (known.has(path)) imports.push(path);
      } else if (target.startsWith('@callscope/')) {
        const [, other = '', ...rest] = target.split('/');
        if (own !== 'test' && !isTest && other !== own && !(ARROWS[own] ?? []).includes(other))
          say(line, `${own} must not import ${other}: the arrows go ${own} → ${(ARROWS[own] ?? []).join(', ') || 'nothing'}`);
        const path = `${other}/${rest.join('/')}`;
        if (known.has(path)) imports.push(path);
        else say(line, `${target} does not exist`);
      }
      if (target.startsWith('node:') && !isTest && PURE.some((p) => p.test(file)))
        say(line, 'this file is pure: it runs in the browser too');
      if (target === '@clickhouse/client' && !STORE_CLIENT.some((p) => p.test(file)))
        say(line, 'only ingest/write and analytics/run speak to ClickHouse');
      if (!/^(\.|node:|#|\$)/.test(target)) {
        const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '');
        if (!dependenciesOf(root, own, declared).has(name) && own.includes('.') === false)
          say(line, `${name} is not in ${own}/package.json`);
      }
    }
    graph.set(file, imports);
  }
  for (const cycle of cycles(graph)) out.push({ file: cycle[0] ?? '', line: 1, message: `imports in a circle: ${cycle.join(' → ')}` });
  return out;
}

function* importsOf(text: string): Generator<{ target: string; line: number }> {
  const pattern =
    /^\s*(?:import|export)\b(?!:)[^'"\n]*?(?:from\s+)?['"]([^'"]+)['"]|^\}\s*from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;
  for (let m = pattern.exec(text); m; m = pattern.exec(text)) {
    const target = m[1] ?? m[2] ?? m[3];
    // types are gone at run time, and still arrows
    if (target !== undefined && !/^export (async function|const|function|class|type|interface)/.test(m[0].trim()))
      yield { target, line: text.slice(0, m.index).split('\n').length + (m[0].startsWith('\n') ? 1 : 0) };
  }
}

function dependenciesOf(root: string, workspace: string, cache: Map<string, Set<string>>): Set<string> {
  const known = cache.get(workspace);
  if (known) return known;
  const names = new Set<string>();
  for (const file of [join(root, workspace, 'package.json'), join(root, 'package.json')]) {
    try {
      const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string> | string>;
      if (typeof json.name === 'string') names.add(json.name);
      for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
        for (const name of Object.keys(json[kind] ?? {})) names.add(name);
    } catch {
      // a folder without a package of its own
    }
  }
  if (workspace === 'test')
    for (const name of ['core', 'ingest', 'analytics', 'modules', 'jobs', 'recorder', 'portal', 'launch', 'opensips'])
      for (const dep of dependenciesOf(root, name, cache)) names.add(dep);
  cache.set(workspace, names);
  return names;
}

/** Circles of imports, each once (Tarjan). */
function cycles(graph: ReadonlyMap<string, string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file) as number);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(file, Math.min(low.get(file) as number, low.get(next) as number));
      } else if (stack.includes(next)) low.set(file, Math.min(low.get(file) as number, index.get(next) as number));
    }
    if (low.get(file) === index.get(file)) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1) found.push(group);
    }
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

function sources(root: string, dir: string): string[] {
  return readdirSync(join(root, dir)).flatMap((name) => {
    if (SKIP.has(name)) return [];
    const path = join(dir, name);
    if (statSync(join(root, path)).isDirectory()) return sources(root, path);
    return /\.(ts|svelte)$/.test(name) ? [relative('', path)] : [];
  });
}
