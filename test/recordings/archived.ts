import { createHash } from 'node:crypto';
import type { Objects } from '@callscope/core/node/objects/store.ts';
import { asOperator, connectPostgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Stack } from '../medium/stack.ts';
import { log } from './ffmpeg.ts';

export interface Row {
  segment: string;
  status: string;
  detail: string;
  object_key: string | null;
  bytes: number;
  sha256: string | null;
}

/** All that the database says of recordings, of every company. */
export async function rowsOf(stack: Stack): Promise<Row[]> {
  const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  try {
    const columns = ['segment', 'status', 'detail', 'object_key', 'bytes', 'sha256'] as const;
    const rows = await asOperator(db, (trx) => trx.selectFrom('recordings').select(columns).orderBy('object_key').execute());
    return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
  } finally {
    await close();
  }
}

/** What a store really has: each object read to its end. */
export async function objectsIn(objects: Objects): Promise<{ key: string; bytes: number; sha256: string }[]> {
  const found = [];
  for await (const { key } of objects.list('')) {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const part of await objects.read(key)) {
      hash.update(part as Buffer);
      bytes += (part as Buffer).length;
    }
    found.push({ key, bytes, sha256: hash.digest('hex') });
  }
  return found;
}
