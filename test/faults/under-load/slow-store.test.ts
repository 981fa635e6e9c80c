import { afterAll, beforeAll, expect, test } from 'vitest';
import { halt } from '../../halted.ts';
import { type Stack, startStack } from '../../medium/stack.ts';
import { putCompanies } from '../reliable-edge.ts';
import { allThere, underLoad } from './load.ts';

/** Of each second the store has so much: an insert takes about as long as it stands, whatever is in it. */
const RUNS_MS = 60;
const STANDS_MS = 440;
const SECONDS = 45;
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await putCompanies(stack);
});
afterAll(() => stack?.end());

test('inserts that are slow at any size: blocks grow, the stream does not fall further behind, and become small again', async () => {
  const sent = await underLoad(
    () => stack,
    {},
    async () => {
      const pid = stack.pidOf('clickhouse');
      const end = Date.now() + SECONDS * 1_000;
      while (Date.now() < end) {
        await halt(pid);
        await sleep(STANDS_MS);
        process.kill(pid, 'SIGCONT');
        await sleep(RUNS_MS);
      }
    },
  );
  await allThere(stack, sent);
  const paces = [...stack.log().matchAll(/blocks of calls are cut at another pace[^}]*"everyMs":(\d+)/g)].map(([, ms]) => Number(ms));
  expect(paces).toEqual([2_000, 200]);
});
