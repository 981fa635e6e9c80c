import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type ByteRange, checkKey, type Objects, ObjectsError, type ObjectsFault, type StoredObject } from './store.ts';

const FAULTS: Record<string, ObjectsFault> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
};

/** Files that are being written; what a death left there is thrown away after a day. */
const PARTS = '.parts';
const PART_MS = 24 * 3_600_000;

/** Objects as files of a directory. A file appears under its name whole, or not at all. */
export class FileObjects implements Objects {
  readonly #root: string;
  #isSwept = false;

  constructor(root: string) {
    this.#root = root;
  }

  put(key: string, path: string): Promise<void> {
    return this.#do('write', async () => {
      const parts = join(this.#root, PARTS);
      await mkdir(parts, { recursive: true });
      await this.#sweep(parts);
      const part = join(parts, randomBytes(12).toString('hex'));
      try {
        await copyFile(path, part);
        await sync(part);
        const target = this.#path(key);
        await mkdir(dirname(target), { recursive: true });
        await rename(part, target);
        await sync(dirname(target));
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  async write(key: string, parts: AsyncIterable<Uint8Array>): Promise<number> {
    const target = this.#path(key);
    const part = this.#halfOf(key);
    const file = await this.#do('write', async () => {
      await mkdir(join(this.#root, PARTS), { recursive: true });
      await this.#sweep(join(this.#root, PARTS));
      return open(part, 'w');
    });
    try {
      let bytes = 0;
      try {
        for await (const piece of parts) {
          await this.#do('write', () => file.appendFile(piece));
          bytes += piece.length;
        }
        await this.#do('write', () => file.sync());
      } finally {
        await file.close();
      }
      await this.#do('write', async () => {
        await mkdir(dirname(target), { recursive: true });
        await rename(part, target);
        await sync(dirname(target));
      });
      return bytes;
    } finally {
      await rm(part, { force: true });
    }
  }

  discard(key: string): Promise<void> {
    const part = this.#halfOf(key);
    return this.#do('remove', () => rm(part, { force: true }));
  }

  async size(key: string): Promise<number | null> {
    return this.#do('look up', async () => {
      const found: Stats | null = await stat(this.#path(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw error;
      });
      return found?.isFile() ? found.size : null;
    });
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return this.#do('read', async () => {
      const file = await open(this.#path(key));
      return file.createReadStream(range ? { start: range.from, end: range.to - 1 } : {});
    });
  }

  remove(key: string): Promise<void> {
    return this.#do('remove', () => rm(this.#path(key), { force: true }));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const dir = join(this.#root, prefix);
    const entries = await this.#do('list', () =>
      readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && prefix !== '') return [];
        throw error;
      }),
    );
    // a directory counts with the slash that follows it in keys: a-b comes before a/
    const named = entries.map((e) => ({ name: e.isDirectory() ? `${e.name}/` : e.name, isFile: e.isFile() }));
    named.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    for (const { name, isFile } of named) {
      const key = prefix + name;
      if (key === `${PARTS}/`) continue;
      if (name.endsWith('/')) yield* this.list(key);
      if (!isFile) continue;
      // one that was removed meanwhile is none
      const found = await stat(join(this.#root, key)).catch(() => null);
      if (found) yield { key, bytes: found.size, changedAt: found.mtimeMs };
    }
  }

  check(): Promise<void> {
    return this.#do('open', async () => {
      await mkdir(join(this.#root, PARTS), { recursive: true });
    });
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#root, key);
  }

  /** Where a key is written before it is whole: found again by whoever comes after a death. */
  #halfOf(key: string): string {
    checkKey(key);
    return join(this.#root, PARTS, createHash('sha256').update(key).digest('hex').slice(0, 40));
  }

  async #sweep(parts: string): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    for (const name of await readdir(parts)) {
      const found = await stat(join(parts, name)).catch(() => null);
      if (found && Date.now() - found.mtimeMs > PART_MS) await rm(join(parts, name), { force: true });
    }
  }

  async #do<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      const { code = '', message } = error as NodeJS.ErrnoException;
      throw new ObjectsError(FAULTS[code] ?? 'broken', `cannot ${what} in ${this.#root}: ${message}`, error);
    }
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
