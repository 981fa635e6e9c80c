import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashIfWhole } from './pages.ts';

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'pages-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const hash = () => hashIfWhole(base, ['build'], (path) => path !== 'build/.source');

test('what another start is just building is not whole: a file that goes while it is read ends no start', () => {
  expect(hash()).toBe('');
  mkdirSync(join(base, 'build/server'), { recursive: true });
  writeFileSync(join(base, 'build/server/index.js'), 'one');
  const whole = hash();
  expect(whole).toMatch(/^[0-9a-f]{64}$/);
  // a name that leads nowhere reads as a file that was removed after its folder was listed
  symlinkSync(join(base, 'gone'), join(base, 'build/server/chunk.js'));
  expect(hash()).toBe('');
  rmSync(join(base, 'build/server/chunk.js'));
  writeFileSync(join(base, 'build/.source'), 'the stamp is no part of it');
  expect(hash()).toBe(whole);
});
