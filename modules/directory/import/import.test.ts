import { type DirectoryBody, directorySchema } from '@callscope/core/domain/directory.ts';
import { describe, expect, test } from 'vitest';
import { EMPTY } from '../difference.ts';
import { KINDS, type Kind } from '../entries.ts';
import { writeCsv } from '../files/csv.ts';
import { readTables } from '../files/read.ts';
import { writeXlsx } from '../files/xlsx-write.ts';
import { guessReading, SHEET_NAMES } from './columns.ts';
import { tableOf } from './export.ts';
import { type ImportLine, type ImportPlan, planImport } from './plan.ts';

const body = directorySchema.parse({
  numbers: [
    { number: '+7 (391) 000-01-22', label: 'Главный; "сайт"', channel: 'Яндекс, контекст' },
    { number: '8 800 000-00-00', label: '=HYPERLINK("http://x")' },
    { number: '112', label: '-5 %', channel: '@канал' },
  ],
  groups: [
    { id: 'sales', name: 'Продажи' },
    { id: 'g2', name: 'Сервис' },
    { id: 'g3', name: 'Сервис' },
  ],
  employees: [
    { id: 'e1', name: "'Соколова\nАнна", group: 'sales', extensions: ['0101', '102'] },
    { id: 'e2', name: 'Кузнецов <&> _x000D_', group: 'g3', extensions: ['*55'], record: false },
    { id: 'e3', name: 'Без группы' },
  ],
  accounts: [{ user: '1012455', comment: '+7 стойка', extensions: ['0101'] }],
});

let made = 0;
async function plan(
  file: Uint8Array | string,
  { of = body, kind = 'employees', removeAbsent = false }: { of?: DirectoryBody; kind?: Kind; removeAbsent?: boolean } = {},
): Promise<ImportPlan> {
  const sheets = await readTables(typeof file === 'string' ? Buffer.from(file) : file);
  const tables = sheets.map((sheet) => ({ sheet, reading: guessReading(sheet, kind) }));
  return planImport(of, tables, { country: 'RU', locale: 'ru', removeAbsent, newId: () => `new-${++made}` });
}
const states = ({ lines }: ImportPlan) => lines.map((l: ImportLine) => `${l.state} ${l.row ?? '-'} ${l.title}`);
const faults = ({ lines }: ImportPlan) => lines.flatMap((l) => l.faults.map((f) => [l.row, f.code]));

