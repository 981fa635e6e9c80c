import type { Readable } from 'node:stream';

/** Part of an object: bytes from one to another, half open, at least one. */
export interface ByteRange {
  from: number;
  to: number;
}

export interface StoredObject {
  key: string;
  bytes: number;
  /** ms since the epoch */
  changedAt: number;
}

/**
 * Where recordings and exports are kept: a directory, or any server that speaks S3. Keys are path-like and follow from what is stored, so
 * that storing the same again replaces the same.
 * @throws ObjectsError from every method
 */
export interface Objects {
  /** Stores a file of this machine under a key; when it returns, the store has said that it has the whole. */
  put(key: string, path: string): Promise<void>;
  /**
   * Stores what is made while it is stored, of any length, with a piece of it in memory; it is there whole or not at all.
   * @returns its bytes. What `parts` throws comes through as it is
   */
  write(key: string, parts: AsyncIterable<Uint8Array>): Promise<number>;
  /** Throws away what a write that was cut off, also by the death of its process, left under this key. None is no error. */
  discard(key: string): Promise<void>;
  /** @returns null when there is none */
  size(key: string): Promise<number | null>;
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** None under this key is no error. */
  remove(key: string): Promise<void>;
  /** Keys that begin with `prefix` (which ends with a slash, or is empty), by their bytes: the order of S3. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Asks whether the store is there and lets us in, without changing anything. */
  check(): Promise<void>;
}

/** absent: nobody answers · refused: it does not let us in · missing: no such bucket or object · full: no room · broken: anything else */
export type ObjectsFault = 'absent' | 'refused' | 'missing' | 'full' | 'broken';
export class ObjectsError extends Error {
  readonly fault: ObjectsFault;
  constructor(fault: ObjectsFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.fault = fault;
  }
}

/** Keys are ours: letters, digits and a few signs, in parts that are no `.` nor `..`. @throws RangeError */
export function checkKey(key: string): void {
  const parts = key.split('/');
  if (key.length > 900 || parts.some((p) => !/^[A-Za-z0-9@%=+~_.-]{1,250}$/.test(p) || /^\.+$/.test(p)))
    throw new RangeError('this is no key of an object');
}
