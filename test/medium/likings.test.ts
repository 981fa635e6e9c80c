import { afterAll, beforeAll, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

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
  [anna, erik] = [new Visitor(stack.portal), new Visitor(stack.portal)];
  await anna.signIn('anna');
  await erik.signIn('erik');
});
afterAll(() => stack?.end());

async function chosen(who: Visitor, method: 'PUT' | 'DELETE', body?: unknown): Promise<number> {
  const response = await fetch(`${stack.portal}/c/t1/journal/columns`, {
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
const heads = async (who: Visitor) => {
  const [, head = ''] = /<thead>([\s\S]*?)<\/tr>/.exec(await (await who.ask('/c/t1/journal')).text()) ?? [];
  return [...head.matchAll(/<th[^>]*>([\s\S]*?)<\/th>/g)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '').trim());
};

test('columns are kept for one person alone, stand in the first HTML, and go back (T-20)', async () => {
  const usual = await heads(anna);
  expect(usual).toHaveLength(10);
  expect(await chosen(anna, 'PUT', { columns: ['callId', 'from', 'disposition'] })).toBe(204);
  expect(await heads(anna)).toEqual(['Call-ID', usual[3], 'Disposition']);
  expect(await heads(erik)).toEqual(usual);
  expect(await chosen(erik, 'PUT', { columns: ['time'] })).toBe(204);
  expect(await heads(anna)).toHaveLength(3);
  expect(await chosen(anna, 'DELETE')).toBe(204);
  expect(await heads(anna)).toEqual(usual);
  expect(await heads(erik)).toHaveLength(1);
});

test('only columns that there are can be kept, each once', async () => {
  for (const body of [null, {}, { columns: 'from' }, { columns: [] }, { columns: ['from', 'from'] }, { columns: ['toString'] }])
    expect(await chosen(anna, 'PUT', body), JSON.stringify(body)).toBe(400);
});
