import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { asOperator, connectPostgres } from '@callscope/core/node/postgres.ts';
import { totpCode } from '@callscope/modules/access/totp.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type Stack, startStack, until } from './stack.ts';
import { DOMAIN, PASSWORD, Visitor } from './visitor.ts';

let stack: Stack;
let smtp: SMTPServer;
const letters: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        letters.push(text);
        done();
      });
    },
  });
  await new Promise<void>((done) => smtp.listen(port, '127.0.0.1', done));
  stack = await startStack({
    env: {
      TRUST_PROXY: '1',
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      PORTAL_URL: 'https://portal.test',
      SUPPORT_EMAIL: 'support@operator.test',
    },
  });
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN });
  await stack.rest('PUT', '/tenants/t2', { name: 'Браво', domain: 'bravo.pbx.test' });
  for (const login of ['admin', 'anna', 'boris', 'vera', 'galina', 'dina', 'elena'])
    await stack.rest('PUT', `/tenants/t1/users/${login}`, {
      password: PASSWORD,
      role: login === 'admin' ? 'admin' : 'supervisor',
      email: `${login}@alfa.test`,
    });
});
afterAll(async () => {
  await stack?.end();
  await new Promise<void>((done) => smtp.close(() => done()));
});

const visitorAt = (address?: string) => new Visitor(stack.portal, address);
const statusOf = async (response: Promise<Response>) => (await response).status;

/** The six digits, as an app beside the person makes them. */
function codeNow(secret: string, stepsAhead = 0): string {
  return totpCode(secret, Math.floor(Date.now() / 30_000) + stepsAhead);
}

async function enrol(visitor: Visitor): Promise<{ secret: string; codes: string[] }> {
  const html = await (await visitor.ask('/account/second-factor')).text();
  const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(html)?.[1] ?? '';
  const answer = await visitor.ask('/account/second-factor', { secret, code: codeNow(secret), password: PASSWORD });
  return { secret, codes: [...(await answer.text()).matchAll(/<li[^>]*>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})<\/li>/g)].map((m) => m[1] ?? '') };
}

describe('wrong passwords', () => {
  test('a hundred for one account lock it for strangers, not for its known browser, and nobody else', async () => {
    const own = visitorAt('192.0.2.10');
    expect(await statusOf(own.signIn('anna'))).toBe(303);
    const attacker = visitorAt('203.0.113.5');
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => statusOf(attacker.signIn('anna', `wrong-${i}`))));
    expect(answers.filter((s) => s === 401).length).toBeLessThanOrEqual(10);
    expect(answers.filter((s) => s === 429).length).toBeGreaterThanOrEqual(90);
    expect(await statusOf(visitorAt('192.0.2.99').signIn('anna'))).toBe(429);
    own.cookies.delete('callscope_session');
    expect(await statusOf(own.signIn('anna', 'a slip'))).toBe(401);
    expect(await statusOf(own.signIn('anna'))).toBe(303);
    expect(await own.isIn()).toBe(true);
    expect(await statusOf(visitorAt('203.0.113.5').signIn('boris'))).toBe(303);
  });

  test('a name that nobody has is locked as one that somebody has: the answer does not tell them apart', async () => {
    const attacker = visitorAt('203.0.113.6');
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push(await statusOf(attacker.signIn('nobody-at-all', `wrong-${i}`)));
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(await (await attacker.signIn('nobody-at-all', 'wrong')).text()).toContain('Слишком много неверных попыток');
  });
});

