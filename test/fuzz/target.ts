import type { Random } from '../simulation/generator/random.ts';

/** Something that reads what strangers send. */
export interface Target {
  /** the same numbers give the same input */
  input(random: Random): Buffer;
  /**
   * Lets the product read it.
   * @returns what became of it in one word, as the product counts or answers it
   * @throws what the product threw, and what it may not have made of it: each is a finding
   */
  fate(input: Buffer): string | Promise<string>;
}

export type Targets = Record<string, () => Target>;
