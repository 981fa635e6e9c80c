import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { readObject, sealedBytes } from '@callscope/core/node/objects/sealed.ts';
import { type Objects, ObjectsError } from '@callscope/core/node/objects/store.ts';
import { archive, objectKey } from '@callscope/recorder/archive/archive.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { HAS_MINIO, type Minio, startMinio } from '../recordings/minio.ts';
import { until } from './stack.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-objects-'));
let minio: Minio | undefined;
beforeAll(async () => {
  if (HAS_MINIO) minio = await startMinio(join(dir, 'minio'));
});
afterAll(async () => {
  await minio?.kill();
  rmSync(dir, { recursive: true, force: true });
});

const local = join(dir, 'file store with a space');
const stores: [string, () => Objects][] = [['a directory', () => connectObjects(pathToFileURL(local).href)]];
if (HAS_MINIO) stores.push(['MinIO', () => connectObjects((minio as Minio).url())]);

const fileOf = (bytes: Uint8Array) => {
  const path = join(dir, `upload-${randomBytes(6).toString('hex')}`);
  writeFileSync(path, bytes);
  return path;
};
async function all(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe.each(stores)('objects in %s', (_, connect) => {
  test('what is stored comes back, whole and in parts, and is replaced by what is stored again', async () => {
    const objects = connect();
    await objects.check();
    const bytes = randomBytes(300_000);
    await objects.put('t1/2026/11/23/a@b/0.mp3', fileOf(bytes));
    expect(await objects.size('t1/2026/11/23/a@b/0.mp3')).toBe(300_000);
    expect((await all(await objects.read('t1/2026/11/23/a@b/0.mp3'))).equals(bytes)).toBe(true);
    const part = await all(await objects.read('t1/2026/11/23/a@b/0.mp3', { from: 1_000, to: 1_256 }));
    expect(part.equals(bytes.subarray(1_000, 1_256))).toBe(true);
    await objects.put('t1/2026/11/23/a@b/0.mp3', fileOf(bytes.subarray(7)));
    expect(await objects.size('t1/2026/11/23/a@b/0.mp3')).toBe(299_993);
    await objects.remove('t1/2026/11/23/a@b/0.mp3');
    await objects.remove('t1/2026/11/23/a@b/0.mp3');
    expect(await objects.size('t1/2026/11/23/a@b/0.mp3')).toBeNull();
    await expect(objects.read('t1/2026/11/23/a@b/0.mp3')).rejects.toMatchObject({ fault: 'missing' });
  });

  test('one larger than a part of an upload is whole', async () => {
    const objects = connect();
    const bytes = randomBytes(21_000_003);
    const kept = await archive(objects, 't1/large.wav', fileOf(bytes), null);
    expect(kept).toEqual({ key: 't1/large.wav', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  });

  test('what is made while it is written is whole, of any length, and nothing is left of what broke off', async () => {
    const objects = connect();
    const bytes = randomBytes(21_000_003);
    async function* pieces(until: number) {
      for (let at = 0; at < until; at += 777_777) yield bytes.subarray(at, Math.min(until, at + 777_777));
    }
    for (const length of [0, 10, 8 * 1024 * 1024, bytes.length]) {
      expect(await objects.write('_exports/t1/1-1.csv', pieces(length))).toBe(length);
      expect((await all(await objects.read('_exports/t1/1-1.csv'))).equals(bytes.subarray(0, length))).toBe(true);
    }
    async function* broken() {
      yield* pieces(12_000_000);
      throw new SyntaxError('no more rows');
    }
    await expect(objects.write('_exports/t1/2-1.csv', broken())).rejects.toThrow(SyntaxError);
    expect(await objects.size('_exports/t1/2-1.csv')).toBeNull();
    await objects.discard('_exports/t1/2-1.csv');
    // a place that was given up while somebody writes there: what comes of it is no object
    let go = () => {};
    const cut = new Promise<void>((done) => {
      go = done;
    });
    async function* waiting() {
      yield* pieces(12_000_000);
      await cut;
      throw new SyntaxError('killed');
    }
    const writing = objects.write('_exports/t1/3-1.csv', waiting());
    await objects.discard('_exports/t1/3-1.csv');
    go();
    await expect(writing).rejects.toThrow(SyntaxError);
    expect(await objects.size('_exports/t1/3-1.csv')).toBeNull();
  });

  test('a sealed one is read back whole and in parts, and is nothing without its key', async () => {
    const objects = connect();
    const bytes = randomBytes(9_000_003);
    const seal = { version: 2, key: randomBytes(32) };
    const kept = await archive(objects, 't1/sealed.wav', fileOf(bytes), seal);
    expect(kept).toEqual({
      ...{ key: 't1/sealed.wav.sealed', bytes: bytes.length },
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(await objects.size(kept.key)).toBe(sealedBytes(bytes.length));
    const part = await all(await readObject(objects, kept, async () => seal.key, { from: 5_000_000, to: 5_200_000 }));
    expect(part.equals(bytes.subarray(5_000_000, 5_200_000))).toBe(true);
    await expect(readObject(objects, kept, async () => randomBytes(32)).then(all)).rejects.toMatchObject({ fault: 'broken' });
    expect(readdirSync(dir).filter((name) => name.endsWith('.sealed'))).toEqual([]);
  });

  test('names are listed by their bytes, with sizes, and by what they begin with', async () => {
    const objects = connect();
    const names = ['list/a-b/1.mp3', 'list/a/2.mp3', 'list/a/10.mp3', 'list/a.b', 'list/B/x.mp3', 'lists/y.mp3'];
    for (const name of names) await objects.put(name, fileOf(Buffer.from(name)));
    const listed = async (prefix: string) => {
      const found = [];
      for await (const one of objects.list(prefix)) found.push(one);
      return found;
    };
    const found = await listed('list/');
    expect(found.map((one) => one.key)).toEqual(['list/B/x.mp3', 'list/a-b/1.mp3', 'list/a.b', 'list/a/10.mp3', 'list/a/2.mp3']);
    for (const { key, bytes, changedAt } of found) {
      expect(bytes).toBe(key.length);
      expect(Math.abs(Date.now() - changedAt)).toBeLessThan(3_600_000);
    }
    expect((await listed('')).some((one) => one.key === 'lists/y.mp3')).toBe(true);
    expect(await listed('nothing/')).toEqual([]);
  });

  test('nothing leaves its place by its name', async () => {
    const objects = connect();
    for (const key of ['../x', 'a/../../x', '/etc/x', 'a//b', '.', 'a/.', 'a\0b', 'a b', ''])
      await expect(objects.put(key, fileOf(Buffer.from('x'))), key).rejects.toThrow(RangeError);
  });
});

test('a directory keeps no half of a file', async () => {
  const objects = connectObjects(pathToFileURL(join(dir, 'halves')).href);
  await expect(objects.put('t1/x.mp3', join(dir, 'not-there'))).rejects.toBeInstanceOf(ObjectsError);
  expect(existsSync(join(dir, 'halves/t1/x.mp3'))).toBe(false);
  expect(readdirSync(join(dir, 'halves/.parts'))).toEqual([]);
});

test('what the store gives back otherwise is not archived', async () => {
  const root = join(dir, 'liar');
  const objects = connectObjects(pathToFileURL(root).href);
  const liar: Objects = {
    put: async (key, path) => {
      await objects.put(key, path);
      truncateSync(join(root, key), 10);
    },
    write: (key, parts) => objects.write(key, parts),
    discard: (key) => objects.discard(key),
    size: (key) => objects.size(key),
    read: (key, range) => objects.read(key, range),
    remove: (key) => objects.remove(key),
    check: () => objects.check(),
    list: (prefix) => objects.list(prefix),
  };
  await expect(archive(liar, 't1/x.mp3', fileOf(randomBytes(100)), null)).rejects.toMatchObject({ fault: 'broken' });
});

test('a place that cannot be written says why', async () => {
  writeFileSync(join(dir, 'a-file'), '');
  const objects = connectObjects(pathToFileURL(join(dir, 'a-file')).href);
  await expect(objects.check()).rejects.toBeInstanceOf(ObjectsError);
  for (const url of ['', 'recordings', 'http://x/y', 's3://key:secret@host', 's3://key:secret@host/a/b', 's3:///bucket'])
    expect(() => connectObjects(url), url).toThrow(/OBJECTS_URL must be/);
});

describe('keys', () => {
  const place = { tenant: 't1', startedAt: Date.parse('2026-11-23T23:59:59.999Z') * 1_000, segment: '00112233445566aa', extension: 'mp3' };
  const keyOf = (conversation: string) => objectKey({ ...place, conversation });

  test('company, day in UTC, conversation, segment: the same every time', () => {
    expect(keyOf('a84b4c76e66710@pc33.example.com')).toBe('t1/2026/11/23/a84b4c76e66710@pc33.example.com/00112233445566aa.mp3');
  });

  test('whatever a Call-ID is made of, its key is one, and another has another', async () => {
    const odd = [
      '..',
      '.',
      '...',
      '../../etc',
      'a/b',
      'a=2fb',
      'a b',
      'вызов',
      '"<>:%00',
      '\0',
      'x'.repeat(600),
      `${'x'.repeat(600)}y`,
      '~',
      '=',
      'a~2',
      'a=7e2',
    ];
    const keys = odd.map(keyOf);
    expect(new Set(keys).size).toBe(odd.length);
    const objects = connectObjects(pathToFileURL(join(dir, 'odd')).href);
    for (const key of keys) await objects.put(key, fileOf(Buffer.from(key)));
    for (const key of keys) expect(readFileSync(join(dir, 'odd', key), 'utf8')).toBe(key);
    expect(readdirSync(join(dir, 'odd')).sort()).toEqual(['.parts', 't1']);
  });
});

describe.skipIf(!HAS_MINIO)('an S3 server that is not as it should be', () => {
  test('wrong key, wrong bucket, nobody there: each is said, and no secret is', async () => {
    const m = minio as Minio;
    const path = fileOf(randomBytes(1_000));
    const cases: [string, string][] = [
      [m.url('recordings', 'another secret'), 'refused'],
      [m.url('no-such-bucket'), 'missing'],
      ['s3://keeper:secret@127.0.0.1:9/recordings', 'absent'],
    ];
    for (const [url, fault] of cases) {
      const objects = connectObjects(url);
      const ways = [
        () => objects.put('t1/a.mp3', path),
        () => objects.read('t1/a.mp3'),
        () => objects.check(),
        () => objects.size('t1/a.mp3'),
      ];
      for (const way of ways) {
        const error: unknown = await way().catch((e: unknown) => e);
        expect(error, `${fault}: ${String(error)}`).toBeInstanceOf(ObjectsError);
        expect((error as ObjectsError).message).not.toMatch(/another secret|:secret@/);
        expect((error as ObjectsError).fault, String(error)).toBe(fault);
      }
    }
  });

  test('one that stands still is not waited for for ever, and takes everything when it goes on', async () => {
    const m = minio as Minio;
    const objects = connectObjects(m.url());
    const path = fileOf(randomBytes(1_000));
    await halt(m.pid());
    try {
      await expect(objects.put('t1/still.mp3', path)).rejects.toMatchObject({ fault: 'absent' });
    } finally {
      process.kill(m.pid(), 'SIGCONT');
    }
    expect(await archive(objects, 't1/still.mp3', path, null)).toMatchObject({ bytes: 1_000 });
  });

  test('one that is killed in the middle of an upload gets the whole when it is back', async () => {
    const m = minio as Minio;
    const objects = connectObjects(m.url());
    const bytes = randomBytes(90_000_000);
    const path = fileOf(bytes);
    const upload = archive(objects, 't1/killed.wav', path, null).then(
      () => 'stored',
      (error: unknown) => error,
    );
    // parts of an upload lie in a folder of the server's own
    const parts = () => readdirSync(join(dir, 'minio/.minio.sys/multipart'), { recursive: true }).length;
    await until('the upload has begun', () => parts() > 2);
    await m.kill();
    const outcome = await upload;
    expect(outcome).toMatchObject({ fault: 'absent' });
    await m.start();
    expect(await objects.size('t1/killed.wav')).toBeNull();
    expect(await archive(objects, 't1/killed.wav', path, null)).toMatchObject({ bytes: bytes.length });
    expect((await all(await objects.read('t1/killed.wav'))).equals(bytes)).toBe(true);
  });
});

test('the directory of a store is made when it is not there', async () => {
  const root = join(dir, 'made', 'deep');
  await connectObjects(pathToFileURL(root).href).check();
  mkdirSync(root, { recursive: true });
  expect(existsSync(root)).toBe(true);
});
