import type { EdgeResult } from '@callscope/core/bus/edge-commands.ts';
import { expect, test } from 'vitest';
import { Answers } from './answers.ts';

test('a command asked again within a minute gets the first answer and is not carried out again', async () => {
  let now = 1_000;
  let times = 0;
  const answers = new Answers(() => now);
  const command = async (): Promise<EdgeResult> => ({ ok: false, why: 'refused', detail: `time ${++times}` });
  const first = answers.once('a', command);
  // the first is still under way
  expect(await answers.once('a', command)).toEqual({ ok: false, why: 'refused', detail: 'time 1' });
  expect(await first).toEqual(await answers.once('a', command));
  expect((await answers.once('b', command)).ok).toBe(false);
  expect(times).toBe(2);
  now += 60_000;
  await answers.once('a', command);
  expect(times).toBe(3);
});
