import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Keys cannot be had; the message says which setting is wrong and what to do. */
export class KeysMissing extends Error {}

/** A key that only who has the master key can read. */
export interface WrappedKey {
  /** which master key: the first 16 hex digits of its SHA-256 */
  master: string;
  /** nonce of 12 bytes, AES-256-GCM of the key, tag of 16 bytes */
  wrapped: Buffer;
}

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/**
 * The installation's own keys, out of a file that no backup of the database has: each line 64 hex digits. The first wraps
 * what is new; the others open what they wrapped before.
 */
export class MasterKeys {
  readonly #keys: Map<string, Buffer>;
  readonly #path: string;

  private constructor(path: string, keys: Map<string, Buffer>) {
    this.#path = path;
    this.#keys = keys;
  }

  /** @throws KeysMissing */
  static async read(path: string): Promise<MasterKeys> {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new KeysMissing(`RECORDING_KEYS_FILE ${path} cannot be read (${cause.code}): restore it from its backup`, { cause });
    });
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    if (lines.length === 0 || lines.some((line) => !/^[0-9a-fA-F]{64}$/.test(line)))
      throw new KeysMissing(`RECORDING_KEYS_FILE ${path} must have 64 hex digits a line, the key in force first`);
    const keys = lines.map((line) => Buffer.from(line, 'hex'));
    return new MasterKeys(path, new Map(keys.map((key) => [createHash('sha256').update(key).digest('hex').slice(0, 16), key])));
  }

  /** Which key wraps what is new. */
  get master(): string {
    return this.#keys.keys().next().value as string;
  }

  /** Which keys there are, the one in force first. */
  get names(): string[] {
    return [...this.#keys.keys()];
  }

  /** 32 bytes for another purpose out of each key (HKDF, RFC 5869), the one in force first. */
  derived(purpose: string): [Buffer, ...Buffer[]] {
    const all = [...this.#keys.values()].map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
    return all as [Buffer, ...Buffer[]];
  }

  /** @param context what the key is for: under another one it opens no more */
  wrap(key: Buffer, context: string): WrappedKey {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#keys.get(this.master) as Buffer, nonce).setAAD(Buffer.from(context));
    return { master: this.master, wrapped: Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]) };
  }

  /** @throws KeysMissing when its master key is not in the file, or the text was changed */
  unwrap({ master, wrapped }: WrappedKey, context: string): Buffer {
    const own = this.#keys.get(master);
    if (own === undefined)
      throw new KeysMissing(
        `RECORDING_KEYS_FILE ${this.#path} lacks the key ${master}…, with which ${context} was wrapped: put its line back`,
      );
    const decipher = createDecipheriv(CIPHER, own, wrapped.subarray(0, NONCE))
      .setAAD(Buffer.from(context))
      .setAuthTag(wrapped.subarray(-TAG));
    try {
      return Buffer.concat([decipher.update(wrapped.subarray(NONCE, -TAG)), decipher.final()]);
    } catch (cause) {
      throw new KeysMissing(`${context} was changed in the database: restore it from a backup`, { cause });
    }
  }
}
