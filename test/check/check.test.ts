import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkArrows } from './arrows.ts';
import { checkChecklist } from './checklist.ts';
import { checkGolden, writeGolden } from './golden.ts';
import { fillLock } from './lockfill.ts';
import { checkRights } from './rights.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A small tree of files; every workspace has a package that declares what the rules allow. */
function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'callscope-check-'));
  made.push(root);
  const all: Record<string, string> = { 'package.json': '{}' };
  for (const name of ['core', 'ingest', 'portal', 'modules', 'analytics']) {
    all[`${name}/package.json`] = JSON.stringify({
      name: `@callscope/${name}`,
      dependencies: { '@callscope/core': '*', '@callscope/ingest': '*', '@clickhouse/client': '*' },
    });
  }
  for (const [path, text] of Object.entries({ ...all, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
const messages = (files: Record<string, string>) => checkArrows(tree(files)).map((v) => `${v.file}:${v.line} ${v.message}`);

test.each<[string, Record<string, string>, string]>([
  [
    'an arrow the wrong way',
    { 'core/a.ts': "\nimport { b } from '@callscope/ingest/b.ts';\nb();", 'ingest/b.ts': 'export const b = 1;' },
    'core/a.ts:2 core must not import ingest',
  ],
  ['a relative path into another package', { 'portal/a.ts': "import '../core/b.ts';", 'core/b.ts': 'export {};' }, 'by its package name'],
  ['a file that does not exist', { 'portal/a.ts': "import { b } from '@callscope/core/b.ts';" }, 'does not exist'],
  [
    'the environment read elsewhere',
    { 'ingest/a.ts': 'export const a = process.env.HOME;' },
    'only core/node/config.ts reads the environment',
  ],
  ['a subject spelled elsewhere', { 'ingest/a.ts': "export const s = 'raw.hep.x';" }, 'only core/bus/streams.ts spells subjects'],
  [
    'the store asked elsewhere',
    { 'modules/a.ts': "import { createClient } from '@clickhouse/client';\ncreateClient();" },
    'only ingest/write and analytics/run',
  ],
  ['node in a pure file', { 'core/domain/a.ts': "import { join } from 'node:path';\njoin();" }, 'this file is pure'],
  ['a drawer', { 'core/utils/a.ts': 'export {};' }, 'a drawer without a noun'],
  [
    'a circle',
    { 'core/a.ts': "import { b } from './b.ts';\nexport const a = b;", 'core/b.ts': "import { a } from './a.ts';\nexport const b = a;" },
    'in a circle',
  ],
  ['a dependency that is not declared', { 'core/a.ts': "import x from 'left-pad';\nx();" }, 'left-pad is not in core/package.json'],
  ['a file that is too long', { 'core/a.ts': '\n'.repeat(500) }, 'more than 400'],
])('%s is found', (_, files, message) => {
  expect(messages(files)).toEqual([expect.stringContaining(message)]);
});

test('a tree in order has nothing to say', () => {
  expect(
    messages({ 'core/a.ts': 'export const a = 1;', 'ingest/b.ts': "import { a } from '@callscope/core/a.ts';\nexport const b = a;" }),
  ).toEqual([]);
});

test('a promise without a line, and a test that does not exist, are found', () => {
  const root = tree({
    'docs/checklist.md': '| T-01 | x | GET / | test/a.test.ts › is there | part |\n| T-02 | y | | | done |\n',
    'test/a.test.ts': "test('is not there', () => {});",
  });
  const problems = checkChecklist(root);
  expect(problems).toContain('docs/checklist.md: T-01 names the test "is there", which test/a.test.ts does not have');
  expect(problems).toContain('docs/checklist.md: T-02 is done and names no test');
  expect(problems).toContain('docs/checklist.md: A-80 is missing');
});

test("a report's SQL that is missing, changed or nobody's is found", () => {
  const root = tree({ 'sql/golden/gone.sql': '' });
  expect(checkGolden(root)).toContain('sql/golden/hourly.day.sql: missing: npm run golden, then read the difference');
  expect(checkGolden(root)).toContain('sql/golden/gone.sql: nothing makes it: npm run golden, then read the difference');
  writeGolden(root);
  expect(checkGolden(root)).toEqual([]);
  const file = join(root, 'sql/golden/hourly.day.sql');
  writeFileSync(file, readFileSync(file, 'utf8').replace("direction = 'out'", "direction = 'in'"));
  expect(checkGolden(root)).toEqual([expect.stringMatching(/^sql\/golden\/hourly.day.sql:5 its SQL is another now/)]);
});

test('a lock without foreign platforms is completed', () => {
  const packages = {
    'node_modules/a': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { '@a/darwin-arm64': '1.2.3', '@a/linux-x64': '1.2.3', vague: '^1.0.0' },
    },
    'node_modules/@a/linux-x64': { version: '1.2.3' },
  };
  expect(fillLock(packages)).toEqual(['@a/darwin-arm64']);
  expect(packages).toHaveProperty(['node_modules/@a/darwin-arm64'], {
    version: '1.2.3',
    dev: true,
    optional: true,
    cpu: ['arm64'],
    os: ['darwin'],
  });
});

test('a page, a form or a route that names no right, or none there is, is found', () => {
  const at = 'portal/src/routes/c/[company]';
  const root = tree({
    'portal/api/context.ts': 'export const a = 1;',
    'portal/api/new-routes.ts': "import { createRoute, z } from '@hono/zod-openapi';",
    [`${at}/good/+page.server.ts`]:
      "const mine = (e) => ({ scope: requireRight(e, 'calls:read') });\nexport const load = (e) => mine(e);\nexport const actions = { save: async (e) => requireRight(e, 'users:write', 'company') };",
    [`${at}/bad/+page.server.ts`]:
      "export const load = () => ({});\nexport const actions = { save: async (e) => requireRight(e, 'calls:wrong') };",
    [`${at}/bad/+server.ts`]: 'export async function GET() {}\nexport const POST = (e) => requireSession(e);',
    [`${at}/bare/+page.svelte`]: '',
  });
  expect(checkRights(root).filter((problem) => !problem.includes('is open and not there'))).toEqual([
    `${at}/bad/+page.server.ts: load names no right: begin it with requireRight, requireOperatorRight or requireSession (portal/src/page/company.ts)`,
    `${at}/bad/+page.server.ts: ?/save needs "calls:wrong", which is no right of modules/access/rights.ts`,
    `${at}/bad/+server.ts: GET names no right: begin it with requireRight, requireOperatorRight or requireSession (portal/src/page/company.ts)`,
    `${at}/bare/+page.svelte: a page of a company or of the operator has a +page.server.ts, whose load names a right`,
    'portal/api/new-routes.ts: createRoute is that of context.ts, which asks for the right',
  ]);
});
