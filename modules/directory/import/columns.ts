import { KINDS, type Kind } from '../entries.ts';
import type { Sheet } from '../files/refused.ts';

/** Columns of each list, in the order in which they are exported; the first of `needs` must be there. */
export const COLUMNS = {
  numbers: ['number', 'label', 'channel'],
  employees: ['id', 'name', 'group', 'extensions', 'record'],
  groups: ['id', 'name'],
  accounts: ['user', 'comment', 'extensions'],
} as const satisfies Record<Kind, readonly string[]>;
export type Column = (typeof COLUMNS)[Kind][number];
export const NEEDED: Record<Kind, Column> = { numbers: 'number', employees: 'name', groups: 'name', accounts: 'user' };

/** Names of lists and columns in a file: the first of each language is written, all are understood. */
export const SHEET_NAMES: Record<'ru' | 'en', Record<Kind, string>> = {
  ru: { numbers: 'Номера', employees: 'Сотрудники', groups: 'Группы', accounts: 'SIP-аккаунты' },
  en: { numbers: 'Numbers', employees: 'Employees', groups: 'Groups', accounts: 'SIP accounts' },
};
const HEADS: Record<Kind, Partial<Record<Column, { ru: readonly string[]; en: readonly string[] }>>> = {
  numbers: {
    number: {
      ru: ['Номер', 'Номер телефона', 'Внешний номер', 'Телефон', 'Городской номер'],
      en: ['Number', 'Phone', 'Phone number', 'DID', 'Tel'],
    },
    label: { ru: ['Название', 'Метка', 'Подпись', 'Описание', 'Имя'], en: ['Label', 'Name', 'Title', 'Description'] },
    channel: {
      ru: ['Рекламный канал', 'Канал', 'Источник', 'Реклама'],
      en: ['Ad channel', 'Channel', 'Source', 'Campaign'],
    },
  },
  employees: {
    id: { ru: ['ID', 'Код', 'Идентификатор', 'Табельный номер'], en: ['ID', 'Code', 'Employee ID'] },
    name: { ru: ['Сотрудник', 'ФИО', 'Имя', 'Фамилия'], en: ['Employee', 'Name', 'Full name', 'Person'] },
    group: { ru: ['Группа', 'Отдел', 'Подразделение'], en: ['Group', 'Department', 'Team'] },
    extensions: {
      ru: ['Внутренние номера', 'Внутренний номер', 'Внутренние', 'Внутренний', 'Короткий номер', 'Короткие номера', 'Добавочный'],
      en: ['Extensions', 'Extension', 'Ext', 'Internal number', 'Short number'],
    },
    record: { ru: ['Запись', 'Запись разговоров', 'Записывать'], en: ['Recording', 'Record', 'Recorded'] },
  },
  groups: {
    id: { ru: ['ID', 'Код', 'Идентификатор'], en: ['ID', 'Code', 'Group ID'] },
    name: { ru: ['Группа', 'Название', 'Отдел', 'Имя'], en: ['Group', 'Name', 'Department', 'Title'] },
  },
  accounts: {
    user: {
      ru: ['Аккаунт', 'SIP-аккаунт', 'Прима-номер', 'Прима-номер (SIP)', 'Логин', 'Учётная запись'],
      en: ['Account', 'SIP account', 'User', 'Username', 'Login', 'SIP'],
    },
    comment: { ru: ['Комментарий', 'Название', 'Имя', 'Описание'], en: ['Comment', 'Name', 'Description', 'Note'] },
    extensions: {
      ru: ['Внутренние номера', 'Внутренний номер', 'Внутренние', 'Внутренний', 'Короткий номер', 'Короткие номера', 'Добавочный'],
      en: ['Extensions', 'Extension', 'Ext', 'Internal number', 'Short number'],
    },
  },
};

/** What a column is called in a file that we write. */
export function headOf(kind: Kind, column: Column, locale: 'ru' | 'en'): string {
  return HEADS[kind][column]?.[locale][0] ?? column;
}

const plain = (text: string) =>
  text
    .toLocaleLowerCase('ru')
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}]/gu, '');
const known = (kind: Kind): ReadonlyMap<string, Column> =>
  new Map(
    COLUMNS[kind].flatMap((column) =>
      [...(HEADS[kind][column]?.ru ?? []), ...(HEADS[kind][column]?.en ?? [])].map((h) => [plain(h), column]),
    ),
  );
const KNOWN: Record<Kind, ReadonlyMap<string, Column>> = {
  numbers: known('numbers'),
  employees: known('employees'),
  groups: known('groups'),
  accounts: known('accounts'),
};

/** How a sheet is read: which list, and what each of its columns is; null = left out. */
export interface Reading {
  kind: Kind;
  /** the first row names the columns */
  hasHead: boolean;
  columns: (Column | null)[];
}

/** Columns by their heads; one that comes twice counts once. */
export function columnsOf(kind: Kind, head: readonly string[]): (Column | null)[] {
  const seen = new Set<Column>();
  return head.map((cell) => {
    const column = KNOWN[kind].get(plain(cell));
    if (column === undefined || seen.has(column)) return null;
    seen.add(column);
    return column;
  });
}

/**
 * What a sheet seems to hold: the list that its name says, else the one whose columns its first row names best, else
 * `otherwise`. Without any known head there is none, and the first column is what the list needs.
 */
export function guessReading(sheet: Sheet, otherwise: Kind): Reading {
  const head = sheet.rows[0]?.cells ?? [];
  const named = KINDS.find((kind) => [SHEET_NAMES.ru[kind], SHEET_NAMES.en[kind]].some((name) => plain(name) === plain(sheet.name)));
  const score = (kind: Kind) => {
    const columns = columnsOf(kind, head);
    const found = columns.filter((c) => c !== null).length;
    return (columns.includes(NEEDED[kind]) ? 1 : 0) + found + (kind === otherwise ? 0.5 : 0);
  };
  const kind = named ?? [...KINDS].sort((a, b) => score(b) - score(a))[0] ?? otherwise;
  const columns = columnsOf(kind, head);
  if (columns.some((c) => c !== null)) return { kind, hasHead: true, columns };
  return { kind: named ?? otherwise, hasHead: false, columns: head.map((_, i) => (i === 0 ? NEEDED[named ?? otherwise] : null)) };
}
