import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  /** with `/` between folders */
  name: string;
  /** when it was made, as its folder shows it */
  at: Date;
  /** what is in it, in parts as they come */
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /**
   * how hard it is pressed together, 1 to 9: a part is made while the one before is pressed, and may be written over once the next but
   * one is asked for; without it stored as it is, as what is pressed already should be
   */
  level?: number;
}

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** 2.0: what an entry with a descriptor needs */
const VERSION = 20;
/** sizes follow the data (bit 3), names are UTF-8 (bit 11) */
const FLAGS = 0x0808;
/** Without the extension of 64 bits a place in the file has 32 bits, and a count 16. */
const MOST_BYTES = 0xffff_fffe;
const MOST_ENTRIES = 0xfffe;

const DEFLATED = 8;

/** More than an archive holds: it is broken off, so that nobody takes a part for the whole. */
export class ZipFull extends Error {}

/**
 * An archive as it is written (PKWARE APPNOTE 6.3.3). A part is in memory at a time, and of each file its name and three
 * numbers. @throws ZipFull beyond 4 GiB, of the archive or of one file, or 65,534 files
 */
export async function* zipOf(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const central: Buffer[] = [];
  let at = 0;
  const grown = (bytes: number) => {
    at += bytes;
    if (at > MOST_BYTES) throw new ZipFull('an archive holds 4 GiB');
  };
  for await (const entry of entries) {
    if (central.length / 2 >= MOST_ENTRIES) throw new ZipFull(`an archive holds ${MOST_ENTRIES} files`);
    const name = Buffer.from(entry.name, 'utf8');
    const begun = at;
    const method = entry.level === undefined ? 0 : DEFLATED;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(LOCAL, 0);
    head.writeUInt16LE(VERSION, 4);
    head.writeUInt16LE(FLAGS, 6);
    head.writeUInt16LE(method, 8);
    head.writeUInt32LE(dosTime(entry.at), 10);
    head.writeUInt16LE(name.length, 26);
    grown(head.length + name.length);
    yield head;
    yield name;
    const plain = { crc: 0, size: 0 };
    let packed = 0;
    const parts = measured(entry.parts, plain);
    for await (const part of entry.level === undefined ? parts : deflated(parts, entry.level)) {
      packed += part.length;
      grown(part.length);
      yield part;
    }
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(DESCRIPTOR, 0);
    descriptor.writeUInt32LE(plain.crc, 4);
    descriptor.writeUInt32LE(packed, 8);
    descriptor.writeUInt32LE(plain.size, 12);
    grown(descriptor.length);
    yield descriptor;
    const line = Buffer.alloc(46);
    line.writeUInt32LE(CENTRAL, 0);
    // made by: the same version, on a system whose names are as they are
    line.writeUInt16LE((3 << 8) | VERSION, 4);
    line.writeUInt16LE(VERSION, 6);
    line.writeUInt16LE(FLAGS, 8);
    line.writeUInt16LE(method, 10);
    line.writeUInt32LE(dosTime(entry.at), 12);
    line.writeUInt32LE(plain.crc, 16);
    line.writeUInt32LE(packed, 20);
    line.writeUInt32LE(plain.size, 24);
    line.writeUInt16LE(name.length, 28);
    // a plain file that its owner may write and others may read
    line.writeUInt32LE((0o100644 << 16) >>> 0, 38);
    line.writeUInt32LE(begun, 42);
    central.push(line, name);
  }
  const begun = at;
  for (const part of central) {
    grown(part.length);
    yield part;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(central.length / 2, 8);
  end.writeUInt16LE(central.length / 2, 10);
  end.writeUInt32LE(at - begun, 12);
  end.writeUInt32LE(begun, 16);
  yield end;
}

async function* measured(parts: ZipEntry['parts'], plain: { crc: number; size: number }): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    plain.crc = crc32(part, plain.crc);
    plain.size += part.length;
    if (plain.size > MOST_BYTES) throw new ZipFull('a file of an archive holds 4 GiB');
    yield part;
  }
}

/** Raw deflate (RFC 1951), in the pool of threads. */
async function* deflated(parts: AsyncIterable<Uint8Array>, level: number): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw({ level, chunkSize: 65_536 });
  const made: Uint8Array[] = [];
  deflate.on('data', (part: Uint8Array) => made.push(part));
  try {
    let pressed: Promise<void> = Promise.resolve();
    for await (const part of parts) {
      await pressed;
      yield* made.splice(0);
      pressed = new Promise<void>((resolve, reject) => deflate.write(part, (error) => (error ? reject(error) : resolve())));
      // where the parts end before it is looked at
      pressed.catch(() => {});
    }
    await pressed;
    deflate.end();
    await once(deflate, 'end');
    yield* made.splice(0);
  } finally {
    deflate.destroy();
  }
}

/** Two seconds exact, from 1980 on; in the zone of the clock that `at` is read by: UTC. */
function dosTime(at: Date): number {
  const year = Math.max(1980, Math.min(2107, at.getUTCFullYear()));
  const day = ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}

/** Names for one folder: what a system of files does not take becomes `_`, and none is there twice, also where case does not count. */
export class FileNames {
  readonly #taken = new Set<string>();

  /** @param extension with its dot, or '' */
  take(wanted: string, extension: string): string {
    const safe = wanted
      .replace(/[\\/:*?"<>|\p{Cc}]/gu, '_')
      .replace(/^[. ]+|[. ]+$/g, '')
      .slice(0, 120);
    const base = safe === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? `_${safe}` : safe;
    for (let i = 1; ; i++) {
      const name = `${base}${i === 1 ? '' : ` (${i})`}${extension}`;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}
