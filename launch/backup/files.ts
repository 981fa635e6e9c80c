import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { Store } from '../migrate.ts';

/** A backup cannot be made or used; the message says what to do. */
export class BackupError extends Error {}

/** One file of a backup. */
export interface BackupFile {
  /** path in the backup */
  path: string;
  /** as it lies there, compressed */
  bytes: number;
  sha256: string;
}

/** What a part of a store was written to: a table of ClickHouse has a file a partition. */
export interface TablePart {
  table: string;
  columns: string[];
  file: BackupFile;
}

/** A stream of the bus as JetStream's own snapshot, with what it needs to be made again. */
export interface StreamPart {
  name: string;
  config: object;
  state: { messages: number; bytes: number; first_seq: number; last_seq: number };
  file: BackupFile;
}

export interface Manifest {
  format: 1;
  version: string;
  /** everything received before this moment is in the backup, ISO 8601 */
  at: string;
  finishedAt: string;
  /** the assembler's position by group: calls that were written later are made again out of FACTS */
  cuts: { group: string; seq: number; timeMs: number; file: BackupFile }[];
  migrations: Record<Store, { id: string; checksum: string }[]>;
  postgres: { tables: TablePart[]; sequences: { name: string; value: string }[] };
  clickhouse: TablePart[];
  streams: StreamPart[];
  /** KV buckets, JSON: bucket → key → value in base64 */
  buckets: BackupFile;
  objects: { count: number; bytes: number; isCopied: boolean; list: BackupFile };
  /** master keys without which sealed recordings and secrets stay shut: the first 16 hex digits of each one's SHA-256. Never the keys */
  masterKeys: string[];
}

const MANIFEST = 'manifest.json';

/** Passes bytes on and knows their count and sum afterwards. */
function measured(): { through: Transform; file(path: string): BackupFile } {
  const sum: Hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { through, file: (path) => ({ path, bytes, sha256: sum.digest('hex') }) };
}

/** Writes what comes, compressed (zstd), a piece of it in memory at a time. @param path under `dir` */
export async function writePart(dir: string, path: string, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BackupFile> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  const { through, file } = measured();
  await pipeline(source, createZstdCompress(), through, createWriteStream(join(dir, path), { flags: 'wx', flush: true }));
  return file(path);
}

/** What was given to `writePart`. */
export function readPart(dir: string, { path }: BackupFile): Readable {
  const out = createZstdDecompress();
  // an error of the file reaches whoever reads
  pipeline(createReadStream(join(dir, path)), out).catch((error) => out.destroy(error as Error));
  return out;
}

export async function textOf(dir: string, file: BackupFile): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of readPart(dir, file)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/** The last file of a backup: without it the others are none. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const file = await open(join(dir, `${MANIFEST}.part`), 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(dir, `${MANIFEST}.part`), join(dir, MANIFEST));
}

/** @throws BackupError when there is none or it is of another format */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, MANIFEST), 'utf8').catch((cause) => {
    throw new BackupError(`${dir} is no backup, or one that was not finished: it has no ${MANIFEST}`, { cause });
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1)
    throw new BackupError(`the backup in ${dir} has format ${manifest.format}, this build reads 1: restore it with the build that made it`);
  return manifest;
}

export function filesOf(manifest: Manifest): BackupFile[] {
  return [
    ...manifest.cuts.map((c) => c.file),
    ...[...manifest.postgres.tables, ...manifest.clickhouse].map((t) => t.file),
    ...manifest.streams.map((s) => s.file),
    manifest.buckets,
    manifest.objects.list,
  ];
}

/** Reads every file of a backup. @throws BackupError naming the first that is missing, cut short or changed */
export async function verify(dir: string, files: readonly BackupFile[]): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    const found = await stat(join(dir, path)).catch(() => null);
    if (found === null) throw new BackupError(`the backup in ${dir} lacks ${path}`);
    if (found.size !== bytes) throw new BackupError(`${path} of the backup in ${dir} has ${found.size} bytes instead of ${bytes}`);
    const sum = createHash('sha256');
    for await (const piece of createReadStream(join(dir, path))) sum.update(piece as Buffer);
    if (sum.digest('hex') !== sha256) throw new BackupError(`${path} of the backup in ${dir} was changed or is damaged`);
  }
}
