import { wallClock } from '@callscope/core/domain/zone.ts';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { readXlsx } from '@callscope/modules/directory/files/xlsx.ts';
import type { CellKind } from '@callscope/portal/files/sheet.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALONE, END, LARGEST, makeCalls, makeCompanies } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { DOMAIN, PASSWORD, Visitor } from './visitor.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** On 25 October 2026 its clocks show 02:00 to 03:00 twice. */
const ZONE = 'Europe/Berlin';
const CHANGE = Date.UTC(2026, 9, 24, 22);
const NUMBERS = ['73910000122', '73910000133'];
const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const MADE = Array.from({ length: 130 }, (_, i): MadeCall => {
  const isOut = i % 3 === 0;
  const employee = i % 2 === 0 ? '101' : '102';
  const outside = `7913000${1_000 + (i % 11)}`;
  const talk = i % 4 === 0 ? 0 : 5 + i * 31;
  const code = i % 8 === 0 ? 486 : 487;
  return {
    ...{ id: i % 10 === 0 ? `=made-${i}; "one"` : `made-${i}`, tenant: 't1', domain: DOMAIN, direction: isOut ? 'out' : 'in' },
    ...{ from: isOut ? employee : outside, to: isOut ? outside : (NUMBERS[i % 2] ?? ''), talk, code, wait: 3 + (i % 30) },
    // most of them in the hour that comes twice
    startedAt: CHANGE + 2 * HOUR + (i % 5 === 0 ? i * 611_000 : i * 53_000) + i,
    recorded: i % 7 !== 0,
    legs: [{ target: isOut ? outside : employee, after: 1, code: talk > 0 ? 200 : code }],
  };
});
const PERIOD = `from=${new Date(CHANGE).toISOString()}&to=${new Date(CHANGE + 3 * DAY).toISOString()}`;

interface Call {
  id: string;
  direction: string;
  result: string;
  missedKind: string | null;
  from: string;
  dialled: string;
  number: string | null;
  answeredBy: string | null;
  employee: { id: string; name: string } | null;
  group: string | null;
  startedAt: string;
  ringingAt: string | null;
  answeredAt: string | null;
  endedAt: string;
  ringSeconds: number | null;
  talkSeconds: number;
  durationSeconds: number;
  sipCode: number | null;
  hangupBy: string | null;
  trunk: string | null;
  cost: { amount: number } | null;
  recording: { status: string };
}
type Value = string | number | null;

let stack: Stack;
let store: ClickHouseClient;
let admin: Visitor;
beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN, timezone: ZONE });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: NUMBERS.map((number, i) => ({ number, label: i === 0 ? 'Главный; "первый"' : '' })),
    groups: [{ id: 'sales', name: 'Продажи' }],
    employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: `Сотрудник ${x}`, extensions: [x], group: 'sales' })),
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await sendTcp(
    stack.ports.events,
    MADE.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => (await calls()).length === MADE.length, 60_000);
  admin = new Visitor(stack.portal);
  expect((await admin.signIn('admin')).status).toBe(303);
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

