import { isWorkingTime, type WorkingHours, workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

/** Filters that speak of what the company's settings and directory say: each counted a second way, over the list of calls. */

const spans = (...list: string[]) => list.map((span) => ({ from: span.slice(0, 5), to: span.slice(6) }));
const hours = (week: object, dates: object[] = []) => workingHoursSchema.parse({ week, dates });
const OFFICE = hours(
  { mon: spans('09:00-13:00', '14:00-18:00'), tue: spans('09:00-18:00'), sat: spans('22:00-24:00'), sun: spans('00:00-06:00') },
  [
    { date: '2026-10-27', hours: [] },
    { date: '2026-10-28', hours: spans('10:30-11:30') },
  ],
);
/** the clock goes back at 25 October in Berlin, and shows half hours in Kolkata */
const ZONES = { berlin: 'Europe/Berlin', kolkata: 'Asia/Kolkata' };
const FIRST = Date.parse('2026-10-23T20:00:00Z');
const LATER = Date.parse('2026-10-26T12:00:00Z');
/** from LATER on in Kolkata */
const SHORTER = hours({ mon: spans('10:00-11:00'), tue: spans('10:00-11:00') });
const NUMBERS = [
  { number: '74951000122', label: 'Главный', channel: 'Сайт' },
  { number: '74951000133', label: 'Баннер', channel: 'Сайт' },
  { number: '74951000144', label: 'Щит', channel: 'Улица' },
  { number: '74951000155', label: 'Прочий' },
];

interface Made extends MadeCall {
  employee: string;
}
const CALLS: Made[] = Object.keys(ZONES).flatMap((tenant) =>
  // every 37 minutes for six days: all minutes of the hour, all hours of the day
  Array.from({ length: Math.floor((6 * 1_440) / 37) }, (_, i): Made => {
    const employee = i % 3 === 0 ? '102' : '101';
    return {
      ...{ id: `${tenant}-${i}`, tenant, domain: `${tenant}.test`, direction: 'in', from: `7913000${1000 + i}` },
      ...{ to: NUMBERS[i % 4]?.number ?? '', startedAt: FIRST + i * 37 * 60_000, wait: 4, talk: 20 + i, employee },
      legs: [{ target: employee, after: 1, code: 200 }],
    };
  }),
);

let stack: Stack;
const project: Record<string, string> = {};
beforeAll(async () => {
  stack = await startStack();
  for (const [id, timezone] of Object.entries(ZONES)) {
    const company = { name: id, domain: `${id}.test`, timezone };
    await stack.rest('PUT', `/tenants/${id}`, { ...company, workingHours: OFFICE });
    await stack.rest('PUT', `/tenants/${id}/directory`, {
      numbers: NUMBERS,
      groups: [{ id: 'night', name: 'Ночь' }],
      employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: x, extensions: [x], ...(x === '102' ? { group: 'night' } : {}) })),
    });
    const saved = await stack.rest<{ id: string }>('POST', `/tenants/${id}/projects`, {
      name: 'Щит и ночь',
      numbers: ['74951000144'],
      groups: ['night'],
    });
    project[id] = saved.id;
  }
  await stack.rest('PUT', `/tenants/kolkata?recompute=${new Date(LATER).toISOString()}`, {
    ...{ name: 'kolkata', domain: 'kolkata.test', timezone: ZONES.kolkata, workingHours: SHORTER },
  });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => {
    const lists = await Promise.all(Object.keys(ZONES).map((tenant) => ids(tenant, '')));
    return lists.flat().length === CALLS.length;
  });
});
afterAll(() => stack?.end());

const ids = async (tenant: string, query: string) =>
  (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/${tenant}/calls?limit=1000&${query}`)).data.map((c) => c.id).sort();
const which = (tenant: string, is: (call: Made) => boolean) =>
  CALLS.filter((c) => c.tenant === tenant && is(c))
    .map((c) => c.id)
    .sort();
const scheduleAt = (tenant: string, at: number): WorkingHours => (tenant === 'kolkata' && at >= LATER ? SHORTER : OFFICE);

describe.each(Object.entries(ZONES))('in %s', (tenant, zone) => {
  test('hours: the settings in force when a call began say whether it began within them', async () => {
    const isWorking = (c: Made) => isWorkingTime(scheduleAt(tenant, c.startedAt), zone, c.startedAt);
    const working = which(tenant, isWorking);
    expect(working.length).toBeGreaterThan(10);
    expect(await ids(tenant, 'hours=working')).toEqual(working);
    expect(await ids(tenant, 'hours=off')).toEqual(which(tenant, (c) => !isWorking(c)));
  });

  test('channel: calls to its own numbers; one that is not there has none', async () => {
    const query = (name: string) => `channel=${encodeURIComponent(name)}`;
    expect(await ids(tenant, query('Сайт'))).toEqual(which(tenant, (c) => ['74951000122', '74951000133'].includes(c.to)));
    expect(await ids(tenant, query('Сайт,Улица'))).toEqual(which(tenant, (c) => c.to !== '74951000155'));
    expect(await ids(tenant, query('Радио'))).toEqual([]);
  });

  test('what a call is not of, and which of its dialogs is named', async () => {
    expect(await ids(tenant, 'notNumber=8 495 100-01-22,74951000133')).toEqual(which(tenant, (c) => /1000(144|155)$/.test(c.to)));
    expect(await ids(tenant, 'notAuthor=e101')).toEqual(which(tenant, (c) => c.employee === '102'));
    expect(await ids(tenant, 'notGroup=night&notAuthor=-')).toEqual(which(tenant, (c) => c.employee === '101'));
    expect(await ids(tenant, 'notGroup=-')).toEqual(which(tenant, (c) => c.employee === '102'));
    const { totals } = await stack.rest<{ totals: { calls: number } }>('GET', `/tenants/${tenant}/reports/by-group?notAuthor=e101`);
    expect(totals.calls).toBe(which(tenant, (c) => c.employee === '102').length);
    const other = tenant === 'berlin' ? 'kolkata' : 'berlin';
    expect(await ids(tenant, 'phone=102')).toEqual(which(tenant, (c) => c.employee === '102'));
    expect(await ids(tenant, `callId=${tenant}-7`)).toEqual([`${tenant}-7`]);
    expect(await ids(tenant, `callId=${other}-7`)).toEqual([]);
  });

  test('project: what whoever is given it sees', async () => {
    const mine = which(tenant, (c) => c.to === '74951000144' || c.employee === '102');
    expect(await ids(tenant, `project=${project[tenant]}`)).toEqual(mine);
    expect(await ids(tenant, 'project=999999')).toEqual([]);
    expect(await ids(tenant, 'project=none')).toEqual([]);
  });

  test('reports take them and count the same calls, and so does the explanation', async () => {
    const query = `hours=working&channel=${encodeURIComponent('Сайт')}&project=${project[tenant]}`;
    const listed = await ids(tenant, query);
    expect(listed.length).toBeGreaterThan(0);
    const { totals } = await stack.rest<{ totals: { calls: number } }>('GET', `/tenants/${tenant}/reports/by-group?${query}`);
    expect(totals.calls).toBe(listed.length);
    const { counted } = await stack.rest<{ counted: { total: number; filter: string } }>(
      'GET',
      `/tenants/${tenant}/reports/by-group/explain?measure=calls&${query}`,
    );
    expect(counted.total).toBe(listed.length);
    expect(await ids(tenant, counted.filter)).toEqual(listed);
  });
});

test('another word for hours is refused in words', async () => {
  const response = await stack.fetch('/api/v1/tenants/berlin/calls?hours=night');
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('one of working, off');
});
