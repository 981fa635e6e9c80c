import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOfStreams, STREAM_SHARES } from '@callscope/core/bus/streams.ts';
import { expect, test } from 'vitest';
import { natsServer } from './nats.ts';

test('the bus may never reserve less than at an earlier start: streams that do not fit would not be loaded', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'callscope-'));
  mkdirSync(join(dataDir, 'secrets'));
  const config = join(dataDir, 'nats.conf');
  const reserved = () => Number(/max_file_store: (\d+)/.exec(readFileSync(config, 'utf8'))?.[1]);
  natsServer(dataDir, 4222);
  expect(reserved()).toBeGreaterThan(bytesOfStreams(STREAM_SHARES[0]));
  writeFileSync(config, 'max_file_store: 990000000000');
  natsServer(dataDir, 4222);
  expect(reserved()).toBe(990_000_000_000);
  rmSync(dataDir, { recursive: true });
});
