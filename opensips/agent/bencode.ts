/** Bencode as rtpengine speaks it: text is UTF-8, keys come in any order, numbers are whole. */
export type Bencoded = string | number | Bencoded[] | { [key: string]: Bencoded };

export class BencodeError extends Error {}

/** Deeper than any answer of rtpengine, and far from the end of our stack. */
const DEEPEST = 64;

export function encode(value: Bencoded): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: Bencoded, out: Buffer[]): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new BencodeError(`${value} is not a whole number`);
    out.push(Buffer.from(`i${value}e`));
    return;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    out.push(Buffer.from(`${text.length}:`), text);
    return;
  }
  out.push(Buffer.from(Array.isArray(value) ? 'l' : 'd'));
  if (Array.isArray(value)) for (const one of value) write(one, out);
  else
    for (const key of Object.keys(value).sort()) {
      write(key, out);
      write(value[key] as Bencoded, out);
    }
  out.push(Buffer.from('e'));
}

/** @throws BencodeError for anything but exactly one value */
export function decode(bytes: Uint8Array): Bencoded {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const value = reader.value(0);
  if (!reader.isAtEnd()) throw new BencodeError('something follows the value');
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Bencoded {
    if (depth > DEEPEST) throw new BencodeError('nested too deeply');
    switch (this.#bytes[this.#at]) {
      case 0x69:
        this.#at++;
        return this.#number('e');
      case 0x6c: {
        this.#at++;
        const list: Bencoded[] = [];
        while (!this.#ends()) list.push(this.value(depth + 1));
        return list;
      }
      case 0x64: {
        this.#at++;
        // without a prototype: a key may be called __proto__
        const map: { [key: string]: Bencoded } = Object.create(null);
        while (!this.#ends()) {
          const key = this.#text();
          map[key] = this.value(depth + 1);
        }
        return map;
      }
      default:
        return this.#text();
    }
  }

  #ends(): boolean {
    if (this.isAtEnd()) throw new BencodeError('it ends in the middle');
    if (this.#bytes[this.#at] !== 0x65) return false;
    this.#at++;
    return true;
  }

  #text(): string {
    const length = this.#number(':');
    if (length < 0 || length > this.#bytes.length - this.#at) throw new BencodeError('a text is longer than the message');
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  #number(end: 'e' | ':'): number {
    const stop = this.#bytes.indexOf(end, this.#at);
    const digits = stop < 0 || stop - this.#at > 20 ? '' : this.#bytes.toString('latin1', this.#at, stop);
    if (!/^-?\d+$/.test(digits)) throw new BencodeError(`a number is expected at byte ${this.#at}`);
    this.#at = stop + 1;
    return Number(digits);
  }
}
