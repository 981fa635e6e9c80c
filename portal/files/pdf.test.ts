import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MOST_PDF_ROWS } from './paper-limits.ts';
import { PdfTooLarge, pdfBytes } from './pdf.ts';
import { type CellValue, partOfRows, type Sheet } from './sheet.ts';

/** Reads PDFs back with other people's eyes. */
const HAS_POPPLER = spawnSync('pdftotext', ['-v']).error === undefined;
if (!HAS_POPPLER) console.warn('SKIPPED, PDFs are not read back: pdftotext is not on PATH (apt-get install poppler-utils)');

const dir = mkdtempSync(join(tmpdir(), 'pdf-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

/** Left where SHOTS says, to be looked at. */
async function written(of: Sheet, options: Parameters<typeof pdfBytes>[1] = {}): Promise<string> {
  const file = join(process.env.SHOTS || dir, `${of.plainName}-${files++}.pdf`);
  writeFileSync(file, await pdfBytes(of, { madeAt: Date.UTC(2026, 10, 27, 20, 5), ...options }));
  return file;
}
const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' });
/** One text a page, spaces as they come. */
const pages = (file: string) =>
  run('pdftotext', '-layout', file, '-')
    .split('\f')
    .slice(0, -1)
    .map((page) => page.replaceAll('\u00a0', ' '));

const NOON = Date.UTC(2026, 10, 23, 7, 2, 11);
const columns: Sheet['columns'] = [
  { id: 'startedAt', head: 'Начало', kind: 'instant' },
  { id: 'from', head: 'Кто звонил', kind: 'phone' },
  { id: 'employee', head: 'Сотрудник', kind: 'text' },
  { id: 'talk', head: 'Разговор', kind: 'duration' },
  { id: 'offers', head: 'Предложено', kind: 'integer' },
  { id: 'level', head: 'Уровень сервиса', kind: 'share' },
  { id: 'load', head: 'Нагрузка', kind: 'number' },
];
const row = (at: number, ...cells: CellValue[]) => ({ cells: [NOON + at * 60_000, ...cells] });
const small = [
  row(0, '73910000122', 'Соколова Анна', 3_725, 1_234, 0.84, 1.5),
  row(1, '101', 'Кузнецов <И.> & «сын»', 0, 0, 0, 7),
  row(2, 'anonymous', null, null, null, null, null),
];
const sheet = (more: Partial<Sheet> = {}): Sheet => ({
  ...{
    title: 'Звонки за 23 ноября',
    plainName: 'calls',
    locale: 'ru',
    zone: 'Asia/Krasnoyarsk',
    columns,
    rows: [partOfRows(small)],
    count: 3,
  },
  totals: () => ['Итого', null, null, 3_725, 1_234, 0.42, null],
  facts: [{ label: 'Период', value: '23 ноября 2026' }],
  ...more,
});
const many = (count: number) => Array.from({ length: count }, (_, at) => row(at, `7913000${1_000 + at}`, `Имя ${at}`, at, at, 0.5, at));

describe.skipIf(!HAS_POPPLER)('a sheet on paper', () => {
  test('every cell, the facts and the totals can be read back', async () => {
    const [page = ''] = pages(await written(sheet()));
    for (const said of [
      ...['Звонки за 23 ноября', 'Период: 23 ноября 2026', 'Строк: 3', ...columns.map(({ head }) => head)],
      ...['23.11.2026 14:02:11', '+73910000122', 'Соколова Анна', '1:02:05', '1 234', '84,0 %', '1,5', 'Итого', '42,0 %'],
      ...['23.11.2026 14:03:11', '101', 'Кузнецов <И.> & «сын»', '0:00:00', '0,0 %', 'anonymous'],
      ...['Сформировано 28.11.2026 03:05, Красноярск, UTC+7', '1 из 1'],
    ])
      expect(page).toContain(said);
    expect(
      page
        .split('\n')
        .find((line) => line.includes('anonymous'))
        ?.trim(),
    ).toMatch(/^23\.11\.2026 14:04:11 +anonymous$/);
  });

  test('the head is on every page, and pages are counted; English says so in English', async () => {
    const found = pages(await written(sheet({ locale: 'en', rows: [partOfRows(many(60)), partOfRows(many(60))], count: null })));
    expect(found.length).toBeGreaterThan(2);
    found.forEach((page, at) => {
      expect(page).toContain('Сотрудник');
      expect(page).toContain(`${at + 1} of ${found.length}`);
    });
    expect(found[0]).toContain('Rows: 120');
    expect(found.join('\n').match(/Имя \d+/g)).toHaveLength(120);
    expect(found.at(-1)).toContain('1,234');
  });

  test('fonts are inside, and the language and title are said', async () => {
    const file = await written(sheet());
    const fonts = run('pdffonts', file).split('\n').slice(2, -1);
    expect(fonts.length).toBeGreaterThan(0);
    for (const line of fonts) expect(line).toMatch(/Roboto.* yes +yes +yes /);
    expect(run('pdfinfo', file)).toMatch(/Title: +Звонки за 23 ноября/);
  });

  test('few columns stand upright, many across; long words and long definitions stay on the page', async () => {
    const wide = [...columns, ...columns, ...columns].map((column, i) => ({ ...column, id: `${column.id}${i}` }));
    const cells = small.flatMap((one) => one.cells);
    const word = 'a84b4c76e66710'.repeat(8);
    cells[2] = word;
    const definition = 'Звонок относится ко дню, в который он начался, по времени компании. '.repeat(3).trim();
    const facts = [{ label: 'Входящие', value: definition }];
    const file = await written(sheet({ plainName: 'wide', columns: wide, rows: [partOfRows([{ cells }])], totals: null, facts }));
    const [, width, height] = /Page size: +([\d.]+) x ([\d.]+)/.exec(run('pdfinfo', file)) ?? [];
    expect(Number(width)).toBeGreaterThan(Number(height));
    const box = run('pdftotext', '-bbox', file, '-');
    for (const [, right] of box.matchAll(/xMax="([\d.]+)"/g)) expect(Number(right)).toBeLessThanOrEqual(Number(width) - 20);
    const [page = ''] = pages(file);
    expect(page.indexOf('Пояснения')).toBeGreaterThan(page.indexOf('Начало'));
    expect(run('pdfinfo', await written(sheet({ columns: columns.slice(0, 4), rows: [partOfRows(small)], totals: null })))).toContain(
      '595.28 x 841.89',
    );
  });

  test('a chart is drawn, not a picture: its words can be read', async () => {
    const chart =
      '<svg xmlns="http://www.w3.org/2000/svg" width="780" height="200" font-family="Roboto, sans-serif"><rect width="780" height="200" fill="#ffffff"/><path d="M10 190L700 20" stroke="#0b7a5e" stroke-width="2"/><text x="20" y="30" font-size="11">Входящие <tspan font-weight="bold">47</tspan></text></svg>';
    const file = await written(sheet(), { chart });
    expect(pages(file)[0]).toMatch(/Входящие\s+47/);
    expect(run('pdfimages', '-list', file).trim().split('\n')).toHaveLength(2);
  });
});

test('a table of too many rows is refused before anything is read, or as soon as that is known', async () => {
  const unread = {
    [Symbol.iterator]: () => {
      throw new Error('it was read');
    },
  };
  await expect(pdfBytes(sheet({ count: MOST_PDF_ROWS + 1, rows: unread }))).rejects.toMatchObject({ name: 'PdfTooLarge', rows: 10_001 });
  let given = 0;
  function* endless() {
    for (;;) yield partOfRows(many(++given * 0 + 4_000));
  }
  await expect(pdfBytes(sheet({ count: null, rows: endless() }))).rejects.toBeInstanceOf(PdfTooLarge);
  expect(given).toBe(3);
});

test('one that fails keeps nobody else waiting', async () => {
  const fails = pdfBytes(sheet(), { chart: 'no drawing' });
  const rows = (async function* () {
    yield partOfRows(small);
    throw new Error('the store is gone');
  })();
  const broken = pdfBytes(sheet({ rows }));
  const whole = pdfBytes(sheet());
  await expect(fails).rejects.toThrow();
  await expect(broken).rejects.toThrow('the store is gone');
  expect(
    Buffer.from(await whole)
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
});
