import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Bencoded, BencodeError, decode, encode } from './bencode.ts';

function anything(depth = 0): Bencoded {
  const kind = randomInt(depth > 3 ? 2 : 4);
  if (kind === 0) return randomInt(2 ** 40) - 2 ** 39;
  if (kind === 1) return [...randomBytes(randomInt(12))].map((b) => String.fromCodePoint(b * 7 + 32)).join('');
  const size = randomInt(5);
  if (kind === 2) return Array.from({ length: size }, () => anything(depth + 1));
  return Object.assign(Object.create(null), Object.fromEntries(Array.from({ length: size }, (_, i) => [`ключ ${i}`, anything(depth + 1)])));
}

test('is written as the protocol says', () => {
  expect(encode({ command: 'ping', n: [1, -2] }).toString()).toBe('d7:command4:ping1:nli1ei-2eee');
});

test('what is written is read back', () => {
  for (let i = 0; i < 2_000; i++) {
    const value = anything();
    expect(decode(encode(value))).toEqual(value);
  }
});

test('any bytes give a value or say what is wrong, and never anything else', () => {
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const bytes = i % 2 ? randomBytes(randomInt(40)) : encode(anything());
    // a good message with a wrong byte, or cut short
    if (bytes.length > 1 && i % 2 === 0) bytes[randomInt(bytes.length)] = 'dlie:0159-'.charCodeAt(randomInt(10));
    try {
      decode(bytes.subarray(0, randomInt(bytes.length + 1)));
    } catch (error) {
      expect(error).toBeInstanceOf(BencodeError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(5_000);
});

test('nesting has an end, a key may be called __proto__', () => {
  expect(() => decode(Buffer.from('l'.repeat(100_000)))).toThrow(BencodeError);
  expect(() => decode(Buffer.from('i1ei2e'))).toThrow('something follows');
  expect(Object.keys(decode(Buffer.from('d9:__proto__i1ee')) as object)).toEqual(['__proto__']);
});
