import { totpCode } from '@callscope/modules/access/totp.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, settled, signIn } from './browser.ts';

const DOMAIN = 'alfa.pbx.test';
const PASSWORD = 'secret-secret';
const COMPANY = [
  '',
  '/journal',
  '/live',
  '/statistics',
  '/forecast',
  '/missed',
  '/directory/numbers',
  '/directory/history',
  '/phones',
  '/settings',
  '/settings/rights',
  '/settings/tokens',
  '/people',
];

let stack: Stack;
let browser: Browser;
const violations: string[] = [];

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack({
    env: { SMTP_URL: 'smtp://127.0.0.1:1', PORTAL_URL: 'http://portal.test', SUPPORT_EMAIL: 'support@operator.test' },
  });
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [{ number: '74951234567', label: 'Главный' }],
    groups: [],
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
    accounts: [{ user: 'phone101', comment: '', extensions: ['101'] }],
  });
  await stack.rest('PUT', '/tenants/t1/pbx', {
    accounts: [{ user: 'phone101', password: 'phone-secret' }],
    shortNumbers: [{ number: '101', accounts: ['phone101'] }],
  });
  for (const [login, role] of [
    ['admin', 'admin'],
    ['anna', 'supervisor'],
    ['boris', 'quality'],
    ['vera', 'finance'],
    ['dina', 'observer'],
  ] as const)
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role, email: `${login}@alfa.test` });
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

/** Whose every violation of the content security policy is noted. */
async function watched(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newPage(browser, { reducedMotion: 'no-preference', ...options });
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(`${new URL(page.url()).pathname}: ${message.text()}`);
  });
  return page;
}
const visitor = (login: string) => ({ domain: DOMAIN, login, password: PASSWORD });

