import type { DemoCompany } from '../companies/company.ts';
import { Random } from './random.ts';

const KNOWN = 900;

/** People who call a company and are called by it: most are known, some of them call often. */
export class Clients {
  readonly #patterns: readonly string[];
  readonly #known: string[] = [];

  constructor(company: DemoCompany, seed: string) {
    this.#patterns = company.clientNumbers;
    const random = new Random(`${seed} ${company.id} clients`);
    for (let i = 0; i < KNOWN; i++) this.#known.push(this.#number(random));
  }

  /** A number as the trunk spells it; the first of the list come up most. */
  caller(random: Random): string {
    if (random.chance(0.38)) return this.#number(random);
    return this.#known[Math.floor(KNOWN * random.next() ** 2.2)] as string;
  }

  #number(random: Random): string {
    return random.pick(this.#patterns).replaceAll('x', () => String(random.below(10)));
  }
}