/** Page by page, as a program reads them. */
async function calls(query = '', tenant = 't1', limit = 50): Promise<Call[]> {
  const all: Call[] = [];
  for (let cursor = ''; ; ) {
    const page = await stack.rest<{ data: Call[]; next: string | null }>(
      'GET',
      `/tenants/${tenant}/calls?limit=${limit}&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    all.push(...page.data);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

/** Its first sheet or only table. */
async function rowsIn(response: Response, format: string, at: string): Promise<string[][]> {
  expect(response.status, at).toBe(200);
  expect(response.headers.get('content-type'), at).toBe(format === 'csv' ? 'text/csv; charset=utf-8' : XLSX_TYPE);
  expect(response.headers.get('content-disposition')).toMatch(
    new RegExp(`^attachment; filename="[\\w.-]+\\.${format}"; filename\\*=UTF-8''`),
  );
  const bytes = Buffer.from(await response.arrayBuffer());
  const table = format === 'csv' ? readCsv(bytes) : (await readXlsx(bytes))[0];
  return (table?.rows ?? []).map(({ cells }) => cells);
}
async function restFile(path: string, format: string): Promise<string[][]> {
  const at = `/tenants/t1/${path}&format=${format}`;
  return rowsIn(await stack.fetch(`/api/v1${at}`), format, at);
}
const pageFile = async (path: string, format: string, who = admin) => rowsIn(await who.ask(`/c/t1/${path}&format=${format}`), format, path);

/** Whole seconds of the clock on the wall, as a file shows a moment. */
const wallSeconds = (at: string) => Math.floor(wallClock(ZONE, Date.parse(at)) / 1_000);

/** What a cell must say of a value, both as something that can be compared. */
function read(cell: string, kind: CellKind, format: string): Value {
  if (cell === '') return null;
  const number = Number(cell.replace(',', '.'));
  switch (kind) {
    case 'instant':
      if (format === 'xlsx') return Math.round((number - 25_569) * 86_400);
      return Date.parse(cell.replace(/^(\d\d)\.(\d\d)\.(\d{4}) (.*)$/, '$3-$2-$1T$4Z')) / 1_000;
    case 'duration':
      if (format === 'xlsx') return Math.round(number * 86_400);
      return cell.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    case 'share':
      return format === 'xlsx' ? Math.round(number * 1_000) : Math.round(number * 10);
    case 'integer':
    case 'number':
    case 'money':
      return Math.round(number * 1_000);
    default:
      return cell;
  }
}
function meant(value: Value, kind: CellKind): Value {
  if (value === null || value === '') return null;
  if (kind === 'instant') return wallSeconds(String(value));
  if (kind === 'phone') return String(value).replace(/^(?=\d{7,}$)/, '+');
  if (typeof value === 'string') return value;
  return kind === 'duration' ? Math.round(value) : Math.round(value * 1_000);
}

const COLUMNS: readonly (readonly [head: string, CellKind, (call: Call) => Value])[] = [
  ['Звонок', 'text', (c) => c.id],
  ['Направление', 'text', (c) => c.direction],
  ['Тип', 'text', (c) => c.result],
  ['Причина пропуска', 'text', (c) => c.missedKind],
  ['Откуда', 'phone', (c) => c.from],
  ['Набранный номер', 'phone', (c) => c.dialled],
  ['Свой номер', 'phone', (c) => c.number],
  ['Кем принят', 'phone', (c) => c.answeredBy],
  ['Код сотрудника', 'text', (c) => c.employee?.id ?? null],
  ['Сотрудник', 'text', (c) => c.employee?.name ?? null],
  ['Группа', 'text', (c) => c.group],
  ['Начало', 'instant', (c) => c.startedAt],
  ['Вызов пошёл', 'instant', (c) => c.ringingAt],
  ['Ответ', 'instant', (c) => c.answeredAt],
  ['Конец', 'instant', (c) => c.endedAt],
  ['Ожидание', 'duration', (c) => c.ringSeconds],
  ['Разговор', 'duration', (c) => c.talkSeconds],
  ['Всего', 'duration', (c) => c.durationSeconds],
  ['Код SIP', 'integer', (c) => c.sipCode],
  ['Завершил', 'text', (c) => c.hangupBy],
  ['Транк', 'text', (c) => c.trunk],
  ['Запись', 'text', (c) => c.recording.status],
  // what is charged is tried in finance.test.ts
  ['Стоимость, ₽', 'money', (c) => c.cost && c.cost.amount / 100],
];

describe.each(['csv', 'xlsx'])('calls as %s', (format) => {
  test.each(['', 'direction=in&answered=false', `${PERIOD}&sort=-talk`, 'limit=7&cursor=nothing'])(
    'every cell of «%s» says what JSON says, over all of its pages',
    async (query) => {
      const [head, ...rows] = await restFile(`calls?${query}`, format);
      expect(head).toEqual(COLUMNS.map(([name]) => name));
      const list = await calls(query.replace(/limit.*/, ''));
      expect(list.length).toBeGreaterThan(20);
      expect(rows.map((cells) => COLUMNS.map(([, kind], i) => read(cells[i] ?? '', kind, format)))).toEqual(
        list.map((call) => COLUMNS.map(([, kind, of]) => meant(of(call), kind))),
      );
    },
  );

  test.each(['incoming-by-number', 'incoming-by-employee', 'hourly', 'service-level'])('the report %s says what JSON says', async (id) => {
    const query = `reports/${id}?from=${new Date(CHANGE).toISOString()}&to=${new Date(CHANGE + 25 * HOUR).toISOString()}`;
    const json = await stack.rest<{
      columns: { id: string; type: string; label: string; unit: string | null }[];
      rows: Record<string, Value>[];
      totals: Record<string, Value>;
    }>('GET', `/tenants/t1/${query}`);
    const [head, ...rows] = await restFile(query, format);
    expect(head?.map((name) => name.replace(', %', ''))).toEqual(json.columns.map(({ label }) => label));
    const kindOf = ({ id: name, type, unit }: (typeof json.columns)[number]): CellKind => {
      if (unit === 'seconds') return 'duration';
      if (unit === 'share') return 'share';
      return type === 'instant' ? 'instant' : name === 'number' ? 'phone' : type === 'text' ? 'text' : 'number';
    };
    const [first] = json.columns;
    const lines =
      json.columns.length === Object.keys(json.totals).length
        ? [json.totals]
        : [...json.rows, { ...json.totals, [first?.id ?? '']: 'Итого' }];
    if (id === 'hourly') expect(lines).toHaveLength(26);
    expect(
      rows.map((cells) => json.columns.map((column, i) => (cells[i] === 'Итого' ? 'Итого' : read(cells[i] ?? '', kindOf(column), format)))),
    ).toEqual(
      lines.map((line) =>
        json.columns.map((column) => {
          const value = line[column.id] ?? null;
          return value === 'Итого' ? value : meant(value, kindOf(column));
        }),
      ),
    );
  });
});

describe('the journal as a file', () => {
  const columns = async (shown: readonly string[]) => {
    const put = await fetch(`${stack.portal}/c/t1/journal/columns`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', origin: stack.portal, cookie: cookieOf(admin) },
      body: JSON.stringify({ columns: shown }),
    });
    expect(put.status).toBe(204);
  };
  const cookieOf = (who: Visitor) => [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  /** All calls of the page's question, newest first. */
  const list = () => calls(PERIOD);

  test('has the ten usual columns, in words and as people see them', async () => {
    const [head, ...all] = await pageFile(`journal/file?${PERIOD}`, 'csv');
    const rows = all.slice(0, -1);
    const talked = (await list()).reduce((sum, { talkSeconds }) => sum + talkSeconds, 0);
    expect([all.at(-1)?.[0], read(all.at(-1)?.[8] ?? '', 'duration', 'csv')]).toEqual(['Итого', Math.round(talked)]);
    expect(head).toEqual(['Сотрудник', 'Направление', 'Тип', 'Откуда', 'Куда', 'Кем принят', 'Дата', 'Время', 'Длит.', 'Запись']);
    const words: Record<string, string> = { in: 'Входящий', out: 'Исходящий', answered: 'Успешный', busy: 'Занят', cancelled: 'Отменён' };
    const moments = (await list()).map((call) => new Date(wallSeconds(call.startedAt) * 1_000).toISOString());
    expect(rows.map((cells) => cells.slice(0, 8))).toEqual(
      (await list()).map((call, i) => [
        ...[call.employee?.name ?? '', words[call.direction], words[call.result] ?? 'Нет ответа'],
        ...[call.from, call.dialled, call.answeredBy ?? ''].map((number) => number.replace(/^(?=\d{7,}$)/, '+')),
        ...[moments[i]?.slice(0, 10).split('-').reverse().join('.'), moments[i]?.slice(11, 19)],
      ]),
    );
  });

  test('has the columns that the person has chosen, in their order, and the order of the list', async () => {
    await columns(['callId', 'number', 'group', 'wait', 'code', 'hungUp', 'disposition', 'destination', 'tags', 'score']);
    for (const format of ['csv', 'xlsx']) {
      const [head, ...all] = await pageFile(`journal/file?${PERIOD}&sort=talk&direction=in`, format);
      const rows = all.slice(0, -1);
      expect([head?.[0], all.at(-1)?.[0]]).toEqual(['Call-ID', 'Итого']);
      const sorted = await calls(`${PERIOD}&sort=talk&direction=in`);
      expect(rows.map((cells) => [cells[0], read(cells[3] ?? '', 'duration', format), cells[4]])).toEqual(
        sorted.map((call) => [call.id, call.ringSeconds === null ? null : Math.round(call.ringSeconds), String(call.sipCode ?? '')]),
      );
      expect(rows.map((cells) => cells[1])).toEqual(
        sorted.map((c) => (c.number === NUMBERS[0] ? 'Главный; "первый"' : expect.stringContaining('01-33'))),
      );
    }
    await columns(['callId']);
  });

  test('has only the calls that are ticked, of those of its list', async () => {
    const [first, second, third] = await list();
    const form = new URLSearchParams({ format: 'csv' });
    for (const call of [first, third, first]) form.append('call', call?.id ?? '');
    form.append('call', 'of-nobody');
    const response = await fetch(`${stack.portal}/c/t1/journal/file?${PERIOD}`, {
      method: 'POST',
      headers: { origin: stack.portal, cookie: cookieOf(admin) },
      body: form,
    });
    expect((await rowsIn(response, 'csv', 'ticked')).slice(1)).toEqual([[first?.id], [third?.id]]);
    expect(second).toBeDefined();
  });

  test("an employee's has their own calls", async () => {
    await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
    const anna = new Visitor(stack.portal);
    expect((await anna.signIn('anna')).status).toBe(303);
    await fetch(`${stack.portal}/c/t1/journal/columns`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', origin: stack.portal, cookie: cookieOf(anna) },
      body: JSON.stringify({ columns: ['callId'] }),
    });
    const own = await calls(`${PERIOD}&employee=e101`);
    expect([own.length > 0, own.length < MADE.length]).toEqual([true, true]);
    expect((await pageFile(`journal/file?${PERIOD}`, 'xlsx', anna)).slice(1)).toEqual(own.map(({ id }) => [id]));
    const [foreign] = await calls(`${PERIOD}&author=e102&direction=out`);
    const response = await fetch(`${stack.portal}/c/t1/journal/file?${PERIOD}`, {
      method: 'POST',
      headers: { origin: stack.portal, cookie: cookieOf(anna) },
      body: new URLSearchParams({ format: 'csv', call: foreign?.id ?? '' }),
    });
    expect(await rowsIn(response, 'csv', 'of another')).toHaveLength(1);
  });

  test('is written down: who, which calls, how many', async () => {
    const { data } = await stack.rest<{ data: { who: string; by: string; subject: string; after: { filter: string; calls?: number } }[] }>(
      'GET',
      '/tenants/t1/audit?act=calls',
    );
    expect(data.find(({ who }) => who === 'anna' && data)?.after.filter).toContain('from=2026-10-24');
    expect(data.find(({ who, subject }) => who === 'admin' && subject === 'xlsx')?.after).toMatchObject({
      calls: (await calls(`${PERIOD}&direction=in`)).length,
    });
    expect(data.some(({ by, subject }) => by === 'token' && subject === 'csv')).toBe(true);
  });
});

test('what is wrong with a question a file says as JSON does', async () => {
  const fields = async (path: string) => {
    const response = await stack.fetch(`/api/v1/tenants/t1/${path}`);
    return [response.status, ((await response.json()) as { errors?: { field: string }[] }).errors?.map(({ field }) => field)];
  };
  for (const format of ['json', 'csv', 'xlsx']) {
    expect(await fields(`calls?sort=talk&format=${format}`)).toEqual([400, ['sort']]);
    expect(await fields(`calls?result=nonsense&format=${format}`)).toEqual([400, ['result']]);
    expect(await fields(`reports/hourly?from=2026-01-01T00:00:00Z&to=2026-11-24T00:00:00Z&format=${format}`)).toEqual([400, ['to']]);
  }
  expect(await fields('calls?format=doc')).toEqual([400, ['format']]);
  expect(await fields('reports/hourly?format=doc')).toEqual([400, ['format']]);
  for (const path of [
    'journal/file?format=doc',
    'journal/file?result=nonsense',
    'statistics/file/hourly?format=doc',
    'details/file?format=doc',
  ])
    expect((await admin.ask(`/c/t1/${path}`)).status, path).toBe(400);
});

test('pages: a report with its chart and the journal, by REST and from the page', async () => {
  const sizes: number[] = [];
  for (const path of ['reports/hourly', 'reports/by-group', 'calls']) {
    const answer = await stack.fetch(`/api/v1/tenants/t1/${path}?${PERIOD}&format=pdf`);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'application/pdf']);
    const file = Buffer.from(await answer.arrayBuffer());
    expect(file.subarray(0, 5).toString()).toBe('%PDF-');
    sizes.push(file.length);
  }
  expect(Math.min(...sizes)).toBeGreaterThan(10_000);
  const page = await admin.ask(`/c/t1/journal/file?${PERIOD}&format=pdf`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'application/pdf']);
});

describe('thousands of calls', () => {
  const MONTH = `from=${new Date(END - 30 * DAY).toISOString()}&to=${new Date(END).toISOString()}`;
  const idsOf = (text: string) => [...text.matchAll(/^([0-9A-F]+@c01|new-[0-9A-F]+@c01)[;,]/gm)].map((m) => m[1] ?? '');
  const ask = (query: string) => stack.fetch(`/api/v1/tenants/${LARGEST}/calls?${query}&format=csv`);
  beforeAll(async () => {
    await makeCompanies(stack, ALONE);
    await makeCalls(store, 60_000, ALONE);
  });

  test.each(['', '&sort=start', '&sort=-talk', '&sort=from&answered=false'])('come in the order of the list%s, each once', async (more) => {
    const list = (await calls(`${MONTH}${more}`, LARGEST, 1_000)).map(({ id }) => id);
    expect(list.length).toBeGreaterThan(1_000);
    expect(idsOf(await (await ask(`${MONTH}${more}`)).text())).toEqual(list);
  });

  test('are more than pages are made of: what to take instead is said', async () => {
    const answer = await stack.fetch(`/api/v1/tenants/${LARGEST}/calls?format=pdf`);
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      422,
      expect.stringContaining('take XLSX or CSV'),
    ]);
  });

  test('are all there, each once, whatever is written meanwhile', async () => {
    const before = (await calls('', LARGEST, 1_000)).map(({ id }) => id);
    const response = await ask('');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? '';
    await store.command({
      query: `INSERT INTO calls SELECT * REPLACE (concat('new-', id) AS id, started_at + toIntervalSecond(number % 3) AS started_at) EXCEPT number
        FROM (SELECT *, rowNumberInAllBlocks() AS number FROM calls WHERE tenant = '${LARGEST}' LIMIT 5000)`,
    });
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
    const ids = idsOf(text);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !id.startsWith('new-'))).toEqual(before);
  });
});
