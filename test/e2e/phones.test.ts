import { asOperator, connectPostgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { sql } from 'kysely';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { log } from '../recordings/ffmpeg.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, settled, sideways, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const DOMAIN = 'alfa.pbx.test';
const PASSWORD = 'secret-secret';
const HOUR = 3_600_000;
const base = Math.floor(Date.now() / 1_000) * 1_000;

let made = 0;
/** The registrar's word on one contact, so many hours ago: what stands then expires in `hours`. */
function said(what: 'INSERT' | 'UPDATE' | 'DELETE', user: string, hoursAgo: number, hours = 1, domain = DOMAIN): string {
  const at = base - hoursAgo * HOUR;
  const params = {
    ...{ domain: 'location', aor: `${user}@${domain}`, uri: `sip:${user}@10.21.0.${user.length}:5060`, received: null },
    ...{ user_agent: 'desk-phone/2.4', socket: 'udp:192.0.2.10:5060', expires: Math.floor((at + hours * HOUR) / 1_000) },
    ...{ callid: `reg-${user}`, cseq: ++made, ts: Math.floor(at / 1_000), ts_us: 0 },
  };
  return JSON.stringify({ jsonrpc: '2.0', method: `E_UL_CONTACT_${what}`, params });
}

/** 102 calls now, and goes on. */
const going: MadeCall = {
  ...{ id: 'phones-call', tenant: 't1', domain: DOMAIN, direction: 'out', from: '102', to: '79130000001', startedAt: base },
  ...{ wait: 2, talk: 60, legs: [{ target: '79130000001', after: 1, code: 200 }] },
};

let stack: Stack;
let browser: Browser;
let postgres: ReturnType<typeof connectPostgres<PostgresSchema>>;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN, timezone: 'Asia/Krasnoyarsk' });
  await stack.rest('PUT', '/tenants/t2', { name: 'Браво', domain: 'bravo.pbx.test' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    employees: ['Соколова А. П.', 'Кузнецов Д. И.'].map((name, i) => ({ id: `e10${i + 1}`, name, extensions: [`10${i + 1}`] })),
    accounts: [
      { user: '101', comment: '', extensions: ['101'] },
      { user: '102', comment: '', extensions: ['102'] },
      { user: 'lobby', comment: 'Проходная', extensions: ['190'] },
      { user: '104', comment: '', extensions: ['104'] },
    ],
  });
  for (const [login, role, employee] of [
    ['admin', 'admin', null],
    ['anna', 'employee', 'e102'],
  ] as const)
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role, employee });
  await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'admin', employee: null });
  [context, page] = await visit('admin');
});
afterAll(async () => {
  await browser?.close();
  await postgres?.close();
  await stack?.end();
});

