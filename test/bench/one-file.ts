/** node test/bench/one-file.ts FORMAT ROWS: makes a file of so many rows as the portal sends it and prints what it took, as JSON. */
import { type FileFormat, fileResponse } from '@callscope/portal/files/formats.ts';
import { type CellValue, partOfRows, type Sheet, type SheetColumn, type SheetPart, type SheetRow } from '@callscope/portal/files/sheet.ts';

/** What one file took; memory is the most that the process ever had, over what it had before. */
export interface FileCost {
  seconds: number;
  cpuSeconds: number;
  firstByteMs: number;
  memoryMb: number;
  bytes: number;
}

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
  { id: 'ringSeconds', head: 'Ожидание', kind: 'duration' },
  { id: 'talkSeconds', head: 'Разговор', kind: 'duration' },
  { id: 'legs', head: 'Участков', kind: 'integer' },
  { id: 'mos', head: 'MOS', kind: 'number' },
  { id: 'id', head: 'Звонок', kind: 'text' },
];

/** Rows as a journal has them, each another, made as they are asked for. */
function* made(rows: number): Generator<SheetPart> {
  for (let from = 0; from < rows; from += PART) {
    const part: SheetRow[] = [];
    for (let i = from; i < Math.min(rows, from + PART); i++) part.push({ cells: cellsOf(i), key: `${i}` });
    yield partOfRows(part);
  }
}

function cellsOf(i: number): CellValue[] {
  const isMissed = i % 5 === 0;
  return [
    START + i * 31_000,
    i % 3 === 0 ? 'Исходящий' : 'Входящий',
    RESULTS[i % RESULTS.length] ?? null,
    `7916${1_000_000 + ((i * 104_729) % 9_000_000)}`,
    `7495100${1_000 + (i % 50)}`,
    isMissed ? null : String(101 + (i % 400)),
    isMissed ? null : (NAMES[i % NAMES.length] ?? null),
    i % 40,
    isMissed ? null : (i * 37) % 900,
    1 + (i % 3),
    isMissed ? null : 3 + (i % 150) / 100,
    `call-${1_000_000_000 + i}@pbx`,
  ];
}

async function costOf(format: FileFormat, rows: number): Promise<FileCost> {
  const sheet: Sheet = {
    title: 'Звонки',
    plainName: 'calls',
    locale: 'ru',
    zone: 'Europe/Moscow',
    columns: COLUMNS,
    hrefOf: (key) => `https://callscope.example/c/t1/${key}`,
    rows: made(rows),
    count: rows,
    totals: null,
    facts: [{ label: 'Период', value: '2026' }],
  };
  const idle = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let [bytes, firstByteMs] = [0, 0];
  for await (const part of fileResponse(sheet, format).body ?? []) {
    if (bytes === 0) firstByteMs = performance.now() - began;
    bytes += part.length;
  }
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    firstByteMs,
    memoryMb: (process.resourceUsage().maxRSS * 1_024 - idle) / 1e6,
    bytes,
  };
}

const [format = 'csv', rows = '1000000'] = process.argv.slice(2);
console.log(JSON.stringify(await costOf(format as FileFormat, Number(rows))));
