import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { asOperator, connectPostgres } from '@callscope/core/node/postgres.ts';
import { tokenCaller } from '@callscope/modules/access/tokens.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

let stack: Stack;
let store: ReturnType<typeof connectPostgres<PostgresSchema>>;
const FAR = '2199-01-01T00:00:00.000Z';

interface Listed {
  id: string;
  name: string;
  scopes: string[];
  lastUsedAt: string | null;
  expiresAt: string | null;
  madeBy: string | null;
  maker: string | null;
}

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant }] of Object.entries(companies())) await stack.rest('PUT', `/tenants/${id}`, tenant);
  const password = readFileSync(join(stack.dataDir, 'secrets/postgres'), 'utf8');
  const port = /"message":"starting PostgreSQL","port":(\d+)/.exec(stack.log())?.[1];
  const url = `postgres://callscope:${password}@127.0.0.1:${port}/callscope`;
  store = connectPostgres<PostgresSchema>(url, 'test', createLog('test', { level: 'error', format: 'text' }));
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const issue = (form: object, company = 't1') => stack.rest<{ id: string; token: string }>('POST', `/tenants/${company}/tokens`, form);
const listed = async (id: string) =>
  (await stack.rest<{ data: Listed[] }>('GET', '/tenants/t1/tokens')).data.find((token) => token.id === id);
const asked = async (token: string) =>
  (await fetch(`${stack.portal}/api/v1/tenants/t1`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('tokens of programs', () => {
  test('a token goes on when whoever issued it may issue none any more, is blocked or gone, and the list says so', async () => {
    const password = 'secret-secret';
    await stack.rest('PUT', '/tenants/t1/users/anna', { password, role: 'admin' });
    const send = (path: string, form: Record<string, string>, cookie = '') =>
      fetch(`${stack.portal}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: stack.portal, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', cookie },
        body: new URLSearchParams(form).toString(),
      });
    const signedIn = await send('/sign-in', { domain: 'alfa.pbx.test', login: 'anna', password });
    const cookie = (signedIn.headers.getSetCookie().find((line) => line.startsWith('callscope_session=')) ?? '').split(';')[0] ?? '';
    const made = await (
      await send('/c/t1/settings/tokens?/issue', { name: 'by anna', rights: 'directory:read', days: '30' }, cookie)
    ).text();
    const token = /cs_[\w-]{40,}/.exec(made)?.[0] ?? '';
    const find = async () => (await stack.rest<{ data: Listed[] }>('GET', '/tenants/t1/tokens')).data.find((t) => t.name === 'by anna');
    expect(await find()).toMatchObject({ madeBy: 'anna', maker: 'there' });
    await stack.rest('PUT', '/tenants/t1/users/anna', { password, role: 'supervisor' });
    expect([(await find())?.maker, await asked(token)]).toEqual(['demoted', 200]);
    await stack.rest('PATCH', '/tenants/t1/users/anna', { blocked: true });
    expect([(await find())?.maker, await asked(token)]).toEqual(['blocked', 200]);
    await stack.rest('DELETE', '/tenants/t1/users/anna');
    expect([await find(), await asked(token)]).toEqual([expect.objectContaining({ madeBy: 'anna', maker: 'deleted' }), 200]);
    const { id } = await issue({ name: 'by a token' });
    expect(await listed(id)).toMatchObject({ madeBy: 'BOOTSTRAP_TOKEN', maker: null });
  });

  test('a token is kept as a hash alone; its last use and its end are told', async () => {
    const { id, token } = await issue({ name: 'crm', scopes: ['directory:read'], expiresAt: FAR });
    expect(await listed(id)).toMatchObject({ name: 'crm', scopes: ['directory:read'], lastUsedAt: null, expiresAt: FAR });
    expect(await asked(token)).toBe(200);
    expect((await listed(id))?.lastUsedAt).not.toBeNull();
    const row = await asOperator(store.db, (trx) =>
      trx.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    );
    expect(row.hash).toEqual(createHash('sha256').update(token).digest());
    expect(JSON.stringify({ ...row, hash: '' })).not.toContain(token);
  });

  test('one that is over is good for nothing, also for what was made with it, and stays listed until it is revoked', async () => {
    const { id, token } = await issue({ name: 'short', scopes: ['directory:read'], expiresAt: FAR });
    expect(await asked(token)).toBe(200);
    expect(await tokenCaller(store.db, id, '')).toMatchObject({ tenant: 't1' });
    // the product never moves the end of a token: only time does
    await asOperator(store.db, (trx) =>
      trx
        .updateTable('api_tokens')
        .set({ expires_at: new Date(1_000) } as never)
        .where('id', '=', id)
        .execute(),
    );
    expect(await asked(token)).toBe(401);
    expect(await tokenCaller(store.db, id, '')).toBeNull();
    expect(await listed(id)).toMatchObject({ expiresAt: new Date(1_000).toISOString() });
  });

  test('an end in the past is refused with its field', async () => {
    const answer = await fetch(`${stack.portal}/api/v1/tenants/t1/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${(await issue({ name: 'x', scopes: ['tokens:write'] })).token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: 'late', scopes: ['tokens:write'], expiresAt: '2020-01-01T00:00:00Z' }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ field: 'expiresAt' }] });
  });

  test('issuing and revoking stand in the audit, without the token; another company revokes nothing', async () => {
    const { token: maker } = await issue({ name: 'maker', scopes: ['tokens:write'] });
    const { id, token } = await issue({ name: 'told', scopes: ['calls:read'], expiresAt: FAR });
    const { token: stranger } = await issue({ name: 'stranger', scopes: ['tokens:write'] }, 't2');
    const revoke = async (company: string, bearer: string) =>
      (
        await fetch(`${stack.portal}/api/v1/tenants/${company}/tokens/${id}`, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${bearer}` },
        })
      ).status;
    expect(await revoke('t2', stranger)).toBe(404);
    expect(await revoke('t1', stranger)).toBe(404);
    expect(await revoke('t1', maker)).toBe(204);
    expect(await revoke('t1', maker)).toBe(404);
    expect(await asked(token)).toBe(401);
    const lines = await asOperator(store.db, (trx) =>
      trx
        .selectFrom('audit')
        .selectAll()
        .where('act', 'in', ['token.issue', 'token.revoke'])
        .where('subject', '=', id)
        .orderBy('id')
        .execute(),
    );
    expect(lines.map(({ act, by, who, whose, before, after }) => ({ act, by, who, whose, before, after }))).toEqual([
      {
        act: 'token.issue',
        by: 'token',
        who: 'BOOTSTRAP_TOKEN',
        whose: null,
        before: null,
        after: { name: 'told', scopes: ['calls:read'], expiresAt: FAR },
      },
      { act: 'token.revoke', by: 'token', who: 'maker', whose: 't1', before: { name: 'told', scopes: ['calls:read'] }, after: null },
    ]);
    expect(JSON.stringify(lines)).not.toContain(token);
  });
});
