import type { ClickHouseClient } from '@clickhouse/client';
import type { Stack } from '../medium/stack.ts';

/**
 * Calls of a year of fifty companies, made by SQL inside the store: the first has a fifth of them, the others share the rest
 * unevenly. Working days and hours have their peaks, every tenth employee is a group, some call more than others, and some numbers
 * outside call every day while most call once.
 */
export const ZONE = 'Europe/Moscow';
export const DAYS = 365;
/** Midnight in Moscow after the last day. */
export const END = Date.UTC(2026, 9, 31, 21);
export const START = END - DAYS * 86_400_000;
export const LARGEST = 'c01';
const MOSCOW_HOURS = 3;
const COMPANIES = 50;
const SLOTS = 1_000;

interface MadeCompany {
  id: string;
  /** of a thousand calls */
  share: number;
  employees: number;
  numbers: number;
}

export function madeCompanies(): MadeCompany[] {
  const weights = Array.from({ length: COMPANIES - 1 }, (_, i) => 1 / (i + 4) ** 0.8);
  const all = weights.reduce((sum, w) => sum + w, 0);
  const shares = weights.map((w) => Math.max(1, Math.round((w / all) * SLOTS * 0.8)));
  const largest = SLOTS - shares.reduce((sum, share) => sum + share, 0);
  return [largest, ...shares].map((share, i) => ({
    id: `c${String(i + 1).padStart(2, '0')}`,
    share,
    employees: Math.min(500, 50 + Math.round((share / largest) * 450)),
    numbers: Math.min(50, 5 + Math.round((share / largest) * 45)),
  }));
}

/** One company that has all of the calls. */
export const ALONE: readonly MadeCompany[] = [{ id: LARGEST, share: SLOTS, employees: 500, numbers: 50 }];

/** The companies themselves, and of the first its directory and a token as programs have one. */
export async function makeCompanies(stack: Stack, companies: readonly MadeCompany[] = madeCompanies()): Promise<string> {
  for (const { id, numbers, employees } of companies) {
    await stack.rest('PUT', `/tenants/${id}`, { name: `Компания ${id}`, domain: `${id}.pbx.test`, timezone: ZONE });
    if (id !== LARGEST) continue;
    await stack.rest('PUT', `/tenants/${id}/directory`, {
      numbers: Array.from({ length: numbers }, (_, i) => ({ number: String(74_951_000_101 + i), label: `Линия ${i + 1}` })),
      groups: Array.from({ length: Math.ceil(employees / 10) }, (_, i) => ({ id: `g${i}`, name: `Отдел ${i}` })),
      employees: Array.from({ length: employees }, (_, i) => ({
        id: `e${i}`,
        name: `Сотрудник ${i}`,
        group: `g${Math.floor(i / 10)}`,
        extensions: [String(1_000 + i)],
      })),
    });
  }
  return (await stack.rest<{ token: string }>('POST', `/tenants/${LARGEST}/tokens`, { name: 'bench' })).token;
}

/** Of a hundred, by their place: how often each happens. */
function hundred(shares: Readonly<Record<number, number>>): string {
  const slots = Object.entries(shares).flatMap(([value, n]) => Array<string>(n).fill(value));
  if (slots.length !== 100) throw new Error(`${slots.length} shares of a hundred`);
  return `[${slots.join(', ')}]`;
}
/** by the hour of Moscow */
const HOURS = hundred({
  0: 1,
  6: 1,
  7: 2,
  8: 4,
  9: 9,
  10: 13,
  11: 13,
  12: 11,
  13: 7,
  14: 10,
  15: 10,
  16: 8,
  17: 5,
  18: 2,
  19: 2,
  20: 1,
  22: 1,
});
// as the table has them: answered 1, no_answer 2, busy 3, rejected 4, unavailable 5, cancelled 6, failed 7
const RESULTS = {
  in: hundred({ 1: 76, 2: 8, 3: 5, 4: 1, 5: 2, 6: 7, 7: 1 }),
  out: hundred({ 1: 62, 2: 16, 3: 8, 4: 3, 5: 4, 6: 5, 7: 2 }),
};

/** A statement writes so many, so that a part holds some days, as those of a table that has been written for a year. */
const DAYS_AT_ONCE = 7;
const BLOCK = { max_insert_block_size: '2000000', min_insert_block_size_rows: '2000000', min_insert_block_size_bytes: '2000000000' };

/** @param calls of the whole year */
export async function makeCalls(
  store: ClickHouseClient,
  calls: number,
  companies: readonly MadeCompany[] = madeCompanies(),
): Promise<void> {
  for (let day = 0; day < DAYS; day += DAYS_AT_ONCE) {
    const days = Math.min(DAYS_AT_ONCE, DAYS - day);
    const rows = Math.floor((calls * (day + days)) / DAYS) - Math.floor((calls * day) / DAYS);
    await store.command({
      query: insert(companies, day, START / 1_000 + day * 86_400, days, rows),
      clickhouse_settings: { ...BLOCK, max_execution_time: 0 },
    });
  }
}

