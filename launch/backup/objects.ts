import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import type { Objects } from '@callscope/core/node/objects/store.ts';
import { type Manifest, readPart, writePart } from './files.ts';

/** Files made in the background: they go by themselves, and are made again by whoever needs them. */
const PASSING = '_exports/';

/** Where copies of objects lie in a backup: a store of objects like any other. */
const copiesIn = (dir: string) => connectObjects(pathToFileURL(join(dir, 'objects')).href);

/**
 * The list of what is in the store of objects, a line each, bytes and key; with copies of all of it if asked for. Objects are
 * never changed, and those that a recorder adds meanwhile do no harm.
 */
export async function dumpObjects(objects: Objects, dir: string, isCopied: boolean): Promise<Manifest['objects']> {
  const copies = copiesIn(dir);
  let count = 0;
  let bytes = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const object of objects.list('')) {
      if (object.key.startsWith(PASSING)) continue;
      if (isCopied) {
        // one that was erased meanwhile is none
        if ((await objects.size(object.key)) === null) continue;
        await copies.write(object.key, await objects.read(object.key));
      }
      count++;
      bytes += object.bytes;
      yield Buffer.from(`${object.bytes}\t${object.key}\n`);
    }
  }
  const list = await writePart(dir, 'objects.zst', lines());
  return { count, bytes, isCopied, list };
}

async function* listed(dir: string, { list }: Manifest['objects']): AsyncGenerator<{ key: string; bytes: number }> {
  let rest = '';
  for await (const piece of readPart(dir, list)) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [bytes = '', key = ''] = line.split('\t');
      yield { key, bytes: Number(bytes) };
    }
  }
}

export interface ObjectsFound {
  whole: number;
  /** put back from the backup's copies */
  copied: number;
  missing: number;
  /** the first of what is missing or of another length */
  some: string[];
}

const MOST_NAMED = 20;

/** Holds a store of objects against the list, and fills it from the backup's copies where it has some and that is wanted. */
export async function compareObjects(objects: Objects, dir: string, part: Manifest['objects'], isFilled: boolean): Promise<ObjectsFound> {
  const found: ObjectsFound = { whole: 0, copied: 0, missing: 0, some: [] };
  const copies = copiesIn(dir);
  await objects.check();
  for await (const { key, bytes } of listed(dir, part)) {
    if ((await objects.size(key)) === bytes) found.whole++;
    else if (isFilled && part.isCopied && (await copies.size(key)) === bytes) {
      await objects.write(key, await copies.read(key));
      found.copied++;
    } else {
      found.missing++;
      if (found.some.length < MOST_NAMED) found.some.push(key);
    }
  }
  return found;
}
