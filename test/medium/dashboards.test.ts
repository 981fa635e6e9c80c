import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events } from './fixtures.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';
let stack: Stack;
let anna: Visitor;
let erik: Visitor;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/erik', { password: PASSWORD, role: 'employee', employee: 'e101' });
  anna = new Visitor(stack.portal);
  erik = new Visitor(stack.portal);
  await anna.signIn('anna');
  await erik.signIn('erik');
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length >= 19,
  );
});
afterAll(() => stack?.end());

async function arranged(who: Visitor, method: 'PUT' | 'DELETE', body?: unknown): Promise<number> {
  const response = await fetch(`${stack.portal}/c/t1/cards`, {
    method,
    headers: {
      origin: stack.portal,
      'x-forwarded-proto': 'http',
      cookie: [...who.cookies].map(([n, v]) => `${n}=${v}`).join('; '),
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.body?.cancel();
  return response.status;
}
const cards = async (who: Visitor) =>
  [...(await (await who.ask(`/c/t1?${PERIOD}`)).text()).matchAll(/data-card="(\w+)"/g)].map((match) => match[1]);
const file = async (who: Visitor, card: string, query = PERIOD) => {
  const response = await who.ask(`/c/t1/cards/${card}?${query}`);
  return {
    status: response.status,
    lines: (await response.text())
      .replace(/^\ufeff/, '')
      .trim()
      .split(/\r?\n/),
  };
};

describe('dashboards', () => {
  test('begin as the role has them, stay as a person arranged them, and go back', async () => {
    const role = await cards(anna);
    expect(role).toEqual(['figures', 'hourly', 'missed', 'employees', 'numbers', 'now']);
    expect(await arranged(anna, 'PUT', { shown: ['now', 'groups'] })).toBe(204);
    expect(await cards(anna)).toEqual(['now', 'groups']);
    expect(await cards(erik)).toEqual(['figures', 'hourly', 'missed', 'cases', 'now']);
    expect(await arranged(anna, 'DELETE')).toBe(204);
    expect(await cards(anna)).toEqual(role);
  });

  test('hold cards that there are, each once', async () => {
    for (const body of [null, {}, { shown: 'now' }, { shown: ['now', 'now'] }, { shown: ['weather'] }, { shown: [1] }])
      expect(await arranged(anna, 'PUT', body), JSON.stringify(body)).toBe(400);
    expect(await arranged(anna, 'PUT', { shown: [] })).toBe(204);
    expect(await (await anna.ask('/c/t1')).text()).toContain('Все карточки скрыты');
    await arranged(anna, 'DELETE');
  });

  test('a card’s file has the figures of its report, as far as the person’s rights reach', async () => {
    const report = await stack.rest<{ rows: Record<string, unknown>[]; totals: Record<string, number> }>(
      'GET',
      `/tenants/t1/reports/incoming-by-number?${PERIOD}`,
    );
    const { lines } = await file(anna, 'numbers');
    // head, rows, total
    expect(lines).toHaveLength(report.rows.length + 2);
    // number and name, then figures
    expect(lines.at(-1)?.split(';').slice(0, 3)).toEqual(['Итого', '', String(report.totals.in)]);
    const own = (await file(erik, 'numbers')).lines.at(-1)?.split(';')[2];
    expect(Number(own)).toBeLessThan(report.totals.in ?? 0);
    const figures = (await file(anna, 'figures')).lines.map((line) => line.split(';')[0]);
    expect(figures).toEqual(['Входящие', String(report.totals.in)]);
    expect((await file(anna, 'cases')).lines.map((line) => line.split(';')[0])).toEqual(['Случаи', expect.stringMatching(/^\d+$/)]);
    expect((await file(anna, 'hourly', 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z')).lines.length).toBeGreaterThan(20);
  });

  test('a card without a table, and a period that there is not, are refused', async () => {
    expect((await file(anna, 'now')).status).toBe(404);
    expect((await file(anna, 'weather')).status).toBe(404);
    expect((await file(anna, 'numbers', 'period=soon')).status).toBe(400);
    expect((await file(anna, 'hourly', 'from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z')).status).toBe(400);
  });
});
