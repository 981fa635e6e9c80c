import { csvParts } from '@callscope/portal/files/csv.ts';
import type { CellValue, Sheet, SheetColumn, SheetRow } from '@callscope/portal/files/sheet.ts';
import type { BenchResult } from './result.ts';

const PART = 5_000;
const START = Date.UTC(2026, 0, 1);
const NAMES = ['Соколова Анна Сергеевна', 'Иванов Пётр', 'Кузнецова Мария', 'Орлов Дмитрий Олегович', 'Ким Алина'];
const RESULTS = ['Отвечен', 'Пропущен', 'Занято', 'Не дозвонились'];
const COLUMNS: SheetColumn[] = [
  { id: 'startedAt', head: 'Начало', kind: 'instant' },
  { id: 'direction', head: 'Направление', kind: 'text' },
  { id: 'result', head: 'Результат', kind: 'text' },
  { id: 'from', head: 'Кто звонил', kind: 'phone' },
  { id: 'number', head: 'Номер', kind: 'phone' },
  { id: 'answeredBy', head: 'Кто ответил', kind: 'phone' },
  { id: 'employee', head: 'Сотрудник', kind: 'text' },
  { id: 'ring', head: 'Ожидание', kind: 'duration' },
  { id: 'talk', head: 'Разговор', kind: 'duration' },
  { id: 'legs', head: 'Участков', kind: 'integer' },
  { id: 'mos', head: 'MOS', kind: 'number' },
  { id: 'id', head: 'Звонок', kind: 'text' },
];

/** Rows as a journal has them, each another, made as they are asked for. */
function* made(rows: number): Generator<SheetRow[]> {
  for (let from = 0; from < rows; from += PART) {
    const part: SheetRow[] = [];
    for (let i = from; i < Math.min(rows, from + PART); i++) part.push({ cells: cellsOf(i) });
    yield part;
  }
}

function cellsOf(i: number): CellValue[] {
  const isMissed = i % 5 === 0;
  return [
    START + i * 31_000,
    i % 3 === 0 ? 'Исходящий' : 'Входящий',
    RESULTS[i % 4] as string,
    `7916${1_000_000 + ((i * 104_729) % 9_000_000)}`,
    `7495100${1_000 + (i % 50)}`,
    isMissed ? null : String(101 + (i % 400)),
    isMissed ? null : (NAMES[i % 5] as string),
    i % 40,
    isMissed ? null : (i * 37) % 900,
    1 + (i % 3),
    isMissed ? null : 3 + (i % 150) / 100,
    (i * 2_654_435_761).toString(36),
  ];
}
export const sheet = (rows: number): Sheet => ({
  title: 'Журнал',
  plainName: 'journal',
  locale: 'ru',
  zone: 'Europe/Moscow',
  columns: COLUMNS,
  rows: made(rows),
  count: rows,
  totals: null,
  facts: [],
});
export async function files(): Promise<BenchResult[]> {
  for (let k = 0; k < 4; k++) {
    const c0 = process.cpuUsage();
    const t0 = performance.now();
    let n = 0;
    for (const p of made(1_000_000)) n += p.length;
    console.log('made', n, Math.round(performance.now() - t0), process.cpuUsage(c0));
    const c1 = process.cpuUsage();
    const t1 = performance.now();
    let b = 0;
    for await (const p of csvParts(sheet(1_000_000))) b += p.length;
    console.log('csv', b, Math.round(performance.now() - t1), process.cpuUsage(c1), process.memoryUsage().rss / 1e6);
  }
  return [];
}
