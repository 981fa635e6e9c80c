import type { Fact } from '@callscope/core/bus/facts.ts';
import type { RawBlock } from '../write/raw-rows.ts';

/** Where steps put what they make. */
export interface Output {
  block: RawBlock;
  facts: Fact[];
}
