import { createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { CHUNK, HEAD, readSealed, sealedBytes, sealing } from './sealed.ts';
import type { ByteRange, Objects } from './store.ts';

const key = Buffer.alloc(32, 7);
const name = 'acme/2026/11/26/call/0123456789abcdef.mp3.sealed';

/** In a store that counts what is read of it. */
function stored(bytes: Buffer): Objects & { read: Objects['read']; got: () => number } {
  let got = 0;
  const none = () => Promise.reject(new Error('not asked for'));
  return {
    ...{ put: none, write: none, discard: none, size: none, remove: none, check: none, list: none as never, got: () => got },
    read: (_, range: ByteRange = { from: 0, to: bytes.length }) => {
      const part = bytes.subarray(range.from, range.to);
      got += part.length;
      return Promise.resolve(Readable.from([part.subarray(0, 1_000), part.subarray(1_000)], { objectMode: false }));
    },
  };
}

const sealed = (plain: Buffer, as = name) =>
  buffer(Readable.from(pieces(plain), { objectMode: false }).pipe(sealing({ version: 3, key }, as)));
function* pieces(plain: Buffer): Generator<Buffer> {
  for (let at = 0; at < plain.length; at += 10_007) yield plain.subarray(at, at + 10_007);
}
const opened = async (bytes: Buffer, size: number, range?: ByteRange, as = name, own = key) =>
  buffer(await readSealed(stored(bytes), as, size, () => Promise.resolve(own), range));

describe('sealed objects', () => {
  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 77])('come back byte for byte, %i of them', async (size) => {
    const plain = randomBytes(size);
    const bytes = await sealed(plain);
    expect(bytes.length).toBe(sealedBytes(size));
    expect((await opened(bytes, size)).equals(plain)).toBe(true);
  });

  it('are what the format says: read here by its words alone', async () => {
    const plain = Buffer.from('speech'.repeat(20_000));
    const bytes = await buffer(Readable.from([plain], { objectMode: false }).pipe(sealing({ version: 3, key }, name, Buffer.alloc(32, 9))));
    expect(bytes.subarray(0, 8).toString('hex')).toBe('4353453100000003');
    const own = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(32, 9), Buffer.concat([bytes.subarray(0, 8), Buffer.from(name)]), 32));
    const parts: Buffer[] = [];
    for (let at = HEAD, chunk = 0; at < bytes.length; at += CHUNK + 16, chunk++) {
      const text = bytes.subarray(at, at + CHUNK + 16);
      const isLast = at + CHUNK + 16 >= bytes.length;
      const nonce = Buffer.from(`00000000000000${chunk.toString(16).padStart(8, '0')}${isLast ? '01' : '00'}`, 'hex');
      const decipher = createDecipheriv('aes-256-gcm', own, nonce).setAuthTag(text.subarray(-16));
      parts.push(decipher.update(text.subarray(0, -16)), decipher.final());
    }
    expect(Buffer.concat(parts).equals(plain)).toBe(true);
    // a vector: whoever reads them elsewhere compares with it
    expect(createHash('sha256').update(bytes).digest('hex')).toBe('fedce01e91c02b0d5a5febdeb566a70e2c8f4f8d3ff739e91130cbc9a68ce256');
  });

  it('give any part, and read no more than the chunks in which it lies', async () => {
    const size = 5 * CHUNK + 77;
    const plain = randomBytes(size);
    const bytes = await sealed(plain);
    for (const [from, to] of [
      [0, 1],
      [0, CHUNK],
      [CHUNK, CHUNK + 1],
      [CHUNK - 1, CHUNK + 1],
      [2 * CHUNK + 5, 4 * CHUNK + 6],
      [size - 1, size],
      [5 * CHUNK, size],
    ] as const)
      expect((await opened(bytes, size, { from, to })).equals(plain.subarray(from, to))).toBe(true);
    const objects = stored(bytes);
    await buffer(await readSealed(objects, name, size, () => Promise.resolve(key), { from: CHUNK + 3, to: CHUNK + 4 }));
    expect(objects.got()).toBe(HEAD + CHUNK + 16);
  });

  it('do not open when anything was changed', async () => {
    const size = 2 * CHUNK + 100;
    const bytes = await sealed(randomBytes(size));
    const changed = (change: (copy: Buffer) => Buffer | undefined) => {
      const copy = Buffer.from(bytes);
      return opened(change(copy) ?? copy, size);
    };
    const chunk = CHUNK + 16;
    for (const at of [0, 4, 7, 8, 39, 40, HEAD + chunk - 1, HEAD + chunk, bytes.length - 1])
      await expect(changed((c) => void c.writeUInt8((c[at] as number) ^ 1, at))).rejects.toThrow('cannot be opened');
    // two chunks exchanged, one repeated, the last one left out, cut off in the middle, something added
    await expect(
      changed((c) =>
        Buffer.concat([
          c.subarray(0, HEAD),
          c.subarray(HEAD + chunk, HEAD + 2 * chunk),
          c.subarray(HEAD, HEAD + chunk),
          c.subarray(HEAD + 2 * chunk),
        ]),
      ),
    ).rejects.toThrow('chunk 0');
    await expect(
      changed((c) => Buffer.concat([c.subarray(0, HEAD + chunk), c.subarray(HEAD, HEAD + chunk), c.subarray(HEAD + 2 * chunk)])),
    ).rejects.toThrow('chunk 1');
    await expect(changed((c) => c.subarray(0, HEAD + 2 * chunk))).rejects.toThrow('ends too early');
    await expect(changed((c) => c.subarray(0, HEAD + chunk + 9))).rejects.toThrow('chunk 1');
    await expect(changed((c) => c.subarray(0, 20))).rejects.toThrow('its head is none');
    // a shorter text cannot be made of a longer one
    await expect(opened(bytes, CHUNK)).rejects.toThrow('chunk 0');
  });

  it('do not open under another name, nor with another key', async () => {
    const bytes = await sealed(Buffer.from('speech'));
    await expect(opened(bytes, 6, undefined, name.replace('acme', 'other'))).rejects.toThrow('chunk 0');
    await expect(opened(bytes, 6, undefined, name, Buffer.alloc(32, 8))).rejects.toThrow('chunk 0');
  });

  it('differ each time they are written', async () => {
    const plain = Buffer.from('speech');
    expect((await sealed(plain)).equals(await sealed(plain))).toBe(false);
  });
});
