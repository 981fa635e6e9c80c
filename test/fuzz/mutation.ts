import type { Random } from '../simulation/generator/random.ts';

/** Values at which lengths, counts and signs go wrong. */
const EDGES = [0, 1, 5, 6, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** no input is longer: a datagram holds no more */
const LONGEST = 65_507;

/**
 * One to eight changes of real bytes: bits, bytes, numbers that are lengths elsewhere, pieces left out, doubled, moved or taken
 * from another input, words of the protocol.
 * @param others what pieces are taken from
 * @param words of the protocol, put in anywhere
 */
export function mutated(bytes: Buffer, others: readonly Buffer[], words: readonly Buffer[], random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let changes = random.int(1, 8); changes > 0; changes--) out = changed(out, others, words, random);
  return out.subarray(0, LONGEST);
}

function changed(bytes: Buffer<ArrayBuffer>, others: readonly Buffer[], words: readonly Buffer[], random: Random): Buffer<ArrayBuffer> {
  const at = random.int(0, Math.max(0, bytes.length - 1));
  const piece = () => bytes.subarray(at, at + random.int(1, random.chance(0.1) ? 2_000 : 40));
  switch (random.int(0, 9)) {
    case 0:
      if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << random.int(0, 7));
      return bytes;
    case 1:
      if (bytes.length > 0) bytes[at] = random.int(0, 255);
      return bytes;
    case 2:
      if (at + 2 <= bytes.length) bytes.writeUInt16BE(random.pick(EDGES) & 0xffff, at);
      return bytes;
    case 3:
      if (at + 4 <= bytes.length) bytes.writeUInt32BE(random.pick(EDGES), at);
      return bytes;
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece().length)]);
    case 6: {
      const times = random.chance(0.02) ? 500 : random.int(1, 4);
      return Buffer.concat([bytes.subarray(0, at), ...Array<Buffer>(times).fill(piece()), bytes.subarray(at)]);
    }
    case 7: {
      const other = random.pick(others);
      const from = random.int(0, Math.max(0, other.length - 1));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random.int(1, 200)), bytes.subarray(at)]);
    }
    case 8:
      return Buffer.concat([bytes.subarray(0, at), random.pick(words), bytes.subarray(random.chance(0.5) ? at : at + 8)]);
    default: {
      const tail = random.pick(others);
      return Buffer.concat([bytes.subarray(0, at), tail.subarray(random.int(0, Math.max(0, tail.length - 1)))]);
    }
  }
}