describe('round trip', () => {
  test.each(['ru', 'en'] as const)('what is exported as XLSX imports back unchanged (%s)', async (locale) => {
    const file = writeXlsx(KINDS.map((kind) => ({ name: SHEET_NAMES[locale][kind], rows: tableOf(body, kind, locale) })));
    const again = await plan(file, { removeAbsent: true });
    expect(again.tableFaults).toEqual([]);
    expect(new Set(again.lines.map((l) => l.state))).toEqual(new Set(['unchanged']));
    expect(again.after).toEqual(body);
    // and from nothing it is the same directory
    expect((await plan(file, { of: EMPTY })).after).toEqual(body);
  });

  test.each([
    ['ru', ';'],
    ['en', ','],
  ] as const)('what is exported as CSV imports back unchanged (%s)', async (locale, delimiter) => {
    let from = EMPTY;
    for (const kind of ['groups', 'employees', 'accounts', 'numbers'] as const) {
      const file = writeCsv(tableOf(body, kind, locale), delimiter);
      // whatever Excel would compute is text
      expect(file).not.toMatch(/(^|[;,\n"])[=+@-]/m);
      expect(new Set((await plan(file, { kind, removeAbsent: true })).lines.map((l) => l.state))).toEqual(new Set(['unchanged']));
      from = (await plan(file, { of: from, kind })).after;
    }
    expect(from).toEqual(body);
  });
});

describe('a preview', () => {
  test('says of each row what it adds, changes or leaves, and what the file does not name', async () => {
    const file = 'ФИО;Отдел;Внутренний номер\nСоколова Мария;Продажи;201\nбез группы;Склад;202, 203\n';
    const merged = await plan(file);
    expect(states(merged)).toEqual(['added 2 Соколова Мария', 'added - Склад', 'changed 3 без группы']);
    expect(merged.lines[2]?.fields).toEqual([
      { column: 'name', before: 'Без группы', after: 'без группы' },
      { column: 'group', before: '', after: 'Склад' },
      { column: 'extensions', before: '', after: '202 203' },
    ]);
    expect(merged.after.employees).toHaveLength(4);
    const whole = await plan(file, { removeAbsent: true });
    expect(states(whole).filter((s) => s.startsWith('removed'))).toEqual(["removed - 'Соколова\nАнна", 'removed - Кузнецов <&> _x000D_']);
    // groups are no list of this file: they stay
    expect(whole.after.groups.map((g) => g.name)).toEqual(['Продажи', 'Сервис', 'Сервис', 'Склад']);
  });

  test('numbers are compared by what they mean in the country, and columns that the file lacks stay', async () => {
    const numbers = await plan('Телефон\tКанал\n83910000122\tРадио\n8 391 000-55-55\t\n101\t\n', { kind: 'numbers' });
    expect(states(numbers)).toEqual(['changed 2 +7 (391) 000-01-22', 'added 3 8 391 000-55-55', 'added 4 101']);
    expect(numbers.after.numbers[0]).toEqual({ number: '+7 (391) 000-01-22', label: 'Главный; "сайт"', channel: 'Радио' });
  });

  test('a wrong row is named by its number and says why', async () => {
    const employees = await plan(
      [
        'Сотрудник;Группа;Внутренние;Запись',
        'Орлова;Сервис;301;да',
        'Зимин;;30 1a;да',
        'Лунин;;0101;да',
        ';;302;да',
        'Новиков;;303;возможно',
        'новиков;;304;нет',
        `${'Д'.repeat(201)};;305;`,
      ].join('\r\n'),
    );
    expect(faults(employees)).toEqual([
      [2, 'ambiguous'],
      [3, 'badExtension'],
      [4, 'extension'],
      [5, 'blank'],
      [6, 'badRecord'],
      [7, 'twice'],
      [8, 'tooLong'],
    ]);
    const numbers = await plan('Номер;Название\n7,39E+10;а\nзвоните;б\n+7 391 000 01 22;в\n73910000122;г\n', { kind: 'numbers' });
    expect(faults(numbers)).toEqual([
      [2, 'rounded'],
      [3, 'notDialable'],
      [5, 'twice'],
    ]);
    const groups = await plan('Группа\nПродажи\n', { kind: 'groups', removeAbsent: true });
    expect(groups.lines.flatMap((l) => l.faults)).toEqual([{ code: 'groupInUse', count: 1, employee: 'Кузнецов <&> _x000D_' }]);
  });

  test('the list is the one whose columns the heads name, whatever page the person came from', async () => {
    const kindOf = async (heads: string, from: Kind) => guessReading((await readTables(Buffer.from(heads)))[0] as never, from).kind;
    expect(await kindOf('Номер;Название;Канал', 'employees')).toBe('numbers');
    expect(await kindOf('ID;Группа', 'employees')).toBe('groups');
    expect(await kindOf('Кто;Отдел;Внутренний', 'employees')).toBe('employees');
    expect(await kindOf('SIP account,Comment,Extension', 'numbers')).toBe('accounts');
    // without a known head the first column is what the list needs, and there is no head
    expect(guessReading((await readTables(Buffer.from('83910000122;x')))[0] as never, 'numbers')).toEqual({
      ...{ kind: 'numbers', hasHead: false, columns: ['number', null] },
    });
  });

  test('extensions may change owners within a file', async () => {
    const swapped = await plan('ID;Внутренние\ne1;*55\ne2;0101 102\n');
    expect(faults(swapped)).toEqual([]);
    expect(swapped.after.employees.slice(0, 2).map((e) => e.extensions)).toEqual([['*55'], ['0101', '102']]);
  });

  test('a table without the column that it needs, or with one twice, says which', async () => {
    const sheets = await readTables(Buffer.from('Отдел;Запись\nПродажи;да\n'));
    const options = { country: 'RU', locale: 'ru' as const, removeAbsent: false, newId: () => 'x' };
    const as = (columns: ('name' | 'group' | null)[]) =>
      planImport(body, [{ sheet: sheets[0] as never, reading: { kind: 'employees', hasHead: true, columns } }], options).tableFaults;
    expect(as(['group', null])).toMatchObject([{ code: 'noColumn', column: 'name' }]);
    expect(as(['name', 'name'])).toMatchObject([{ code: 'columnTwice', column: 'name' }]);
    expect(as(['name', 'group'])).toEqual([]);
  });

  test('50,000 rows are planned', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `Сотрудник ${i};Группа ${i % 300};${100_000 + i}`);
    const { after, lines } = await plan(`ФИО;Отдел;Доб\n${rows.join('\n')}`.replace('Доб', 'Добавочный'));
    expect(lines.filter((l) => l.faults.length > 0)).toEqual([]);
    expect([after.employees.length, after.groups.length]).toEqual([50_003, 303]);
  });
});
