/**
 * Finds the ends of JSON objects in a byte stream where they stand back to back without a separator (OpenSIPS'
 * event_stream). Only depth and strings are looked at; whether an object is valid JSON is its reader's matter.
 */
export type Scan = { kind: 'object'; bytes: Buffer } | { kind: 'not_json' } | { kind: 'oversize' };

export class JsonScanner {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #failed = false;

  /** @param limit largest object, bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isPartial(): boolean {
    return this.#depth > 0;
  }

  /** After `not_json` or `oversize` the stream cannot be followed any more: nothing else comes out. */
  *push(chunk: Buffer): Generator<Scan> {
    if (this.#failed) return;
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk[i] as number;
      if (this.#depth === 0) {
        if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) continue;
        if (c !== 0x7b) {
          this.#failed = true;
          yield { kind: 'not_json' };
          return;
        }
        this.#depth = 1;
        start = i;
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (c === 0x5c) this.#escaped = true;
        else if (c === 0x22) this.#inString = false;
      } else if (c === 0x22) this.#inString = true;
      else if (c === 0x7b || c === 0x5b) this.#depth++;
      else if ((c === 0x7d || c === 0x5d) && --this.#depth === 0) {
        const bytes = Buffer.concat([...this.#parts, chunk.subarray(start, i + 1)]);
        this.#parts = [];
        this.#size = 0;
        if (bytes.length > this.#limit) {
          this.#failed = true;
          yield { kind: 'oversize' };
          return;
        }
        yield { kind: 'object', bytes };
      }
    }
    if (this.#depth > 0) {
      const left = Buffer.from(chunk.subarray(start));
      this.#size += left.length;
      if (this.#size > this.#limit) {
        this.#failed = true;
        this.#parts = [];
        yield { kind: 'oversize' };
        return;
      }
      this.#parts.push(left);
    }
  }
}
