import { crc32 } from 'node:zlib';

const SLOTS = 1 << 18;
const PROBES = 8;
/** The two transports of one packet never agree on its HEP time; a retransmission comes 500 ms later at the earliest (RFC 3261, T1). */
const COPY_WINDOW_US = 100_000;

export { crc32 };

/** What a step asks before it stores a packet. */
export interface CopyCheck {
  /**
   * @param key 52-bit hash of what must be equal (`copyKey`)
   * @param at HEP time in µs
   * @param id which packet asks (`packetId`): decoded again, it is no copy of itself
   * @returns true when it is a copy of another packet; remembered otherwise
   */
  seen(key: number, at: number, id: number): boolean;
}

/**
 * Recognises copies of a packet: same bytes between the same addresses within 100 ms of HEP time, or an exact repeat of
 * all HEP fields. Fixed memory (6 MB, so that it stays near the processor): the last quarter of a million packets or so, five
 * seconds at full speed; older entries are overwritten. What is repeated later than that is recognised by the assembler
 * and by reads.
 */
export class Copies implements CopyCheck {
  #key = new Float64Array(SLOTS);
  #at = new Float64Array(SLOTS);
  #id = new Float64Array(SLOTS);
  #turn = 0;

  seen(key: number, at: number, id: number): boolean {
    const slot = key % SLOTS;
    let free = -1;
    for (let i = 0; i < PROBES; i++) {
      const index = (slot + i) % SLOTS;
      const known = this.#key[index] as number;
      if (known === key && Math.abs((this.#at[index] as number) - at) <= COPY_WINDOW_US) return this.#id[index] !== id;
      if (known === 0 && free < 0) free = index;
    }
    if (free < 0) {
      this.#turn = (this.#turn + 1) % PROBES;
      free = (slot + this.#turn) % SLOTS;
    }
    this.#key[free] = key;
    this.#at[free] = at;
    this.#id[free] = id;
    return false;
  }
}

/** A packet that was stored nowhere yet, whatever its copies became: what a dead letter brings back. */
export const NO_COPIES: CopyCheck = { seen: () => false };

/** 52 bits: hash of the payload, and of who sent it to whom. Never 0. */
export function copyKey(payloadHash: number, route: number): number {
  return payloadHash + (route & 0xfffff) * 4_294_967_296 + 1;
}
