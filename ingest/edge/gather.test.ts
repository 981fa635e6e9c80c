import { expect, test } from 'vitest';
import { Gather } from './gather.ts';

/** A receiver's loop. `turn`: one turn of it, in which datagrams come so many ms apart. @returns sleeps so far */
function loop() {
  let now = 0;
  let sleeps = 0;
  const gather = new Gather(
    () => now,
    () => sleeps++,
  );
  return async (datagrams: number, apartMs: number): Promise<number> => {
    for (let i = 0; i < datagrams; i++) {
      now += apartMs;
      gather.took();
    }
    await new Promise((done) => setImmediate(done));
    return sleeps;
  };
}

test('while there are many datagrams, a turn that left none behind waits for more; one that read all it may does not', async () => {
  const turn = loop();
  expect(await turn(499, 0.02)).toBe(0);
  expect(await turn(1, 0.02)).toBe(1);
  expect(await turn(31, 0.02)).toBe(2);
  expect(await turn(32, 0.02)).toBe(2);
  expect(await turn(1, 0.02)).toBe(3);
});

test('where they are few nothing waits, also after there were many', async () => {
  const turn = loop();
  for (let i = 0; i < 1_200; i++) expect(await turn(1, 1)).toBe(0);
  while ((await turn(500, 0.02)) === 0) await turn(1, 0.02);
  const before = await turn(500, 1);
  for (let i = 0; i < 1_200; i++) expect(await turn(1, 1)).toBe(before);
});
