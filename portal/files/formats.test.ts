import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FILE_FORMATS, type FileEnd, fileResponse } from './formats.ts';
import { partOfRows, type Sheet, type SheetPart } from './sheet.ts';

/** Rows for as long as somebody reads, and how much was read. */
function endless() {
  const seen = { parts: 0, isClosed: false };
  async function* rows(): AsyncGenerator<SheetPart> {
    try {
      for (;;) {
        seen.parts++;
        yield partOfRows(Array.from({ length: 1_000 }, (_, i) => ({ cells: [i, `строка ${i} ${Math.sin(i)}`] })));
      }
    } finally {
      seen.isClosed = true;
    }
  }
  return { seen, rows: rows() };
}
const sheetOf = (rows: Sheet['rows']): Sheet => ({
  title: 'Журнал: 1–7 ноября "2026" (все)',
  plainName: 'journal all',
  locale: 'ru',
  zone: 'UTC',
  columns: [
    { id: 'n', head: 'N', kind: 'integer' },
    { id: 'text', head: 'Слова', kind: 'text' },
  ],
  rows,
  count: null,
  totals: null,
  facts: [],
});
const THREE = [partOfRows([{ cells: [1, 'a'] }, { cells: [2, 'b'] }]), partOfRows([{ cells: [3, 'c'] }])];

test.each(FILE_FORMATS)('%s: a file with its kind and its name, and what became of it is told once', async (format) => {
  const ends: FileEnd[] = [];
  const response = fileResponse(sheetOf(THREE), format, (end) => void ends.push(end));
  const said = response.headers.get('content-disposition') ?? '';
  expect(said).toMatch(new RegExp(`^attachment; filename="journal-all\\.${format}"; filename\\*=UTF-8''[\\w.%-]+$`));
  expect(decodeURIComponent(said.split("''")[1] ?? '')).toBe(`Журнал  1–7 ноября  2026  (все).${format}`);
  const { byteLength } = await response.arrayBuffer();
  expect(ends).toEqual([{ rows: 3, bytes: byteLength, isWhole: true }]);
});

test.each(FILE_FORMATS)('%s: the first bytes come before the first row', async (format) => {
  async function* rows(): AsyncGenerator<SheetPart> {
    await new Promise(() => {});
    yield partOfRows([]);
  }
  const reader = fileResponse(sheetOf(rows()), format).body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
});

test.each(FILE_FORMATS)('%s: rows are read as fast as the file is, and no more once nobody wants it', async (format) => {
  const { seen, rows } = endless();
  const ends: FileEnd[] = [];
  const response = fileResponse(sheetOf(rows), format, (end) => void ends.push(end));
  await setImmediate();
  expect(seen.parts).toBe(0);
  const reader = response.body?.getReader();
  let bytes = 0;
  while (bytes < 300_000) bytes += (await reader?.read())?.value?.length ?? 0;
  const before = seen.parts;
  for (let i = 0; i < 200; i++) await setImmediate();
  // of what is pressed together some blocks are under way
  expect(seen.parts - before).toBeLessThan(100);
  await reader?.cancel();
  expect(seen.isClosed).toBe(true);
  expect(ends).toEqual([{ rows: seen.parts * 1_000, bytes, isWhole: false }]);
});

test.each(FILE_FORMATS)('%s: others get their turn while it is made of rows that are there already', async (format) => {
  const part = partOfRows(Array.from({ length: 5_000 }, (_, i) => ({ cells: [i, `строка ${i}`] })));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await fileResponse(sheetOf(Array.from({ length: 20 }, () => part)), format).arrayBuffer();
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test.each(FILE_FORMATS)('%s: rows that fail break the file off', async (format) => {
  async function* rows(): AsyncGenerator<SheetPart> {
    yield partOfRows([{ cells: [1, 'a'] }]);
    throw new Error('the store is away');
  }
  const ends: FileEnd[] = [];
  const response = fileResponse(sheetOf(rows()), format, (end) => void ends.push(end));
  await expect(response.arrayBuffer()).rejects.toThrow('the store is away');
  expect(ends).toMatchObject([{ rows: 1, isWhole: false }]);
});

test('a file that cannot be written down is none', async () => {
  const response = fileResponse(sheetOf(THREE), 'csv', () => Promise.reject(new Error('no audit')));
  await expect(response.arrayBuffer()).rejects.toThrow('no audit');
});

test('a name that is too long is cut between its letters', () => {
  const response = fileResponse({ ...sheetOf([]), title: `a${'👍'.repeat(200)}` }, 'csv');
  const said = response.headers.get('content-disposition') ?? '';
  expect(decodeURIComponent(said.split("''")[1] ?? '')).toBe(`a${'👍'.repeat(99)}.csv`);
});
