import { describe, expect, test } from 'vitest';
import { problems, type Search, search } from './search.ts';
import { TARGETS } from './targets.ts';

const planted = new URL('./planted.ts', import.meta.url).href;
const readers = new URL('./targets.ts', import.meta.url).href;

async function found(module: string, target: string, inputs: number): Promise<{ fates: Record<string, number>; problems: string[] }> {
  const asked: Search = { module, target, inputs, seed: 20_261_128, ...(module === planted ? { hangMs: 2_000 } : {}) };
  const all = await search(asked);
  return { fates: all.fates, problems: problems(asked, all) };
}

describe('a search finds what is planted', () => {
  test('nothing, where nothing is', async () => {
    const { fates, problems: none } = await found(planted, 'right', 5_000);
    expect([none, (fates.stored ?? 0) + (fates.dropped ?? 0)]).toEqual([[], 5_000]);
  });

  test.each([
    ['throws', /^throws, input \d+ of seed 20261128: RangeError: out of bounds/],
    ['hangs', /^hangs, input \d+ of seed 20261128: not done with after/],
    ['grows', /^grows: \d+ MB more in use/],
  ])('%s', async (target, says) => {
    const { problems: list } = await found(planted, target, 5_000);
    expect(list[0]).toMatch(says);
  });
});

describe('made-up inputs', () => {
  test.each(Object.keys(TARGETS))('%s: each has a fate that is counted; nothing throws, hangs or grows', async (target) => {
    const { fates, problems: list } = await found(readers, target, target === 'pcap' ? 2_000 : 15_000);
    expect(list).toEqual([]);
    // not all of one kind: the inputs reach what is behind the first look
    expect(Object.keys(fates).length, JSON.stringify(fates)).toBeGreaterThan(1);
  });
});
