import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { type ByteRange, type Objects, ObjectsError } from './store.ts';

/**
 * Sealed objects: what is stored so that only who has the key reads it, any part of it without the rest.
 *
 *     "CSE1" | number of the key, 32 bits | salt, 32 bytes | chunk 0 | chunk 1 | … | last chunk
 *
 * A chunk is 65,536 bytes of the plain text (the last one has what is left, nothing of an empty text) as AES-256-GCM gives
 * them, and its tag of 16 bytes. The key of an object is HKDF-SHA-256 (RFC 5869) of the company's key, the salt, and as info
 * the head's first 8 bytes and the object's name: an object that was put under another name opens no more. The nonce is 7
 * bytes of zero, the chunk's place (32 bits) and 1 for the last chunk, else 0: chunks cannot be exchanged, repeated, left
 * out or cut off at the end unnoticed (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015). No nonce
 * is used twice with a key, since each writing has its own salt. Numbers are big endian.
 */
export const SEALED = '.sealed';
const MAGIC = 'CSE1';
const SALT = 32;
export const HEAD = 8 + SALT;
export const CHUNK = 65_536;
const TAG = 16;
const CIPHER = 'aes-256-gcm';

export const isSealed = (name: string): boolean => name.endsWith(SEALED);

/** A company's key, and which of its keys it is. */
export interface SealKey {
  version: number;
  /** 32 bytes */
  key: Buffer;
}

const chunksOf = (bytes: number) => Math.max(1, Math.ceil(bytes / CHUNK));

/** How large a plain text is when it is sealed. */
export const sealedBytes = (bytes: number): number => HEAD + bytes + chunksOf(bytes) * TAG;

function headOf(version: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(MAGIC, 'latin1');
  head.writeUInt32BE(version, 4);
  return head;
}

const objectKey = (key: Buffer, head: Buffer, salt: Buffer, name: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, Buffer.concat([head, Buffer.from(name, 'utf8')]), 32));

function nonceOf(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(chunk, 7);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

/** Plain text in, sealed object out. @param name of the object, with SEALED at its end @param salt given by tests alone */
export function sealing({ version, key }: SealKey, name: string, salt: Buffer = randomBytes(SALT)): Transform {
  const head = headOf(version);
  const own = objectKey(key, head, salt, name);
  let waiting: Buffer[] = [];
  let size = 0;
  let chunk = 0;
  const seal = (plain: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv(CIPHER, own, nonceOf(chunk++, isLast));
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  return new Transform({
    construct(done) {
      this.push(Buffer.concat([head, salt]));
      done();
    },
    transform(part: Buffer, _, done) {
      waiting.push(part);
      size += part.length;
      // a whole chunk waits until more comes: it may be the last one
      if (size > CHUNK) {
        const all = Buffer.concat(waiting);
        let from = 0;
        for (; all.length - from > CHUNK; from += CHUNK) this.push(seal(all.subarray(from, from + CHUNK), false));
        waiting = [all.subarray(from)];
        size = all.length - from;
      }
      done();
    },
    flush(done) {
      this.push(seal(Buffer.concat(waiting), true));
      done();
    },
  });
}

/**
 * Reads a sealed object, or a part of it: of the store no more is read than the chunks in which the part lies.
 * @param bytes of the plain text, all of it @param keyOf gives the key of a number
 * @throws ObjectsError `broken`, also out of the stream, when it is not what was sealed; whatever `keyOf` throws
 */
export async function readSealed(
  objects: Objects,
  name: string,
  bytes: number,
  keyOf: (version: number) => Promise<Buffer>,
  range: ByteRange = { from: 0, to: bytes },
): Promise<Readable> {
  const head = await bytesOf(await objects.read(name, { from: 0, to: HEAD }));
  if (head.length !== HEAD || head.toString('latin1', 0, 4) !== MAGIC) throw broken(name, 'its head is none');
  const own = objectKey(await keyOf(head.readUInt32BE(4)), head.subarray(0, 8), head.subarray(8), name);
  const first = Math.floor(range.from / CHUNK);
  const last = chunksOf(bytes) - 1;
  const end = Math.min(last, Math.floor((Math.max(range.to, 1) - 1) / CHUNK));
  const stored = { from: HEAD + first * (CHUNK + TAG), to: Math.min(HEAD + (end + 1) * (CHUNK + TAG), sealedBytes(bytes)) };
  const sealed = await objects.read(name, stored);
  return Readable.from(
    (async function* () {
      for await (const { chunk, text } of chunksIn(sealed, first)) {
        const plain = opened(own, text, chunk, chunk === last);
        if (plain === null || chunk > end) throw broken(name, `chunk ${chunk} is not what was written`);
        const at = chunk * CHUNK;
        const part = plain.subarray(Math.max(0, range.from - at), range.to - at);
        if (part.length > 0) yield part;
        if (chunk === end) return;
      }
      throw broken(name, 'it ends too early');
    })(),
    { objectMode: false },
  );
}

/** What is stored under a name, whether it is sealed or not. @param kept.bytes of the plain text */
export function readObject(
  objects: Objects,
  kept: { key: string; bytes: number },
  keyOf: (version: number) => Promise<Buffer>,
  range?: ByteRange,
): Promise<Readable> {
  return isSealed(kept.key) ? readSealed(objects, kept.key, kept.bytes, keyOf, range) : objects.read(kept.key, range);
}

const broken = (name: string, why: string) => new ObjectsError('broken', `the sealed object ${name} cannot be opened: ${why}`);

function opened(key: Buffer, text: Buffer, chunk: number, isLast: boolean): Buffer | null {
  if (text.length < TAG) return null;
  try {
    const decipher = createDecipheriv(CIPHER, key, nonceOf(chunk, isLast));
    decipher.setAuthTag(text.subarray(text.length - TAG));
    return Buffer.concat([decipher.update(text.subarray(0, text.length - TAG)), decipher.final()]);
  } catch {
    return null;
  }
}

async function* chunksIn(sealed: Readable, first: number): AsyncGenerator<{ chunk: number; text: Buffer }> {
  let waiting: Buffer[] = [];
  let size = 0;
  let chunk = first;
  for await (const part of sealed) {
    waiting.push(part as Buffer);
    size += (part as Buffer).length;
    if (size < CHUNK + TAG) continue;
    const all = Buffer.concat(waiting);
    let from = 0;
    for (; all.length - from >= CHUNK + TAG; from += CHUNK + TAG) yield { chunk: chunk++, text: all.subarray(from, from + CHUNK + TAG) };
    waiting = [all.subarray(from)];
    size = all.length - from;
  }
  if (size > 0) yield { chunk, text: Buffer.concat(waiting) };
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
