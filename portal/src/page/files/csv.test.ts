import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { expect, test } from 'vitest';
import { csvResponse, csvText, phoneCell } from './csv.ts';

test('figures are written as the language has them, so that they are added up; numbers of phones stay text', () => {
  const rows = [
    ['Номер', 'Доля, %'],
    [phoneCell('73910000122'), 11.1],
    [phoneCell('101'), null],
  ];
  expect(csvText(rows, 'ru')).toBe('\ufeffНомер;"Доля, %"\r\n\'+73910000122;"11,1"\r\n101;\r\n');
  expect(csvText([[1.5, 'a']], 'en')).toBe('\ufeff1.5,a\r\n');
  expect(readCsv(new TextEncoder().encode(csvText(rows, 'ru'))).rows[1]?.cells).toEqual(['+73910000122', '11,1']);
});

test('parts make one file with one BOM, under a name that people read', async () => {
  async function* parts() {
    yield [['a', 'b']];
    yield [[1, 2]];
    yield [];
  }
  const response = csvResponse('Входящие, 1–7 ноября "2026" (все)', 'in-t1', 'ru', parts());
  expect(Buffer.from(await response.arrayBuffer()).toString('utf8')).toBe('\ufeffa;b\r\n1;2\r\n');
  const said = response.headers.get('content-disposition') ?? '';
  expect(said).toMatch(/^attachment; filename="in-t1\.csv"; filename\*=UTF-8''[\w.%-]+$/);
  expect(decodeURIComponent(said.split("''")[1] ?? '')).toBe('Входящие, 1–7 ноября  2026  (все).csv');
});