describe('sessions', () => {
  test('a person sees the own devices, signs one out and all others; the devices feel it at once', async () => {
    const [one, two, three] = [visitorAt(), visitorAt(), visitorAt()];
    for (const visitor of [one, two, three]) await visitor.signIn('vera');
    const html = await (await one.ask('/account')).text();
    const ids = [...html.matchAll(/data-device="(\d+)"/g)].map((m) => m[1] ?? '');
    expect(ids.length).toBe(3);
    const others = [...html.matchAll(/name="id" value="(\d+)"/g)].map((m) => m[1] ?? '');
    await one.ask('/account?/end', { id: others[0] ?? '' });
    expect([await two.isIn(), await three.isIn()].filter(Boolean).length).toBe(1);
    await one.ask('/account?/endOthers', {});
    expect([await one.isIn(), await two.isIn(), await three.isIn()]).toEqual([true, false, false]);
  });

  test('a session ends 30 days after its sign-in, however much it is used, and after 14 without use', async () => {
    const visitor = visitorAt();
    await visitor.signIn('dina');
    const { db, close } = connectPostgres<PostgresSchema>(
      stack.databaseUrl(),
      'test',
      createLog('test', { level: 'error', format: 'text' }),
    );
    const [session] = await asOperator(db, (trx) =>
      trx
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .selectAll('sessions')
        .where('users.login', '=', 'dina')
        .orderBy('sessions.id', 'desc')
        .execute(),
    );
    const { id = '', created_at: began = new Date(0), expires_at: ends = new Date(0) } = session ?? {};
    const days = (ends.getTime() - began.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    const set = (change: { last_seen_at: Date } | { expires_at: Date }) =>
      asOperator(db, (trx) =>
        trx.updateTable('sessions').set(change).where('id', '=', id).returning('expires_at').executeTakeFirstOrThrow(),
      );
    const longAgo = new Date(Date.now() - 86_400_000);
    await set({ last_seen_at: longAgo });
    expect(await visitor.isIn()).toBe(true);
    const used = await asOperator(db, (trx) => trx.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
    expect(used.last_seen_at.getTime()).toBeGreaterThan(longAgo.getTime());
    expect(used.expires_at).toEqual(ends);
    await set({ last_seen_at: new Date(Date.now() - 13.9 * 86_400_000) });
    expect(await visitor.isIn()).toBe(true);
    await set({ last_seen_at: new Date(Date.now() - 14.1 * 86_400_000) });
    expect(await visitor.isIn()).toBe(false);
    await set({ last_seen_at: new Date() });
    expect(await visitor.isIn()).toBe(true);
    await set({ expires_at: longAgo });
    expect(await visitor.isIn()).toBe(false);
    await close();
  });

  test("nobody signs out another's device", async () => {
    const [vera, boris] = [visitorAt(), visitorAt()];
    await vera.signIn('vera');
    await boris.signIn('boris');
    const html = await (await vera.ask('/account')).text();
    const id = /data-device="(\d+)"/.exec(html)?.[1] ?? '';
    await boris.ask('/account?/end', { id });
    expect(await vera.isIn()).toBe(true);
  });

  test('a new password signs out the others and changes the token of this one; the present one is asked for', async () => {
    const [here, there] = [visitorAt(), visitorAt()];
    for (const visitor of [here, there]) await visitor.signIn('galina');
    const before = here.cookies.get('callscope_session');
    expect(await statusOf(here.ask('/account?/password', { present: 'wrong', next: 'another-secret' }))).toBe(401);
    expect(await there.isIn()).toBe(true);
    expect(await statusOf(here.ask('/account?/password', { present: PASSWORD, next: 'another-secret' }))).toBe(200);
    expect(here.cookies.get('callscope_session')).not.toBe(before);
    expect([await here.isIn(), await there.isIn()]).toEqual([true, false]);
    const old = visitorAt();
    old.cookies.set('callscope_session', before ?? '');
    expect(await old.isIn()).toBe(false);
    expect(await statusOf(visitorAt().signIn('galina', 'another-secret'))).toBe(303);
  });

  test('who is blocked is out at once and does not get in, with the one error', async () => {
    const visitor = visitorAt();
    await visitor.signIn('dina');
    await stack.rest('PATCH', '/tenants/t1/users/dina', { blocked: true });
    expect(await visitor.isIn()).toBe(false);
    expect(await (await visitor.signIn('dina')).text()).toContain('не подошли');
    await stack.rest('PATCH', '/tenants/t1/users/dina', { blocked: false });
    expect(await statusOf(visitor.signIn('dina'))).toBe(303);
  });

  test('behind TLS the cookies are __Host- and Secure, and the browser is told to stay with TLS; over plain http neither', async () => {
    const tls = await visitorAt().ask(
      '/sign-in',
      { domain: DOMAIN, login: 'vera', password: PASSWORD },
      { 'x-forwarded-proto': 'https', origin: stack.portal.replace('http:', 'https:') },
    );
    expect(tls.status).toBe(303);
    for (const line of tls.headers.getSetCookie().filter((l) => !l.includes('callscope_step')))
      expect(line).toMatch(/^__Host-callscope_\w+=.*Path=\/; HttpOnly; Secure; SameSite=Lax/);
    expect(tls.headers.get('strict-transport-security')).toContain('max-age=31536000');
    const plain = await visitorAt().signIn('vera');
    expect(plain.headers.getSetCookie()[0]).toMatch(/^callscope_session=/);
    expect(plain.headers.get('strict-transport-security')).toBeNull();
  });
});

describe('second factor', () => {
  test('with it the password alone opens nothing; a code lets in once, a recovery code lets in once', async () => {
    const visitor = visitorAt();
    await visitor.signIn('boris');
    const { secret, codes } = await enrol(visitor);
    expect(codes.length).toBe(10);
    const next = visitorAt();
    const first = await next.signIn('boris');
    expect([first.status, first.headers.get('location')]).toEqual([303, '/sign-in/code']);
    expect(await next.isIn()).toBe(false);
    // the code that turned it on is used up
    expect(await statusOf(next.ask('/sign-in/code', { code: codeNow(secret) }))).toBe(401);
    const code = codeNow(secret, 1);
    expect(await statusOf(next.ask('/sign-in/code', { code }))).toBe(303);
    expect(await next.isIn()).toBe(true);
    for (const [given, status] of [
      [code, 401],
      [codes[0] ?? '', 303],
    ] as const) {
      const again = visitorAt();
      await again.signIn('boris');
      expect(await statusOf(again.ask('/sign-in/code', { code: given }))).toBe(status);
    }
    const replay = visitorAt();
    await replay.signIn('boris');
    expect(await statusOf(replay.ask('/sign-in/code', { code: codes[0]?.toLowerCase() ?? '' }))).toBe(401);
  });

  test('it is turned on by the password alone, and by whoever has it', async () => {
    await stack.rest('PUT', '/tenants/t1/users/zoya', { password: PASSWORD, role: 'observer' });
    const visitor = visitorAt();
    await visitor.signIn('zoya');
    const html = await (await visitor.ask('/account/second-factor')).text();
    const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(html)?.[1] ?? '';
    const wrong = await visitor.ask('/account/second-factor', { secret, code: codeNow(secret), password: 'found-it-open' });
    expect([wrong.status, await wrong.text()]).toEqual([401, expect.stringContaining('Нынешний пароль не подошёл')]);
    for (let i = 0; i < 9; i++) await visitor.ask('/account/second-factor', { secret, code: codeNow(secret), password: `guess-${i}` });
    expect(await statusOf(visitor.ask('/account/second-factor', { secret, code: codeNow(secret), password: PASSWORD }))).toBe(429);
    expect(await statusOf(visitorAt().signIn('zoya'))).toBe(303);
  });

  test('it is turned off, and recovery codes are made anew, by the password with a code', async () => {
    await stack.rest('PUT', '/tenants/t1/users/yana', { password: PASSWORD, role: 'observer' });
    const visitor = visitorAt();
    await visitor.signIn('yana');
    const [one = '', two = ''] = (await enrol(visitor)).codes;
    const tried = async (act: string, form: Record<string, string>) => {
      const answer = await visitor.ask(`/account?/${act}`, form);
      return [answer.status, await answer.text()] as const;
    };
    for (const act of ['turnOff', 'newCodes']) {
      for (const password of ['', 'found-it-open'])
        expect(await tried(act, { code: one, password })).toEqual([401, expect.stringContaining('Нынешний пароль не подошёл')]);
      expect(await tried(act, { code: 'AAAA-AAAA-AAAA-AAAA', password: PASSWORD })).toEqual([
        401,
        expect.stringContaining('Код не подошёл'),
      ]);
    }
    // a wrong password used no code up
    const [status, html] = await tried('newCodes', { code: one, password: PASSWORD });
    const fresh = [...html.matchAll(/<li[^>]*>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})<\/li>/g)].map((m) => m[1] ?? '');
    expect([status, fresh.length]).toEqual([200, 10]);
    expect((await tried('turnOff', { code: two, password: PASSWORD }))[0]).toBe(401);
    expect((await tried('turnOff', { code: fresh[0] ?? '', password: PASSWORD }))[0]).toBe(200);
    expect((await visitorAt().signIn('yana')).headers.get('location')).not.toBe('/sign-in/code');
  });

  test('codes are guessed five times, then the password is asked again; ten for a person, then they wait', async () => {
    const visitor = visitorAt();
    await visitor.signIn('vera');
    await enrol(visitor);
    const guesser = visitorAt();
    const statuses = [];
    for (let round = 0; round < 3; round++) {
      await guesser.signIn('vera');
      for (let i = 0; i < 6; i++) statuses.push(await statusOf(guesser.ask('/sign-in/code', { code: `00000${i}` })));
    }
    expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 303]);
    expect(statuses.slice(12, 17)).toEqual([429, 429, 429, 429, 429]);
  });

  test('a company asks it of a role: until it is on, nothing else is open', async () => {
    await stack.rest('PUT', '/tenants/t1/users/marina', { password: PASSWORD, role: 'finance' });
    const admin = visitorAt();
    await admin.signIn('admin');
    expect(await statusOf(admin.ask('/c/t1/people?/rules', { roles: 'finance' }))).toBe(200);
    const visitor = visitorAt();
    await visitor.signIn('marina');
    for (const path of ['/c/t1', '/c/t1/journal', '/account'])
      expect((await visitor.ask(path)).headers.get('location'), path).toBe('/account/second-factor');
    await enrol(visitor);
    expect(await statusOf(visitor.ask('/c/t1'))).toBe(200);
  });
});

