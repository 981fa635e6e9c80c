import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openZip } from '@callscope/modules/directory/files/zip.ts';
import { afterAll, expect, test } from 'vitest';
import { FileNames, type ZipEntry, ZipFull, zipOf } from './zip.ts';

const dir = mkdtempSync(join(tmpdir(), 'callscope-zip-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const hasUnzip = () => {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const at = new Date('2026-11-27T14:02:11Z');

test('what is written is what others read: names in any letters, parts, nothing at all', async () => {
  const files: [string, string[]][] = [
    ['2026-11-27 14-02-11 +79130001122 101.mp3', ['one ', 'two ', 'three']],
    ['Список звонков.csv', ['\ufeffдва;три\r\n']],
    ['empty.txt', []],
  ];
  const path = join(dir, 'some.zip');
  await pipeline(
    Readable.from(zipOf(files.map(([name, parts]): ZipEntry => ({ name, at, parts: parts.map((p) => Buffer.from(p)) })))),
    createWriteStream(path),
  );
  const zip = openZip(readFileSync(path));
  for (const [name, parts] of files) expect((await zip.read(name)).toString()).toBe(parts.join(''));
  // tests the check sums too
  if (hasUnzip()) expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected');
});

test('what is pressed together is read as it was, of many parts and of none, beside what is stored', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => Buffer.from(`<row r="${i}">${'строка '.repeat(5_000)}</row>`));
  const path = join(dir, 'pressed.zip');
  const files: ZipEntry[] = [
    { name: 'sheet.xml', at, parts: rows, level: 1 },
    { name: 'none.xml', at, parts: [], level: 6 },
    { name: 'stored.mp3', at, parts: [Buffer.from('sound')] },
  ];
  await pipeline(Readable.from(zipOf(files)), createWriteStream(path));
  const bytes = readFileSync(path);
  expect(bytes.length).toBeLessThan(100_000);
  const zip = openZip(bytes);
  expect((await zip.read('sheet.xml')).equals(Buffer.concat(rows))).toBe(true);
  expect((await zip.read('none.xml')).length).toBe(0);
  expect((await zip.read('stored.mp3')).toString()).toBe('sound');
  if (hasUnzip()) expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected');
});

test('an archive that nobody wants any more stops the reading of what goes into it', async () => {
  let isClosed = false;
  async function* rows() {
    try {
      for (;;) yield Buffer.alloc(100_000, 'a');
    } finally {
      isClosed = true;
    }
  }
  const zip = zipOf([{ name: 'endless.xml', at, parts: rows(), level: 1 }]);
  for (let i = 0; i < 5; i++) await zip.next();
  await zip.return(undefined);
  expect(isClosed).toBe(true);
});

test('what fails while it is pressed together fails the archive', async () => {
  async function* rows() {
    yield Buffer.alloc(100_000, 'a');
    throw new Error('the store is away');
  }
  const whole = async () => {
    for await (const _ of zipOf([{ name: 'broken.xml', at, parts: rows(), level: 1 }]));
  };
  await expect(whole()).rejects.toThrow('the store is away');
});

test('memory does not grow with the archive; beyond 4 GiB it is broken off', async () => {
  const part = Buffer.alloc(1_048_576, 7);
  function* many(count: number) {
    for (let i = 0; i < count; i++) yield part;
  }
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let written = 0;
  const whole = async () => {
    for await (const piece of zipOf([{ name: 'large', at, parts: many(4_200) }])) {
      written += piece.length;
      if (written % (64 * 1_048_576) < piece.length) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
  };
  await expect(whole()).rejects.toThrow(ZipFull);
  expect(written).toBeGreaterThan(4_000 * 1_048_576);
  expect(most).toBeLessThan(16 * 1_048_576);
});

test('names are safe on any system and none is there twice', () => {
  const names = new FileNames();
  expect(names.take('../a/b:c*', '.mp3')).toBe('_a_b_c_.mp3');
  expect(names.take('Анна 101', '.mp3')).toBe('Анна 101.mp3');
  expect(names.take('анна 101', '.mp3')).toBe('анна 101 (2).mp3');
  expect(names.take('CON', '.mp3')).toBe('_CON.mp3');
  expect(names.take('…', '')).toBe('…');
  expect(names.take(' . ', '.wav')).toBe('_.wav');
});
