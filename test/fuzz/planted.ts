import type { Target, Targets } from './target.ts';

const reads = (fate: Target['fate']): Target => ({ input: (random) => Buffer.from(random.hex(8)), fate });
const kept: Buffer[] = [];

/** Faults as a reader might have them, by which the search itself is tried: each is found or the search is worth nothing. */
export const TARGETS: Targets = {
  right: () => reads((input) => (input.includes('a') ? 'stored' : 'dropped')),
  throws: () =>
    reads((input) => {
      if (input[0] === 0x37) throw new RangeError('out of bounds');
      return 'stored';
    }),
  hangs: () =>
    reads((input) => {
      while (input[0] === 0x37 && input[1] === 0x37);
      return 'stored';
    }),
  grows: () =>
    reads(() => {
      kept.push(Buffer.alloc(20_000, 1));
      return 'stored';
    }),
};
