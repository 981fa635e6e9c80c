import type { RtpHeader } from './rtp.ts';

/** RTP packets of one stream as columns, in the order of receipt: hours of a call as objects would fill memory. */
export class PacketList {
  #size = 0;
  #at = new Float64Array(64);
  #offset = new Float64Array(64);
  #timestamp = new Uint32Array(64);
  #sequence = new Uint16Array(64);
  #bytes = new Uint16Array(64);
  #payloadType = new Uint8Array(64);

  get size(): number {
    return this.#size;
  }

  /** @param at µs since the epoch @param offset of the datagram's payload in the file */
  push(at: number, header: RtpHeader, offset: number): void {
    if (this.#size === this.#at.length) this.#grow();
    const i = this.#size++;
    this.#at[i] = at;
    this.#offset[i] = offset + header.from;
    this.#timestamp[i] = header.timestamp;
    this.#sequence[i] = header.sequence;
    this.#bytes[i] = header.to - header.from;
    this.#payloadType[i] = header.payloadType;
  }

  at(i: number): number {
    return this.#at[i] as number;
  }
  /** where the RTP payload lies in the file */
  offset(i: number): number {
    return this.#offset[i] as number;
  }
  timestamp(i: number): number {
    return this.#timestamp[i] as number;
  }
  sequence(i: number): number {
    return this.#sequence[i] as number;
  }
  /** of the RTP payload */
  bytes(i: number): number {
    return this.#bytes[i] as number;
  }
  payloadType(i: number): number {
    return this.#payloadType[i] as number;
  }

  #grow(): void {
    const grown = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = this.#size * 2;
    this.#at = grown(this.#at, new Float64Array(size));
    this.#offset = grown(this.#offset, new Float64Array(size));
    this.#timestamp = grown(this.#timestamp, new Uint32Array(size));
    this.#sequence = grown(this.#sequence, new Uint16Array(size));
    this.#bytes = grown(this.#bytes, new Uint16Array(size));
    this.#payloadType = grown(this.#payloadType, new Uint8Array(size));
  }
}
