import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Stack, startStack } from './stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-no-ffmpeg-'));
let stack: Stack | undefined;
afterAll(async () => {
  await stack?.end();
  rmSync(dir, { recursive: true, force: true });
});

/** Every program of this machine but ffmpeg. */
function pathWithoutFfmpeg(): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  for (const from of (process.env.PATH ?? '').split(':')) {
    for (const name of readable(from)) {
      if (name === 'ffmpeg') continue;
      try {
        symlinkSync(join(from, name), join(bin, name));
      } catch {
        // an earlier directory has one of this name
      }
    }
  }
  return bin;
}

function readable(from: string): string[] {
  try {
    return readdirSync(from);
  } catch {
    return [];
  }
}

test('without ffmpeg, and told to install nothing, all else runs, and it is said that recordings stay where they are', async () => {
  stack = await startStack({ env: { PATH: pathWithoutFfmpeg(), NO_INSTALL: '1', FFMPEG_BIN: '' } });
  expect((await stack.fetch('/healthz')).status).toBe(200);
  expect(stack.log()).toMatch(/calls are not recorded, what the relay records stays in the spool: missing: ffmpeg/);
  expect(readdirSync(join(stack.dataDir, 'run')).filter((f) => f.startsWith('recorder'))).toEqual([]);
});

test('an FFMPEG_BIN that names nothing that runs is a wrong setting', async () => {
  const file = join(dir, 'no-program');
  writeFileSync(file, '');
  await expect(startStack({ env: { FFMPEG_BIN: file } })).rejects.toThrow(/FFMPEG_BIN: there is no program of this name/);
});
