import { promisify } from 'node:util';
import { crc32, deflateRawSync, inflateRaw } from 'node:zlib';
import { FileRefused } from './refused.ts';

/** PKWARE APPNOTE 4.3: signatures of the parts of an archive. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const MOST_FILES = 1_000;
/** Unpacked, all that is read of one archive: a sheet of 50,000 rows takes about 15 MB. */
const MOST_UNPACKED = 64 << 20;

const inflate = promisify(inflateRaw);

interface Place {
  flags: number;
  method: number;
  packed: number;
  offset: number;
}

export interface Zip {
  has(name: string): boolean;
  /** @throws FileRefused */
  read(name: string): Promise<Buffer>;
}

/**
 * An archive in memory, as table programs write it. Sizes that it states are not believed: what is unpacked is bounded
 * while it is unpacked, over all files together. @throws FileRefused
 */
export function openZip(bytes: Buffer): Zip {
  const files = contents(bytes);
  let left = MOST_UNPACKED;
  return {
    has: (name) => files.has(name),
    read: async (name) => {
      const file = files.get(name);
      if (!file) throw new FileRefused({ code: 'broken' });
      if (file.flags & 1) throw new FileRefused({ code: 'encrypted' });
      const data = dataOf(bytes, file);
      const out = file.method === 0 ? data : file.method === 8 ? await unpacked(data, left) : null;
      if (out === null) throw new FileRefused({ code: 'broken' });
      left -= out.length;
      if (left <= 0) throw new FileRefused({ code: 'bomb' });
      return out;
    },
  };
}

async function unpacked(data: Buffer, most: number): Promise<Buffer> {
  try {
    return await inflate(data, { maxOutputLength: most });
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new FileRefused({ code: isTooLarge ? 'bomb' : 'broken' }, { cause });
  }
}

function contents(bytes: Buffer): Map<string, Place> {
  const files = new Map<string, Place>();
  try {
    let end = bytes.length - END_BYTES;
    const earliest = Math.max(0, end - LONGEST_COMMENT);
    while (end >= earliest && bytes.readUInt32LE(end) !== END) end--;
    if (end < earliest) throw new FileRefused({ code: 'broken' });
    const count = bytes.readUInt16LE(end + 10);
    if (count > MOST_FILES) throw new FileRefused({ code: 'bomb' });
    let at = bytes.readUInt32LE(end + 16);
    for (let i = 0; i < count; i++) {
      if (bytes.readUInt32LE(at) !== CENTRAL) throw new FileRefused({ code: 'broken' });
      const nameBytes = bytes.readUInt16LE(at + 28);
      const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
      files.set(name, {
        flags: bytes.readUInt16LE(at + 8),
        method: bytes.readUInt16LE(at + 10),
        packed: bytes.readUInt32LE(at + 20),
        offset: bytes.readUInt32LE(at + 42),
      });
      at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
  } catch (cause) {
    // an offset that leads out of the file
    throw cause instanceof FileRefused ? cause : new FileRefused({ code: 'broken' }, { cause });
  }
  return files;
}

function dataOf(bytes: Buffer, { offset, packed }: Place): Buffer {
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) throw new FileRefused({ code: 'broken' });
  const begin = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (begin + packed > bytes.length) throw new FileRefused({ code: 'broken' });
  return bytes.subarray(begin, begin + packed);
}

/** 1 January 1980, the first day a zip knows: the same content gives the same bytes. */
const DATE = 0x0021;
/** the name is UTF-8 */
const UTF8 = 0x0800;

/** An archive of texts. */
export function writeZip(files: readonly { name: string; text: string }[]): Buffer {
  const parts: Buffer[] = [];
  const index: Buffer[] = [];
  let offset = 0;
  for (const { name, text } of files) {
    const nameBytes = Buffer.from(name);
    const plain = Buffer.from(text);
    const data = deflateRawSync(plain);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(UTF8, 2);
    about.writeUInt16LE(8, 4);
    about.writeUInt16LE(DATE, 8);
    about.writeUInt32LE(crc32(plain), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(plain.length, 18);
    about.writeUInt16LE(nameBytes.length, 22);
    parts.push(signature(LOCAL), about, nameBytes, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    index.push(signature(CENTRAL), Buffer.from([20, 0]), about, rest, nameBytes);
    offset += 30 + nameBytes.length + data.length;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...index, end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
