import { describe, expect, test } from 'vitest';
import { readCsv } from '../directory/files/csv.ts';
import { amountFrom, monthFrom, readSpend } from './file.ts';

const OWN = new Set(['74951000101', '74951000102']);
const read = (text: string) => readSpend(readCsv(new TextEncoder().encode(text)), 'RU', OWN);

describe('a table of spend', () => {
  test('is read with and without names of its columns, numbers and sums in any usual spelling', () => {
    const spend = [
      { number: '74951000101', month: '2026-11', amount: 18_600_050 },
      { number: '74951000102', month: '2026-10', amount: 92_000_00 },
    ];
    const lines = '8 (495) 100-01-01;2026-11;186 000,50\r\n+7 495 100 01 02;10.2026;92000\r\n';
    expect(read(lines)).toEqual({ spend, problems: [] });
    expect(read(`Номер;Месяц;Сумма, ₽\r\n${lines}`)).toEqual({ spend, problems: [] });
    expect(read(lines.replaceAll(';', '\t'))).toEqual({ spend, problems: [] });
  });

  test('says of each line what is wrong with it, by the row that its program shows', () => {
    const { problems } = read(
      [
        'номер;месяц;сумма',
        '74951000101;2026-11;10',
        '',
        '74951000101;11.2026;20',
        '74951000199;2026-11;1',
        'офис;2026-11;1',
        '74951000102;2026-13;1',
        '74951000102;2026-11;1,234',
        '74951000102;2026-11',
      ].join('\n'),
    );
    expect(problems).toEqual([
      { row: 4, fault: { code: 'twice', row: 2 } },
      { row: 5, fault: { code: 'notOwn', given: '74951000199' } },
      { row: 6, fault: { code: 'number', given: 'офис' } },
      { row: 7, fault: { code: 'month', given: '2026-13' } },
      { row: 8, fault: { code: 'amount', given: '1,234' } },
      { row: 9, fault: { code: 'columns' } },
    ]);
    expect(read('номер;месяц;сумма\n').problems).toEqual([{ row: 0, fault: { code: 'none' } }]);
  });
});

test.each([
  ['2026-11', '2026-11'],
  ['2026-11-01', '2026-11'],
  ['01.11.2026', '2026-11'],
  ['1.2026', '2026-01'],
  ['11/2026', '2026-11'],
  ['2026-11-02', null],
  ['0.2026', null],
  ['ноябрь', null],
])('month %s is %s', (text, month) => expect(monthFrom(text)).toBe(month));

test.each([
  ['186 000,50', 18_600_050],
  ['186\u00a0000', 18_600_000],
  ['0.1', 10],
  ['19,99 ₽', 1_999],
  ['100000000000', 10_000_000_000_000],
  ['100000000001', null],
  ['-5', null],
  ['1e5', null],
  ['', null],
])('amount %s is %s', (text, amount) => expect(amountFrom(text)).toBe(amount));
