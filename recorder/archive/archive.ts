import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readObject, SEALED, type SealKey, sealing } from '@callscope/core/node/objects/sealed.ts';
import { type Objects, ObjectsError } from '@callscope/core/node/objects/store.ts';

/** What of a call names its recording for good. */
export interface Place {
  tenant: string;
  /** µs since the epoch: when the call began */
  startedAt: number;
  /** id of the conversation */
  conversation: string;
  /** tells recordings of one conversation apart, and which is which never changes */
  segment: string;
  extension: string;
}

/** tenant/year/month/day/conversation/segment.extension; days in UTC. The same recording has the same key, whoever stores it. */
export function objectKey({ tenant, startedAt, conversation, segment, extension }: Place): string {
  const day = new Date(startedAt / 1_000).toISOString().slice(0, 10).replaceAll('-', '/');
  // a Call-ID may hold any sign: what is no letter, digit or plain sign is written as its bytes
  const name = Buffer.from(conversation, 'utf8').reduce(
    (text, byte) => text + (isPlain(byte) ? String.fromCharCode(byte) : `=${hex(byte)}`),
    '',
  );
  // one that is too long for a file name is told by its digest
  const short = name.length <= 200 ? name : `${name.slice(0, 160)}~${createHash('sha256').update(conversation).digest('hex').slice(0, 32)}`;
  return `${tenant}/${day}/${/^\.+$/.test(short) ? `=${hex(46)}${short.slice(1)}` : short}/${segment}.${extension}`;
}

const isPlain = (byte: number) =>
  (byte >= 48 && byte <= 57) || (byte >= 64 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 45 || byte === 46 || byte === 95;
const hex = (byte: number) => byte.toString(16).padStart(2, '0');

export interface Archived {
  key: string;
  bytes: number;
  /** hex */
  sha256: string;
}

/**
 * Stores a file, sealed where there is a key, and reads it back: only what the store gives again, opened and byte for byte,
 * counts as kept.
 * @param path of the file; the sealed one is written beside it meanwhile
 * @returns bytes and digest of the file as it was given
 * @throws ObjectsError; `broken` also when what came back is another thing
 */
export async function archive(objects: Objects, key: string, path: string, seal: SealKey | null): Promise<Archived> {
  const { size } = await stat(path);
  const sha256 = await digest(createReadStream(path));
  const kept = { key: seal ? `${key}${SEALED}` : key, bytes: size };
  if (seal) {
    const sealed = `${path}${SEALED}`;
    try {
      await pipeline(createReadStream(path), sealing(seal, kept.key), createWriteStream(sealed));
      await objects.put(kept.key, sealed);
    } finally {
      await rm(sealed, { force: true });
    }
  } else await objects.put(kept.key, path);
  const found = await readObject(objects, kept, () => Promise.resolve((seal as SealKey).key))
    .then(digest)
    .catch((cause: unknown) => {
      throw cause instanceof ObjectsError ? cause : new ObjectsError('absent', `reading ${kept.key} back broke off`, cause);
    });
  if (found !== sha256) throw new ObjectsError('broken', `the store gave back something else under ${kept.key}`);
  return { ...kept, sha256 };
}

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of stream) hash.update(part as Buffer);
  return hash.digest('hex');
}
