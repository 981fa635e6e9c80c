/** Seeded numbers (mulberry32): the same seed gives the same scenario on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** a whole number, both ends included */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  /** seconds as whole µs */
  seconds(from: number, to: number): number {
    return Math.round((from + this.next() * (to - from)) * 1e6);
  }

  hex(digits: number): string {
    let out = '';
    while (out.length < digits) out += this.int(0, 15).toString(16);
    return out;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }
}

/** A seed of its own for each part of a scenario. */
export function mixed(seed: number, part: number): number {
  return new Random((Math.imul(seed, 2_654_435_761) ^ Math.imul(part + 1, 40_503)) >>> 0).int(1, 2 ** 31 - 1);
}
