import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Spool } from './spool.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-spool-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('what was put aside goes when it has lain there long enough, by the time at which it was put there', async () => {
  const spool = await Spool.open(dir);
  const file = join(dir, 'quarantine', 'x-0123456789abcdef.pcap');
  writeFileSync(file, 'speech');
  // packets of long ago, put aside just now
  utimesSync(file, new Date('2026-01-01'), new Date('2026-01-01'));
  expect(await spool.sweepQuarantine(Date.now() - 60_000)).toBe(0);
  expect(readdirSync(join(dir, 'quarantine'))).toHaveLength(1);
  expect(await spool.sweepQuarantine(Date.now() + 60_000)).toBe(1);
  expect(readdirSync(join(dir, 'quarantine'))).toEqual([]);
});
