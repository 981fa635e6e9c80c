/** Wrong passwords are forgotten after this. */
export const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account from browsers that are not known for it, in the window. */
const MOST_FOR_ACCOUNT = 10;
/** Wrong passwords of one address over all accounts, in the window; beyond it each account is tried once and no more. */
const MOST_OF_ADDRESS = 60;
/** Keys remembered: the one that was longest not asked for leaves first. */
const MOST_KEYS = 50_000;

/** When something was tried, by what it was tried on: a sliding window, in bounded memory. Each portal counts for itself. */
export class Attempts {
  readonly #times = new Map<string, number[]>();
  readonly #window: number;
  readonly #most: number;

  constructor(windowMs = WINDOW_MS, mostKeys = MOST_KEYS) {
    this.#window = windowMs;
    this.#most = mostKeys;
  }

  count(key: string, now: number): number {
    return this.#of(key, now).length;
  }

  /** Counts one before it is known how it ends, so that many at once are not more than many after one another. @returns false when there were `limit` */
  take(key: string, limit: number, now: number): boolean {
    const times = this.#of(key, now);
    if (times.length >= limit) return false;
    times.push(now);
    this.#times.delete(key);
    this.#times.set(key, times);
    const [oldest] = this.#times.keys();
    if (this.#times.size > this.#most && oldest !== undefined) this.#times.delete(oldest);
    return true;
  }

  /** It did not count after all. */
  giveBack(key: string): void {
    const times = this.#times.get(key);
    times?.pop();
    if (times?.length === 0) this.#times.delete(key);
  }

  /** The right password was given: what was tried before is forgotten. */
  clear(key: string): void {
    this.#times.delete(key);
  }

  #of(key: string, now: number): number[] {
    const times = this.#times.get(key) ?? [];
    const from = times.findIndex((at) => at > now - this.#window);
    if (from > 0) times.splice(0, from);
    else if (from < 0) times.length = 0;
    return times;
  }
}

export interface Trial {
  /** nobody has checked the password, and nobody will */
  refused: boolean;
  /** the address has given so many wrong ones that it waits behind the others */
  suspect: boolean;
  succeeded(): void;
  /** no password was checked: not counted */
  undone(): void;
}

/**
 * A trial of a password. Who tries a thousand passwords of one account locks it for browsers that are not known for it, and
 * nothing else: known ones are counted each for itself, and other accounts stay open even from the same address.
 * @param account what was typed, whether or not there is such a person
 * @param device a browser from which this very person signed in before; null: not known
 */
export function beginTrial(attempts: Attempts, account: string, device: string | null, address: string, now: number): Trial {
  const source = sourceOf(address);
  const key = device === null ? `account ${account}` : `device ${device}`;
  const suspect = attempts.count(source, now) >= MOST_OF_ADDRESS;
  const refused = !attempts.take(key, suspect && device === null ? 1 : MOST_FOR_ACCOUNT, now);
  const counted = !refused && attempts.take(source, MOST_OF_ADDRESS, now);
  return {
    refused,
    suspect: suspect && device === null,
    succeeded() {
      // the account's own count stays: an attacker may not wash it away by an own account, nor the owner for the attacker
      attempts.giveBack(key);
      if (device !== null) attempts.clear(key);
      if (counted) attempts.giveBack(source);
    },
    undone() {
      if (!refused) attempts.giveBack(key);
      if (counted) attempts.giveBack(source);
    },
  };
}

/** What a trial from a browser that is not known would meet. */
export function stateOf(attempts: Attempts, account: string, address: string, now: number): 'locked' | 'suspect' | 'open' {
  const suspect = attempts.count(sourceOf(address), now) >= MOST_OF_ADDRESS;
  if (attempts.count(`account ${account}`, now) >= (suspect ? 1 : MOST_FOR_ACCOUNT)) return 'locked';
  return suspect ? 'suspect' : 'open';
}

const sourceOf = (address: string) => `address ${networkOf(address)}`;

/** Whoever has an IPv6 address has at least a /64 of them: they count as one. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.replace(/^::ffff:/i, '');
  const [front = '', back = ''] = address.split('::');
  const groups = front.split(':').filter(Boolean);
  const rest = back.split(':').filter(Boolean);
  const all = address.includes('::')
    ? [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest]
    : groups;
  return `${all.slice(0, 4).join(':')}::/64`;
}