/** @param from seconds since the epoch, a midnight of Moscow */
function insert(made: readonly MadeCompany[], seed: number, from: number, days: number, rows: number): string {
  const companies = `[${made.flatMap(({ share }, i) => Array<number>(share).fill(i + 1)).join(', ')}]`;
  const hash = (i: number) => `cityHash64(number, ${seed}, ${i})`;
  return `INSERT INTO calls (tenant, started_at, id, call_ids, direction, result, missed_kind, caller, dialled, dialled_raw, number, answered_by, employee, group_id,
      ringing_at, answered_at, ended_at, sip_code, hangup_by, from_host, dialled_host, edge_tenant, record_rule, source,
      leg_target, leg_employee, leg_started_at, leg_result, leg_sip_code, leg_rang, revision, written_at)
    WITH
      ${hash(1)} AS h1, ${hash(2)} AS h2, ${hash(3)} AS h3, ${hash(4)} AS h4,
      ${companies}[1 + h1 % ${SLOTS}] AS company,
      concat('c', leftPad(toString(company), 2, '0')) AS tenant_id,
      toInt64([${made.map((c) => c.employees).join(', ')}][company]) AS employees,
      toInt64([${made.map((c) => c.numbers).join(', ')}][company]) AS numbers,
      bitShiftRight(h1, 12) % ${days} AS any_day,
      toDayOfWeek(toDateTime(${from} + ${MOSCOW_HOURS * 3_600}, 'UTC') + toIntervalDay(any_day)) > 5 AND bitShiftRight(h1, 20) % 4 != 0 AS moves,
      if(moves, (any_day + 2 + bitShiftRight(h1, 22) % 4) % ${days}, any_day) AS day,
      toInt64(${HOURS}[1 + bitShiftRight(h1, 28) % 100]) AS hour,
      fromUnixTimestamp64Micro(toInt64((${from} + toInt64(day) * 86400 + hour * 3600) * 1000000 + toInt64(bitShiftRight(h1, 31) % 3600000000)), 'UTC') AS start,
      1 + (h2 % 100 >= 60) + (h2 % 100 >= 93) AS way,
      if(way = 2, ${RESULTS.out}, ${RESULTS.in})[1 + bitShiftRight(h2, 8) % 100] AS ended_as,
      ended_as = 1 AS is_answered,
      toInt64(floor(employees * pow((bitShiftRight(h2, 16) % 65536) / 65536., 1.4))) AS person,
      concat('e', toString(person)) AS employee_id, toString(1000 + person) AS extension,
      concat('g', toString(intDiv(person, 10))) AS group_of,
      arrayConcat(arrayReverse(arrayMap(i -> (intDiv(person, 10) * 10 + (person + (i + 1) * 3) % 10) % employees, range(if(way = 1, [0, 0, 0, 1, 2][1 + bitShiftRight(h3, 40) % 5], 0)))), [person]) AS offered,
      concat('7916', leftPad(toString(toInt64(floor(10000000 * pow(h3 % 16777216 / 16777216., 3)))), 7, '0')) AS outside,
      toString(74951000101 + toInt64(floor(numbers * pow((bitShiftRight(h3, 24) % 65536) / 65536., 1.3)))) AS did,
      start + toIntervalMillisecond(300 + h4 % 700) AS rings,
      start + toIntervalMillisecond(2000 + bitShiftRight(h4, 8) % 20000) AS answer,
      answer + toIntervalMillisecond(toInt64(1000 - log((1 + bitShiftRight(h4, 24) % 65535) / 65536.) * 110000)) AS talked_until
    SELECT tenant_id, start, concat(hex(${hash(5)}), '@', tenant_id) AS call, [call], way, ended_as,
      multiIf(way != 1 OR is_answered, 0, ended_as = 3, 1, hour < 9 OR hour >= 18, 2, bitShiftRight(h4, 40) % 6 = 0, 3, 4),
      if(way = 1, outside, extension), multiIf(way = 1, did, way = 2, outside, extension) AS called, called, if(way = 3, '', did),
      multiIf(NOT is_answered, '', way = 2, outside, extension), if(way = 1 AND NOT is_answered, '', employee_id), group_of,
      rings, if(is_answered, answer, toDateTime64(0, 6, 'UTC')), if(is_answered, talked_until, answer),
      [200, 487, 486, 603, 480, 487, 500][ended_as], 1 + h4 % 2, '10.0.0.10', '10.0.0.20', tenant_id, 'all', 1,
      if(way = 2, [outside], arrayMap(p -> toString(1000 + p), offered)), if(way = 2, [''], arrayMap(p -> concat('e', toString(p)), offered)),
      arrayMap(p -> start, offered), arrayMap(i -> if(i = length(offered), ended_as, 2), arrayEnumerate(offered)),
      arrayMap(i -> if(i = length(offered) AND is_answered, 200, 487), arrayEnumerate(offered)), arrayMap(p -> 1, offered), 1, start + toIntervalSecond(900)
    FROM numbers(${rows})`;
}

/** A table that has been written for a year has merged its parts: so has this one. */
export async function settle(store: ClickHouseClient): Promise<void> {
  let quiet = 0;
  while (quiet < 10) {
    await new Promise((done) => setTimeout(done, 1_000));
    const answer = await store.query({ query: 'SELECT count() AS n FROM system.merges', format: 'JSONEachRow' });
    quiet = Number((await answer.json<{ n: string }>())[0]?.n) === 0 ? quiet + 1 : 0;
  }
}
