import { expect, test } from 'vitest';
import { Gather } from './gather.ts';

/** Milliseconds that the turn of the loop takes in which so many datagrams come. */
async function turn(gather: Gather, datagrams: number): Promise<number> {
  for (let i = 0; i < datagrams; i++) gather.took();
  const started = performance.now();
  await new Promise((done) => setImmediate(done));
  return performance.now() - started;
}

test('while there are many datagrams a turn that left none behind waits for more', async () => {
  const gather = new Gather();
  await turn(gather, 500);
  expect(await turn(gather, 1)).toBeGreaterThanOrEqual(1);
});

test('a turn that read all it may, and one at a calm rate, goes on at once: the fastest of many takes no sleep', async () => {
  const gather = new Gather();
  await turn(gather, 500);
  const full: number[] = [];
  for (let i = 0; i < 50; i++) full.push(await turn(gather, 32));
  expect(Math.min(...full)).toBeLessThan(1);
  const calm: number[] = [];
  for (let i = 0; i < 50; i++) calm.push(await turn(new Gather(), 1));
  expect(Math.min(...calm)).toBeLessThan(1);
});