describe('recovery (T-09, L-24)', () => {
  const letterTo = async (address: string) => {
    const find = () => letters.findLast((l) => new RegExp(`^To: ${address}`, 'mi').test(l));
    await until(`a letter to ${address}`, () => find() !== undefined);
    const [head = '', body = ''] = (find() ?? '').split('\r\n\r\n', 2);
    return /base64/i.test(head) ? Buffer.from(body, 'base64').toString() : body.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=');
  };

  test('the answer is the same for a known and an unknown address; the link sets one password, once, and ends sessions', async () => {
    const visitor = visitorAt('192.0.2.50');
    await visitor.signIn('elena');
    const strip = async (r: Response) => (await r.text()).replaceAll(/nonce="[^"]*"|[\w-]+@alfa\.test/g, '');
    const [known, unknown] = [
      await strip(await visitorAt('192.0.2.51').ask('/sign-in/recover', { email: 'elena@alfa.test' })),
      await strip(await visitorAt('192.0.2.51').ask('/sign-in/recover', { email: 'nobody@alfa.test' })),
    ];
    expect(known).toContain('придёт письмо');
    expect(unknown.replaceAll(/\s+/g, ' ')).toBe(known.replaceAll(/\s+/g, ' '));
    const letter = await letterTo('elena@alfa.test');
    const path = /https:\/\/portal\.test(\/sign-in\/new-password\?t=[\w-]+)/.exec(letter)?.[1] ?? '';
    expect(await statusOf(visitor.ask(path, { password: 'short' }))).toBe(400);
    expect(await statusOf(visitor.ask(path, { password: 'from-the-letter' }))).toBe(200);
    expect(await visitor.isIn()).toBe(false);
    expect(await statusOf(visitor.ask(path, { password: 'once-more-please' }))).toBe(410);
    expect(await (await visitor.ask(path)).text()).toContain('уже использована или устарела');
    expect(await statusOf(visitorAt().signIn('elena', 'from-the-letter'))).toBe(303);
    expect(letters.some((l) => l.includes('nobody@alfa.test'))).toBe(false);
  });

  test("an administrator's letter has no link: support restores that password", async () => {
    await visitorAt('192.0.2.52').ask('/sign-in/recover', { email: 'admin@alfa.test' });
    const letter = await letterTo('admin@alfa.test');
    expect(letter).toContain('/sign-in/help');
    expect(letter).not.toContain('new-password');
  });

  test("the operator's own people, who have nobody to ask, are sent a link of the same kind", async () => {
    for (const role of ['operator', 'support']) {
      await stack.rest('PUT', `/ops/users/chief-${role}`, { password: PASSWORD, role, email: `${role}@operator.example` });
      const visitor = visitorAt('192.0.2.54');
      expect(await statusOf(visitor.signIn(`chief-${role}`, PASSWORD, OPERATOR_DOMAIN)), role).toBe(303);
      await visitorAt('192.0.2.55').ask('/sign-in/recover', { email: `${role}@operator.example` });
      const letter = await letterTo(`${role}@operator.example`);
      const path = /https:\/\/portal\.test(\/sign-in\/new-password\?t=[\w-]+)/.exec(letter)?.[1] ?? '';
      expect(await statusOf(visitorAt().ask(path, { password: 'from-the-letter' })), role).toBe(200);
      expect(await visitor.isIn(), role).toBe(false);
      expect(await statusOf(visitorAt('192.0.2.56').signIn(`chief-${role}`, 'from-the-letter', OPERATOR_DOMAIN)), role).toBe(303);
    }
  });

  test('what is asked by «Нужна помощь» reaches support, and can write no header', async () => {
    const response = await visitorAt('192.0.2.53').ask('/sign-in/help', {
      name: 'Анна',
      company: 'Альфа\r\nBcc: all@evil.test',
      contact: 'anna@alfa.test',
      text: 'Не могу войти',
    });
    expect(await response.text()).toContain('Поддержка свяжется');
    const letter = await letterTo('support@operator.test');
    expect(letter).toContain('Не могу войти');
    expect(letters.at(-1)).toMatch(/^Reply-To: anna@alfa\.test/im);
    expect(letters.at(-1)).not.toMatch(/^Bcc:/im);
  });
});

