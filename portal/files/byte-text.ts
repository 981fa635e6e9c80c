const ZERO = 48;
const MINUS = 45;
const SMALLEST = 65_536;
/** Longer ones are written by the platform: what a call of it costs is then worth it. */
const LONG = 200;

/**
 * Text on its way into a file, as the UTF-8 that it will be. A table has millions of cells; as strings they would be made, joined and
 * encoded, each time anew, and the collector would have the most to do.
 */
export class ByteText {
  #bytes: Buffer<ArrayBuffer>;
  /** what was lent last */
  #other: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(0);
  length = 0;

  constructor(capacity = SMALLEST) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** What was written since the last time; it is not touched again. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    const taken = bytes.subarray(0, this.length);
    this.length = 0;
    if (taken.length < bytes.length / 2) return Buffer.from(taken);
    this.#bytes = Buffer.allocUnsafeSlow(bytes.length);
    return taken;
  }

  /** The same where it is done with when this is asked for the next time but one: two places are written in turn. */
  lend(): Uint8Array {
    const bytes = this.#bytes;
    const lent = bytes.subarray(0, this.length);
    this.length = 0;
    this.#bytes = this.#other.length < bytes.length ? Buffer.allocUnsafeSlow(bytes.length) : this.#other;
    this.#other = bytes;
    return lent;
  }

  /** Takes back what was written from there on. */
  cut(from: number): Uint8Array {
    const bytes = Buffer.from(this.#bytes.subarray(from, this.length));
    this.length = from;
    return bytes;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** Few bytes that are written often, such as a tag. */
  copy(from: Uint8Array): void {
    const { length } = from;
    this.#room(length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < length; i++) bytes[at++] = from[i] as number;
    this.length = at;
  }

  /** What stands there already, once more. @param from of `length`, since the last take() */
  again(from: number, length: number): void {
    this.#room(length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = from; i < from + length; i++) bytes[at++] = bytes[i] as number;
    this.length = at;
  }

  /** Text of ASCII alone. */
  ascii(value: string): void {
    const { length } = value;
    this.#room(length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < length; i++) bytes[at++] = value.charCodeAt(i);
    this.length = at;
  }

  /** Any text. */
  text(value: string): void {
    this.#room(value.length * 3);
    this.length += this.#bytes.write(value, this.length);
  }

  /**
   * Text without signs that its format has a meaning for, of letters up to U+D7FF: nearly all there is.
   * @param stops 128 of them: 1 = not this one @returns false, and nothing is written, where it has others
   */
  plain(value: string, stops: Uint8Array): boolean {
    const { length } = value;
    if (length > LONG) return false;
    this.#room(length * 3);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code < 0x80) {
        if (stops[code] === 1) return false;
        bytes[at++] = code;
      } else if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else if (code < 0xd800) {
        bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else return false;
    }
    this.length = at;
    return true;
  }

  /** The same of text that is UTF-8 already; other letters than ASCII are left to those who can tell whether they are any. */
  plainBytes(from: Uint8Array, start: number, end: number, stops: Uint8Array): boolean {
    this.#room(end - start);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const code = from[i] as number;
      if (code >= 0x80 || stops[code] === 1) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  /** 0 to 99 as two digits. */
  two(value: number): void {
    this.#room(2);
    const tens = (value / 10) | 0;
    this.#bytes[this.length++] = ZERO + tens;
    this.#bytes[this.length++] = ZERO + value - tens * 10;
  }

  /** A whole number. */
  integer(value: number): void {
    if (value < 0) this.byte(MINUS);
    if (Number.isSafeInteger(value)) this.#digits(Math.abs(value), 1);
    else this.ascii(BigInt(Math.trunc(Math.abs(value))).toString());
  }

  /**
   * A number, rounded half away from zero.
   * @param digits after the point @param point of the language, its code @param isFixed zeros at the end stay
   */
  decimal(value: number, digits: number, point: number, isFixed = false): void {
    const scale = 10 ** digits;
    const scaled = Math.round(Math.abs(value) * scale);
    if (scaled > Number.MAX_SAFE_INTEGER) {
      // there are no places after the point that it could tell apart
      this.integer(Math.round(value));
      return;
    }
    if (value < 0 && scaled > 0) this.byte(MINUS);
    const whole = Math.floor(scaled / scale);
    this.#digits(whole, 1);
    this.fraction(scaled - whole * scale, digits, point, isFixed);
  }

  /** The places after the point, and it; nothing for 0. @param value of `digits` digits, those left out are zeros @param isFixed as above */
  fraction(value: number, digits: number, point: number, isFixed = false): void {
    if (value === 0 && !isFixed) return;
    this.byte(point);
    this.#digits(value, digits);
    if (!isFixed) while (this.#bytes[this.length - 1] === ZERO) this.length--;
  }

  /** @param least so many digits, with zeros before */
  #digits(value: number, least: number): void {
    let count = 1;
    for (let limit = 10; limit <= value; limit *= 10) count++;
    if (count < least) count = least;
    this.#room(count);
    const bytes = this.#bytes;
    let at = this.length + count;
    this.length = at;
    let rest = value;
    // whole numbers of 32 bits are divided faster
    while (rest > 0x7fff_ffff) {
      const next = Math.floor(rest / 10);
      bytes[--at] = ZERO + (rest - next * 10);
      count--;
      rest = next;
    }
    let small = rest | 0;
    for (; count > 0; count--) {
      const next = (small / 10) | 0;
      bytes[--at] = ZERO + small - next * 10;
      small = next;
    }
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + bytes));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

/** The table that `plain` takes. */
export function stopsAt(signs: string): Uint8Array {
  const stops = new Uint8Array(128);
  for (const sign of signs) stops[sign.charCodeAt(0)] = 1;
  return stops;
}
