import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { asOperator, connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { FactorSecrets } from '@callscope/modules/access/factor-secrets.ts';
import { hashOf } from '@callscope/modules/access/tickets.ts';
import { newTotpSecret, totpCode } from '@callscope/modules/access/totp.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

let stack: Stack;
let base: Postgres<PostgresSchema>;
let secrets: FactorSecrets;
let path = '';
beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', companies().t1?.tenant ?? {});
  base = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error', format: 'text' }));
  path = join(stack.dataDir, 'secrets', 'recording-keys');
  secrets = new FactorSecrets(path);
});
afterAll(async () => {
  await base?.close();
  await stack?.end();
});

/** A person as they were kept before secrets were sealed. */
async function personWith(login: string): Promise<string> {
  await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role: 'observer' });
  const secret = newTotpSecret();
  await asOperator(base.db, (trx) => trx.updateTable('users').set({ totp_secret: secret }).where('login', '=', login).execute());
  return secret;
}
const keptOf = async (login: string) =>
  (await asOperator(base.db, (trx) =>
    trx.selectFrom('users').select(['id', 'totp_secret']).where('login', '=', login).executeTakeFirstOrThrow(),
  )) as {
    id: string;
    totp_secret: string;
  };

/** @returns status of the second step, and what it says */
async function signIn(login: string, code: string): Promise<[number, string]> {
  const send = (to: string, form: Record<string, string>, cookie: string) =>
    fetch(`${stack.portal}${to}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: stack.portal, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: new URLSearchParams(form).toString(),
    });
  const first = await send('/sign-in', { domain: 'alfa.pbx.test', login, password: PASSWORD }, '');
  expect([first.status, first.headers.get('location')]).toEqual([303, '/sign-in/code']);
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const second = await send('/sign-in/code', { code }, cookie);
  return [second.status, await second.text()];
}
const codeOf = (secret: string, ahead = 0) => totpCode(secret, Math.floor(Date.now() / 30_000) + ahead);

test('a secret from before is sealed, for its own person, and its codes go on', async () => {
  const secret = await personWith('olga');
  // until then it is read as it is
  expect((await signIn('olga', codeOf(secret)))[0]).toBe(303);
  expect(await secrets.sealAll(base.db)).toBe(1);
  const { id, totp_secret } = await keptOf('olga');
  expect(totp_secret).toMatch(/^sealed\.[0-9a-f]{16}\.[\w-]+$/);
  expect(totp_secret).not.toContain(secret);
  expect(await secrets.open(id, totp_secret)).toBe(secret);
  await expect(secrets.open(`${id}1`, totp_secret)).rejects.toThrow(`second factor of user ${id}1 was changed in the database`);
  expect((await signIn('olga', codeOf(secret, 1)))[0]).toBe(303);
  expect(await secrets.sealAll(base.db)).toBe(0);
});

test('another master key: what the former sealed is sealed anew, and its line is needed no more', async () => {
  const secret = await personWith('pavel');
  await secrets.sealAll(base.db);
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, `${randomBytes(32).toString('hex')}\n${before}`);
  expect(await secrets.sealAll(base.db)).toBe(2);
  writeFileSync(path, readFileSync(path, 'utf8').split('\n')[0] ?? '');
  expect((await signIn('pavel', codeOf(secret)))[0]).toBe(303);
});

test('a file without the key: the log names the setting, a recovery code still lets in', async () => {
  const secret = await personWith('raisa');
  await secrets.sealAll(base.db);
  const { id } = await keptOf('raisa');
  const right = readFileSync(path, 'utf8');
  writeFileSync(path, randomBytes(32).toString('hex'));
  await expect(secrets.sealAll(base.db)).rejects.toThrow(/RECORDING_KEYS_FILE .* lacks the key .* second factor of user/);
  expect(await signIn('raisa', codeOf(secret))).toEqual([503, expect.stringContaining('Войдите с кодом восстановления')]);
  expect(stack.log()).toMatch(/RECORDING_KEYS_FILE .* lacks the key/);
  const hash = hashOf('AAAABBBBCCCCDDDD');
  await asOperator(base.db, (trx) => trx.insertInto('recovery_codes').values({ hash, user_id: id, tenant: 't1' }).execute());
  const visitor = new Visitor(stack.portal);
  await visitor.signIn('raisa');
  expect((await visitor.ask('/sign-in/code', { code: 'aaaa-bbbb-cccc-dddd' })).status).toBe(303);
  const off = await visitor.ask('/account?/turnOff', { code: codeOf(secret), password: PASSWORD });
  expect([off.status, await off.text()]).toEqual([503, expect.stringContaining('Возьмите код восстановления')]);
  writeFileSync(path, right);
  expect((await signIn('raisa', codeOf(secret)))[0]).toBe(303);
});
