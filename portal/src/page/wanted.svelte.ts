import { goto } from '$app/navigation';

/**
 * What a page was asked for last, answered or not: what is ticked in quick succession adds up, each on what was ticked before it and
 * not on what is still shown.
 */
export class Wanted<Address> {
  readonly #answered: () => Address;
  #asked = $state.raw<Address | null>(null);

  /** @param answered what is shown */
  constructor(answered: () => Address) {
    this.#answered = answered;
  }

  get address(): Address {
    return this.#asked ?? this.#answered();
  }

  async go(address: Address, href: string): Promise<void> {
    this.#asked = address;
    try {
      await goto(href, { reset: false });
    } finally {
      // one that was overtaken by another has nothing to say any more
      if (this.#asked === address) this.#asked = null;
    }
  }
}