/** Without waiting for what only a company's page has. */
async function enter(page: Page, login: string, to: string): Promise<void> {
  await page.goto(`${stack.portal}/sign-in?to=${encodeURIComponent(to)}`);
  await page.fill('input[name=domain]', DOMAIN);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

describe.skipIf(!HAS_BROWSER)('the account', () => {
  test('a second factor is turned on by what the page shows; the next sign-in asks for it, a recovery code lets in; it is turned off by the password with a code', async () => {
    const page = await watched();
    await enter(page, 'anna', '/account');
    expect(await looks(page, 'account', undefined, { fullPage: true })).toEqual([]);
    await page.getByRole('link', { name: 'Включить' }).click();
    await page.waitForURL(/second-factor/);
    await page.getByRole('img', { name: 'QR-код' }).waitFor();
    expect(await looks(page, 'second-factor', undefined, { fullPage: true })).toEqual([]);
    const secret = await page.locator('input[name=secret]').inputValue();
    await page.fill('input[name=code]', '000000');
    await page.fill('input[name=password]', PASSWORD);
    await page.getByRole('button', { name: 'Включить' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.locator('input[name=secret]').inputValue()).toBe(secret);
    await page.fill('input[name=code]', totpCode(secret, Math.floor(Date.now() / 30_000)));
    await page.fill('input[name=password]', PASSWORD);
    await page.getByRole('button', { name: 'Включить' }).click();
    const codes = page.locator('ul.mono li');
    await codes.first().waitFor();
    expect(await looks(page, 'recovery-codes', undefined, { fullPage: true })).toEqual([]);
    const [code = '', ...rest] = await codes.allTextContents();
    await page.getByRole('button', { name: 'Я сохранил коды' }).click();
    await page.getByText('Кодов восстановления осталось: 10').waitFor();

    const next = await watched();
    await enter(next, 'anna', '/account');
    expect(new URL(next.url()).pathname).toBe('/sign-in/code');
    expect(await looks(next, 'code', undefined, { fullPage: true })).toEqual([]);
    await next.fill('input[name=code]', '123456');
    await next.click('button[type=submit]');
    await next.getByRole('alert').waitFor();
    await next.fill('input[name=code]', code);
    await next.click('button[type=submit]');
    await next.waitForURL(/\/account/);
    await next.getByText('Кодов восстановления осталось: 9').waitFor();
    expect(await looks(next, 'second-factor-on', undefined, { fullPage: true })).toEqual([]);

    const part = next.locator('form', { has: next.getByRole('button', { name: 'Выключить' }) });
    const send = async (button: string, password: string) => {
      await part.getByLabel('Нынешний пароль').fill(password);
      await part.getByLabel('Код из приложения или код восстановления').fill(rest.shift() ?? '');
      await part.getByRole('button', { name: button }).click();
    };
    await send('Выключить', 'found-it-open');
    await next.getByText('Нынешний пароль не подошёл.').waitFor();
    expect(await looks(next, 'second-factor-refused', undefined, { fullPage: true })).toEqual([]);
    await send('Новые коды восстановления', PASSWORD);
    const fresh = next.locator('ul.mono li');
    await fresh.first().waitFor();
    rest.unshift((await fresh.first().textContent()) ?? '');
    await send('Выключить', PASSWORD);
    await next.getByText('Второй шаг входа выключен.').waitFor();
  });

  test('a device signed out elsewhere is led to the sign-in page at its next step', async () => {
    const [here, there] = [await watched(), await watched()];
    await signIn(there, stack.portal, visitor('boris'), '/c/t1');
    await enter(here, 'boris', '/account');
    await here.getByRole('button', { name: 'Выйти на всех остальных' }).click();
    await here.getByText('Остальные устройства вышли.').waitFor();
    await there.goto(`${stack.portal}/c/t1/journal`);
    expect(there.url()).toContain('/sign-in?to=');
  });

  test('a link of a letter that is over says so and leads to a new one', async () => {
    const page = await watched();
    await page.goto(`${stack.portal}/sign-in/new-password?t=long-gone`);
    await page.getByText('Ссылка уже использована или устарела.').waitFor();
    expect(await looks(page, 'expired', undefined, { fullPage: true })).toEqual([]);
    await page.getByRole('link', { name: 'Запросить новую ссылку' }).click();
    await page.waitForURL(/recover/);
    expect(await looks(page, 'recover', undefined, { fullPage: true })).toEqual([]);
    await page.goto(`${stack.portal}/sign-in/help`);
    expect(await looks(page, 'help', undefined, { fullPage: true })).toEqual([]);
  });
});

describe.skipIf(!HAS_BROWSER)('users of a company (T-07, L-15, L-17, L-18, L-23, L-27)', () => {
  test('an administrator adds, changes, blocks and deletes several; not themselves', async () => {
    const page = await watched();
    await signIn(page, stack.portal, visitor('admin'), '/c/t1/people');
    await page.getByRole('heading', { name: 'Пользователи' }).first().waitFor();
    expect(await looks(page, 'people', undefined, { fullPage: true })).toEqual([]);
    const row = (login: string) => page.locator(`[data-user="${login}"]`);
    expect(
      await row('admin')
        .getByRole('button', { name: /Заблокировать/ })
        .count(),
    ).toBe(0);
    await page.getByRole('button', { name: 'Добавить' }).first().click();
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('Логин').fill('galina');
    await page.getByRole('dialog').getByRole('button', { name: 'Добавить' }).click();
    await page.getByText('Пароль короче 8 символов.').waitFor();
    await page.getByRole('textbox', { name: 'Пароль' }).fill('galina-secret');
    await page.getByRole('dialog').getByRole('button', { name: 'Добавить' }).click();
    await row('galina').waitFor();

    // L-27: a new password for whoever cannot get in
    await page.getByRole('button', { name: 'Изменить: galina' }).click();
    expect(await looks(page, 'person', undefined, { fullPage: true })).toEqual([]);
    await page.getByRole('textbox', { name: 'Новый пароль' }).fill('galina-again');
    await page.getByRole('button', { name: 'Сохранить' }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const galina = await watched();
    await signIn(galina, stack.portal, { domain: DOMAIN, login: 'galina', password: 'galina-again' }, '/c/t1');

    await row('galina')
      .getByRole('button', { name: /Заблокировать/ })
      .click();
    await row('galina').getByText('Заблокирован', { exact: true }).waitFor();
    await galina.goto(`${stack.portal}/c/t1`);
    expect(galina.url()).toContain('/sign-in');

    for (const login of ['galina', 'dina']) await page.getByRole('checkbox', { name: `Отметить: ${login}` }).check();
    await page.getByRole('button', { name: 'Удалить выбранные' }).click();
    await page.getByRole('button', { name: 'Удалить', exact: true }).click();
    await row('dina').waitFor({ state: 'detached' });
    expect(await row('galina').count()).toBe(0);
    const left = await stack.rest<{ data: { login: string }[] }>('GET', '/tenants/t1/users');
    expect(left.data.map((u) => u.login)).toEqual(['admin', 'anna', 'boris', 'vera']);
  });

  test('connection details of a phone: where it registers, and a new password shown once', async () => {
    const page = await watched();
    await signIn(page, stack.portal, visitor('admin'), '/c/t1/people');
    const row = page.locator('[data-account="phone101"]');
    for (const text of [DOMAIN, '127.0.0.1', '5060', 'UDP, TCP', 'Соколова А. П.']) await row.getByText(text).waitFor();
    await row.getByRole('button').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Новый пароль' }).click();
    const shown = (await page.locator('[data-password]').textContent()) ?? '';
    expect(shown).toMatch(/^[\w-]{16}$/);
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    expect(await page.content()).not.toContain(shown);
  });

  test('other roles have no such page', async () => {
    const page = await watched();
    await signIn(page, stack.portal, visitor('vera'), '/c/t1');
    expect((await page.goto(`${stack.portal}/c/t1/people`))?.status()).toBe(403);
  });
});

describe.skipIf(!HAS_BROWSER)('content security policy', () => {
  test('no page breaks it, and none allows inline styles or scripts', async () => {
    const page = await watched();
    for (const path of ['/sign-in', '/sign-in/recover', '/sign-in/help', '/sign-in/new-password?t=x']) {
      const response = await page.goto(`${stack.portal}${path}`);
      expect(response?.headers()['content-security-policy'], path).toContain("default-src 'self'");
    }
    await signIn(page, stack.portal, visitor('admin'), '/c/t1');
    for (const path of [...COMPANY.map((p) => `/c/t1${p}`), '/account', '/account/second-factor', '/c/t1/nothing-here']) {
      const response = await page.goto(`${stack.portal}${path}`);
      const policy = response?.headers()['content-security-policy'] ?? '';
      expect(policy, path).toContain("default-src 'self'");
      expect(policy, path).not.toMatch(/unsafe-inline|unsafe-eval/);
      // scripts run: from here on styles are set by them
      await page.locator('#first-styles').waitFor({ state: 'detached', timeout: 10_000 });
    }
    await page.goto(`${stack.portal}/c/t1/statistics`);
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    expect(violations).toEqual([]);
  });
});