async function visit(login: string, options: Parameters<Browser['newContext']>[0] = {}, tenant = 't1'): Promise<[BrowserContext, Page]> {
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', ...options });
  const first = await own.newPage();
  const domain = tenant === 't1' ? DOMAIN : 'bravo.pbx.test';
  await signIn(first, stack.portal, { domain, login, password: PASSWORD }, `/c/${tenant}/phones`);
  return [own, first];
}
const send = (...texts: string[]) => sendTcp(stack.ports.events, texts);
async function open(path = '/c/t1/phones', of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
const row = (user: string, of = page) => of.locator(`[data-phone="${user}@${DOMAIN}"]`);
/** Accounts as they stand in the list. */
const listed = (of = page) =>
  of
    .locator('[data-phone]')
    .evaluateAll((rows) => rows.map((r) => (r as unknown as { dataset: { phone: string } }).dataset.phone.split('@')[0]));
const figures = async (of = page) => (await of.locator('.stat .figure').allTextContents()).map(plain);
const becomes = (words: string, of = page) => until(`figures are ${words}`, async () => (await figures(of)).join(' ') === words);

describe.skipIf(!HAS_BROWSER)('phones in a browser', () => {
  test('before any registration was told the page says what the edge has to send', async () => {
    await until('the accounts are listed', async () => (await listed()).length === 4);
    expect(await figures()).toEqual(['0', '0', '0', '0', '4']);
    expect(plain(await page.locator('.strip', { hasText: 'Регистраций ещё не было' }).textContent())).toContain('E_UL_CONTACT_INSERT');
    expect(await axeFindings(page)).toEqual([]);
    const [other, empty] = await visit('boris', {}, 't2');
    await empty.getByText('Регистраций ещё не было').waitFor();
    expect(plain(await empty.locator('.msg').textContent())).toContain('E_UL_CONTACT_DELETE');
    expect(await axeFindings(empty)).toEqual([]);
    await other.close();
  });

  test('phones appear, fall off and call under the eyes of who watches; each has its person, address and expiry', async () => {
    await send(said('INSERT', '101', 0.5, 2.6), said('INSERT', '102', 3, 5), said('INSERT', 'lobby', 0.25), said('INSERT', 'guest', 2, 4));
    await becomes('4 0 0 0 1');
    expect(await listed()).toEqual(['101', '102', '104', 'guest', 'lobby']);
    expect(plain(await row('101').textContent())).toMatch(
      /^101 Соколова А\. П\. На связи 10\.21\.0\.3:5060 desk-phone\/2\.4 (\d\d\.\d\d )?\d\d:\d\d через 2 ч \d мин$/,
    );
    expect(plain(await row('lobby').textContent())).toMatch(/^lobby Проходная, доб\. 190 На связи/);
    expect(plain(await row('104').textContent())).toBe('104 ничей Не появлялся – – – –');

    await send(said('DELETE', 'lobby', 0));
    await becomes('3 0 0 1 1');
    expect(plain(await row('lobby').textContent())).toMatch(/Отключился – – до (\d\d\.\d\d )?\d\d:\d\d –$/);
    await send(...callBegins(going));
    await becomes('3 1 0 1 1');
    expect(plain(await row('102').textContent())).toContain('В звонке');
  });

  test('a state and a search choose what is listed, in the address; figures count everybody', async () => {
    await page.locator('.stat .figure a').nth(3).click();
    await page.waitForURL(/state=gone/);
    await until('one is listed', async () => (await listed()).join() === 'lobby');
    expect(await figures()).toEqual(['3', '1', '0', '1', '1']);
    await page.getByRole('link', { name: 'В звонке', exact: true }).click();
    await until('who calls is listed', async () => (await listed()).join() === '102');
    await open('/c/t1/phones?state=registered');
    await until('those that stand are listed', async () => (await listed()).length === 3);
    await page.keyboard.press('/');
    await page.keyboard.type('соколова');
    await page.waitForURL(/q=/);
    await until('she is listed', async () => (await listed()).join() === '101');
    await page.keyboard.type(' нет');
    await page.getByText('Под условия не подходит ни один телефон').waitFor();
    await page.getByRole('button', { name: 'Сбросить всё' }).click();
    await until('everybody is listed', async () => (await listed()).length === 5);
  });

  test('a row opens the last days of its account: a strip a day, and each registration with its end', async () => {
    // two days ago it expired after two hours, and was there for an hour later that day
    await send(
      said('INSERT', 'history', 60, 2),
      said('INSERT', 'history', 56, 1.5),
      said('DELETE', 'history', 55),
      said('INSERT', 'history', 1, 3),
    );
    await row('history').waitFor();
    await until('the store has its registrations', async () => {
      const from = new Date(base - 100 * HOUR).toISOString();
      const { data } = await stack.rest<{ data: unknown[] }>('GET', `/tenants/t1/phones/history/history?from=${from}`);
      return data.length === 3;
    });
    await row('history').getByRole('button', { name: 'Развернуть: история history' }).focus();
    await page.keyboard.press('Enter');
    const detail = page.locator('tr.detail');
    await detail.getByText('На связи по дням').waitFor();
    const strips = detail.getByRole('img');
    expect(await strips.count()).toBe(7);
    const days = (await strips.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).map(plain);
    expect(days.filter((day) => day.includes('не был на связи')).length).toBeGreaterThanOrEqual(3);
    expect(days[0]).toMatch(/на связи 1 ч|\d\d:\d\d–/);
    const ends = await detail
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((r) => (r as unknown as { cells: { textContent: string }[] }).cells[2]?.textContent));
    expect(ends).toEqual(['действует', 'снял сам', 'не продлил в срок']);
    expect(await axeFindings(page)).toEqual([]);

    // what happens while it is open is seen in it
    await send(said('DELETE', 'history', 0));
    await until('its end is listed', async () => !(await detail.locator('tbody').textContent())?.includes('действует'));
    await row('history').getByRole('button', { name: 'Свернуть: история history' }).click();
    expect(await page.locator('tr.detail').count()).toBe(0);
  });

  test('a wrong password is a state of its own, with the attempts and where they came from, and who guesses is named (L-28, L-29)', async () => {
    const attempt = (user: string, source: string, i: number) =>
      JSON.stringify({
        ...{ jsonrpc: '2.0', method: 'E_PBX_AUTH' },
        params: {
          what: 'REGISTER',
          callid: `auth-${user}-${i}`,
          user,
          domain: DOMAIN,
          source,
          ts: Math.floor(base / 1_000) - 60 + i,
          ts_us: 0,
        },
      });
    await send(
      ...[0, 1, 2].map((i) => attempt('104', '10.21.0.9:5062', i)),
      ...['admin', 'test', '100', '1000', '101'].map((user, i) => attempt(user, '198.51.100.7:41001', i)),
    );
    await until('they are stored', async () => {
      const { data } = await stack.rest<{ data: unknown[] }>('GET', `/ops/security-events?from=${new Date(base - HOUR).toISOString()}`);
      return data.length === 8;
    });
    await open();
    await until('one sign-in fails', async () => (await figures())[2] === '1');
    // who is registered stays so, whoever else tries that name
    expect(plain(await row('101').textContent())).toContain('На связи');
    expect(plain(await row('104').textContent())).toMatch(/^104 ничей Ошибка входа 10\.21\.0\.9:5062 – отказ (\d\d\.\d\d )?\d\d:\d\d –$/);
    await page.locator('.stat .figure a').nth(2).click();
    await page.waitForURL(/state=refused/);
    await until('it is listed', async () => (await listed()).join() === '104');
    await row('104').getByRole('button', { name: 'Развернуть: история 104' }).click();
    const log = page.getByRole('region', { name: 'Отказы во входе, новые сверху' });
    await log.getByRole('row').first().waitFor();
    expect(await log.getByRole('row').count()).toBe(3);
    expect(plain(await log.getByRole('row').first().textContent())).toMatch(/не вошёл: неверный пароль или имя ?10\.21\.0\.9:5062$/);
    const from = page.getByRole('table', { name: 'Неудачные входы за сутки' });
    const rows = (await from.locator('tbody tr').allTextContents()).map(plain);
    expect(rows[0]).toMatch(/^198\.51\.100\.7 ?подбор ?100, 1000, 101, admin, test ?5 ?\d/);
    expect(rows[1]).toMatch(/^10\.21\.0\.9 ?104 ?3 ?\d/);
    expect(await looks(page, 'phones-refused')).toEqual([]);

    // a phone that was never heard of and was refused by nobody: the page says what to check
    await open('/c/t1/phones?state=gone');
    await row('lobby').getByRole('button', { name: 'Развернуть: история lobby' }).click();
    await page.getByText('Телефон до АТС не доходит').waitFor();
    const [other, theirs] = await visit('boris', {}, 't2');
    expect(await theirs.getByText('Неудачные входы').count()).toBe(0);
    await other.close();
  });

  test('lines to carriers stand there with what the exchange says of them, and nobody else sees them (L-10, L-11)', async () => {
    const registration = { username: 'alfa', secret: 'secret', edgeAddress: 'edge.test:5060' };
    await stack.rest('PUT', '/tenants/t1/pbx', {
      trunks: [
        { id: 'main', kind: 'registration', direction: 'out', host: 'sip.carrier.test', ...registration },
        { id: 'spare', kind: 'registration', direction: 'out', host: 'sip.other.test', ...registration },
        { id: 'third', kind: 'registration', direction: 'out', host: 'sip.third.test', ...registration },
      ],
    });
    await open();
    // no agent of an edge runs here
    await page.getByRole('row', { name: /^main.*Неизвестно/ }).waitFor();
    // what jobs note as agents answer
    await asOperator(postgres.db, (trx) =>
      sql`insert into watched_parts (kind, what, tenant, well_at) values
        ('edge_down', 'edge-7', null, now() + interval '1 hour'), ('trunk_down', 'main', 't1', now() + interval '1 hour'),
        ('trunk_down', 'spare', 't1', now() - interval '2 hours')`.execute(trx),
    );
    await asOperator(postgres.db, (trx) =>
      sql`insert into incidents (kind, what, tenant, began_at, ended_at) values
        ('trunk_down', 'main', 't1', now() - interval '5 hours', now() - interval '4 hours'), ('trunk_down', 'spare', 't1', now() - interval '2 hours', null)`.execute(
        trx,
      ),
    );
    await open();
    const table = page.getByRole('table', { name: 'Линии к операторам связи' });
    const rows = (await table.locator('tbody tr').allTextContents()).map(plain);
    expect(rows[0]).toMatch(/^main по логину, sip\.carrier\.test:5060 ?Работает ?(\d\d\.\d\d )?\d\d:\d\d ?1 перерыв, всего 1 ч/);
    expect(rows[1]).toMatch(/^spare по логину, sip\.other\.test:5060 ?Ошибка ?(\d\d\.\d\d )?\d\d:\d\d ?1 перерыв, всего 2 ч/);
    expect(rows[2]).toMatch(/^third по логину, sip\.third\.test:5060 ?Соединяется ?– ?без перерывов$/);
    expect(await looks(page, 'phones-lines')).toEqual([]);
    const [own, theirs] = await visit('anna');
    expect(await theirs.getByText('Линии к операторам').count()).toBe(0);
    await own.close();
  });

  test("whoever sees only their own calls sees their own phones, and nobody else's, on the page or by its address", async () => {
    const [own, theirs] = await visit('anna');
    await row('102', theirs).waitFor();
    expect(await listed(theirs)).toEqual(['102']);
    expect(await theirs.content()).not.toContain('Соколова');
    const history = async (account: string) =>
      (await theirs.request.get(`${stack.portal}/c/t1/phones/history?account=${account}&domain=${DOMAIN}`)).status();
    expect([await history('102'), await history('101')]).toEqual([200, 404]);
    expect(await axeFindings(theirs)).toEqual([]);
    await own.close();
  });

  test('reads in the dark, on a phone and in English', async () => {
    await context.addCookies([{ name: 'callscope_theme', value: 'dark', url: stack.portal }]);
    await open();
    await row('101').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await context.addCookies([{ name: 'callscope_theme', value: 'light', url: stack.portal }]);
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: 'en-GB' };
    const [own, small] = await visit('admin', phone);
    await own.addCookies([{ name: 'callscope_locale', value: 'en', url: stack.portal }]);
    await open('/c/t1/phones', small);
    const button = row('101', small).getByRole('button');
    await button.waitFor();
    expect(plain(await button.textContent())).toMatch(/^101\s?Соколова А\. П\., 10\.21\.0\.3:5060, desk-phone\/2\.4\s?Registered/);
    await button.tap();
    await small.getByText('Registered, day by day').waitFor();
    expect(await sideways(small)).toBe(0);
    expect(await axeFindings(small)).toEqual([]);
    await own.close();
  });

  test('says when it cannot know: nobody answers, and a connection that is lost, with the age of what is shown', async () => {
    const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
    // the stream is then the page's own, and can be cut
    await own.addInitScript('delete window.SharedWorker');
    const alone = await own.newPage();
    const cut = () => alone.route('**/c/t1/events*', (route) => route.abort());
    await signIn(alone, stack.portal, { domain: DOMAIN, login: 'admin', password: PASSWORD }, '/c/t1/phones');
    await row('101', alone).waitFor();
    await cut();
    process.kill(stack.pidOf('portal'), 'SIGKILL');
    await alone.locator('.strip', { hasText: 'Связь потеряна' }).waitFor();
    expect(plain(await alone.locator('.strip', { hasText: 'Связь потеряна' }).textContent())).toMatch(
      /Показано, как было \d+ (с|мин) назад/,
    );
    expect(await row('101', alone).count()).toBe(1);
    await until('the portal is there again', async () => (await stack.fetch('/healthz')).status === 200);
    await alone.reload();
    await alone.getByText('Телефоны не открылись').waitFor();
    expect(await axeFindings(alone)).toEqual([]);
    await alone.unrouteAll();
    await alone.getByRole('button', { name: 'Повторить' }).click();
    await row('101', alone).waitFor();
    await own.close();
  });

  test('the menu leads to it', async () => {
    await open('/c/t1/directory');
    await page.getByRole('link', { name: 'Телефоны' }).click();
    await page.waitForURL(/\/phones/);
    await row('101').waitFor();
    await send(...callEnds(going));
  });
});
