import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const LIFECYCLE = new URL('./lifecycle.ts', import.meta.url).href;

/** A service of its own process that fails after it has started. */
function failing(how: string): { status: number | null; last: { level: string; message: string; error: string; stack: string } } {
  const script = `const { runService } = await import(${JSON.stringify(LIFECYCLE)}); await runService('part', async () => { setTimeout(() => { ${how} }, 50); });`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', LOG_FORMAT: 'json' },
    timeout: 20_000,
  });
  return { status, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

test.each([
  ['uncaught exception', 'throw new Error("no more", { cause: new Error("the reason") })'],
  ['unhandled rejection', 'void Promise.reject(new Error("no more", { cause: new Error("the reason") }))'],
])('an %s ends a service with its reason in the log', (what, how) => {
  const { status, last } = failing(how);
  expect(status).toBe(1);
  expect(last).toMatchObject({ level: 'error', message: `${what}, ending`, error: 'no more: the reason' });
  expect(last.stack).toContain('at ');
});