test('every sign-in, good or bad, is told with the address; no password stands in the audit or in any log (T-03)', async () => {
  const visitor = visitorAt('192.0.2.77');
  await visitor.signIn('galina', 'a-wrong-password');
  await visitor.signIn('galina', 'another-secret');
  const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', createLog('test', { level: 'error', format: 'text' }));
  const lines = await asOperator(db, (trx) => trx.selectFrom('audit').selectAll().where('tenant', '=', 't1').orderBy('id').execute());
  await close();
  const told = lines.filter((l) => l.address === '192.0.2.77').map((l) => [l.act, l.who, l.whose]);
  expect(told).toEqual([
    ['person.sign-in-refused', 'galina', 't1'],
    ['person.sign-in', 'galina', 't1'],
  ]);
  const acts = new Set(lines.map((l) => l.act));
  expect(lines.map((l) => l.after)).toContainEqual({ on: true, recoveryCodes: 'new' });
  for (const act of [
    'person.password',
    'person.block',
    'person.unblock',
    'person.second-factor',
    'person.recovery',
    'person.rules',
    'person.sign-out',
  ])
    expect([...acts]).toContain(act);
  for (const secret of [PASSWORD, 'another-secret', 'from-the-letter', 'a-wrong-password']) {
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(stack.log()).not.toContain(secret);
  }
});
