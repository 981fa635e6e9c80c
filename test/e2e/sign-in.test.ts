import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, sideways, signIn } from './browser.ts';

const visitor = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: visitor.domain });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: visitor.password, role: 'admin' });
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const field = (name: string) => page.locator(`input[name=${name}]`);

describe.skipIf(!HAS_BROWSER)('signing in', () => {
  test('a wrong password is said, the form comes back empty and the help list is there (T-05, T-06, L-25)', async () => {
    await page.goto(`${stack.portal}/sign-in`);
    await field('domain').fill(visitor.domain);
    await field('login').fill(visitor.login);
    await field('password').fill('not this one');
    await page.click('button[type=submit]');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('не подошли');
    for (const name of ['domain', 'login', 'password']) expect(await field(name).inputValue()).toBe('');
    expect(await page.locator('ol li').count()).toBe(5);
    expect(await page.textContent('body')).toContain('Caps Lock');
  });

  test('who types before the scripts are here goes on typing where they were', async () => {
    const slow = await (await browser.newContext({ locale: 'ru-RU' })).newPage();
    const { promise: scripts, resolve: arrive } = Promise.withResolvers<void>();
    await slow.route('**/*.js', async (route) => {
      await scripts;
      await route.continue();
    });
    await slow.goto(`${stack.portal}/sign-in`, { waitUntil: 'commit' });
    await slow.locator('input[name=domain]').fill(visitor.domain);
    await slow.locator('input[name=login]').fill(visitor.login);
    await slow.locator('input[name=password]').focus();
    await slow.keyboard.type(visitor.password.slice(0, 4));
    arrive();
    await slow.locator('.in-btn').waitFor();
    await slow.keyboard.type(visitor.password.slice(4));
    for (const name of ['domain', 'login', 'password'] as const) {
      expect(await slow.locator(`input[name=${name}]`).inputValue()).toBe(visitor[name]);
    }
    await slow.keyboard.press('Enter');
    await slow.waitForURL(/\/c\/t1/);
    await slow.context().close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, desktop and 390 px', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${stack.portal}/sign-in`);
      expect(await axeFindings(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('every entry of the menu opens its page (T-12)', async () => {
    await signIn(page, stack.portal, visitor, '/c/t1');
    const hrefs = await page.locator('.side nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(hrefs).toContain('/c/t1/journal');
    expect(hrefs.length).toBeGreaterThan(8);
    for (const href of hrefs) {
      expect((await page.goto(stack.portal + href))?.status(), String(href)).toBe(200);
      expect(await page.locator('.side nav a[aria-current="page"]').getAttribute('href')).toBe(href);
    }
    await page.context().clearCookies();
  });

  test('the right one opens the company; the palette finds pages; one signs out (S-03)', async () => {
    await signIn(page, stack.portal, visitor, '/');
    expect(new URL(page.url()).pathname).toBe('/c/t1');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('журнал');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/c\/t1\/journal/);
    await page
      .getByRole('button', { name: /AD|admin/i })
      .last()
      .click();
    await page.getByRole('menuitem', { name: 'Выйти' }).click();
    await page.waitForURL(/\/sign-in/);
    await page.goto(`${stack.portal}/c/t1`);
    expect(page.url()).toContain('/sign-in');
  });
});

describe.skipIf(!HAS_BROWSER)('how fresh the data is', () => {
  test('the badge is red with words when what assembles calls stands still, and green again when it goes on (T-69)', async () => {
    await signIn(page, stack.portal, visitor, '/c/t1/journal');
    await page.locator('.fresh', { hasText: 'Данные:' }).waitFor();
    const assembler = stack.pidOf('assembler');
    await halt(assembler);
    try {
      await page.locator('.fresh.behind', { hasText: 'Данные отстают на' }).waitFor({ timeout: 25_000 });
    } finally {
      process.kill(assembler, 'SIGCONT');
    }
    await until('the badge is calm again', async () => (await page.locator('.fresh.behind').count()) === 0, 40_000);
  });
});
