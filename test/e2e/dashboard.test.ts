import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events } from '../medium/fixtures.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const MONTH = '/c/t1?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';

let stack: Stack;
let browser: Browser;
/** the supervisor's */
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  for (const role of ['supervisor', 'quality', 'marketing', 'finance'])
    await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  await stack.rest('PUT', '/tenants/t1/users/employee', { password: PASSWORD, role: 'employee', employee: 'e101' });
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length >= 19,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: 'alfa.pbx.test', login: 'supervisor', password: PASSWORD }, '/c/t1');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const open = async (path = MONTH, who = page) => {
  await who.goto(stack.portal + path);
  await settled(who);
};
/** Cards in the order of the page. */
const cards = (who = page) => who.locator('[data-card]').evaluateAll((all) => all.map((card) => card.getAttribute('data-card') ?? ''));
const card = (id: string) => page.locator(`[data-card="${id}"]`);
const grip = (id: string) => card(id).locator('.grip');
const kept = () => page.waitForResponse((response) => /\/c\/t1\/cards$/.test(response.url()) && response.ok());
const menuOf = async (id: string) => {
  await card(id)
    .getByRole('button', { name: /^Действия/ })
    .click();
  await page.getByRole('menu').waitFor();
};
const WHOLE = ['figures', 'hourly', 'missed', 'employees', 'numbers', 'now'];

describe.skipIf(!HAS_BROWSER)('the dashboard of a role', () => {
  test.each([
    ['supervisor', WHOLE],
    ['quality', ['figures', 'hourly', 'cases', 'employees', 'outgoing']],
    ['marketing', ['figures', 'numbers', 'groups', 'hourly', 'missed']],
    ['finance', ['figures', 'outgoing', 'outNumbers', 'employees', 'groups']],
    ['employee', ['figures', 'hourly', 'missed', 'cases', 'now']],
  ])('%s begins with cards of their work, and only these are loaded', async (role, expected) => {
    const who = await newPage(browser);
    await signIn(who, stack.portal, { domain: 'alfa.pbx.test', login: role, password: PASSWORD }, '/c/t1');
    await open(MONTH, who);
    expect(await cards(who)).toEqual(expected);
    expect(await axeFindings(who)).toEqual([]);
    await shot(who, `dashboard-${role}`, { fullPage: true });
    await who.context().close();
  });

  test('a figure of a card opens exactly its calls', async () => {
    await open();
    const link = card('numbers').locator('tbody a').first();
    const count = Number(await link.textContent());
    expect(count).toBeGreaterThan(0);
    await link.click();
    await page.waitForURL(/journal/);
    await settled(page);
    expect(await page.locator('[data-call]').count()).toBe(count);
  });
});

describe.skipIf(!HAS_BROWSER)('cards', () => {
  test('are moved by keys, the focus goes with them, and the order stays after F5', async () => {
    await open();
    await grip('missed').focus();
    const answer = kept();
    await page.keyboard.press('ArrowLeft');
    await answer;
    expect(await cards()).toEqual(['figures', 'missed', 'hourly', 'employees', 'numbers', 'now']);
    expect(await page.evaluate("document.activeElement.closest('[data-card]').dataset.card")).toBe('missed');
    await page.getByText('Пропущенные: место 2 из 6').waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowDown');
    expect(await cards()).toEqual(['figures', 'hourly', 'employees', 'missed', 'numbers', 'now']);
    const again = kept();
    await page.keyboard.press('ArrowUp');
    await again;
    const order = await cards();
    await page.reload();
    await settled(page);
    expect(await cards()).toEqual(order);
  });

  test('are moved by their menu', async () => {
    await open();
    await menuOf('now');
    const answer = kept();
    await page.getByRole('menuitem', { name: 'Выше' }).click();
    await answer;
    expect((await cards()).indexOf('now')).toBeLessThan(5);
    await menuOf('figures');
    expect(await page.getByRole('menuitem', { name: 'Левее' }).getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
  });

  test('are carried by the mouse', async () => {
    await open();
    const first = (await cards())[1] ?? '';
    const last = (await cards()).at(-1) ?? '';
    await grip(last).scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, -2_000);
    const from = await grip(first).boundingBox();
    const to = await card('figures').boundingBox();
    if (!from || !to) throw new Error('no cards');
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(to.x + 40, to.y + 20, { steps: 5 });
    expect(await card('figures').getAttribute('data-drop')).toBe('before row');
    const answer = kept();
    await page.mouse.up();
    await answer;
    expect((await cards()).slice(0, 2)).toEqual([first, 'figures']);
  });

  test('are hidden, brought back, added with their figures, and all go back to the role’s', async () => {
    await open();
    await menuOf('employees');
    const hidden = kept();
    await page.getByRole('menuitem', { name: 'Скрыть' }).click();
    await hidden;
    expect(await cards()).not.toContain('employees');
    await page.reload();
    await settled(page);
    expect(await cards()).not.toContain('employees');
    await page.getByRole('button', { name: 'Карточки' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Потерянные' }).click();
    await page.keyboard.press('Escape');
    await card('cases').getByText('Перезвонили').waitFor();
    await page.getByRole('button', { name: 'Карточки' }).click();
    await page.getByRole('menuitem', { name: 'Вернуть вид роли' }).click();
    await until('the role’s cards', async () => (await cards()).join() === WHOLE.join());
    await card('employees').locator('tbody tr').first().waitFor();
    await page.reload();
    await settled(page);
    expect(await cards()).toEqual(WHOLE);
  });

  test('one person’s order is nobody else’s', async () => {
    await open();
    const answer = kept();
    await grip('hourly').focus();
    await page.keyboard.press('ArrowDown');
    await answer;
    await stack.rest('PUT', '/tenants/t1/users/other', { password: PASSWORD, role: 'supervisor' });
    const other = await newPage(browser);
    await signIn(other, stack.portal, { domain: 'alfa.pbx.test', login: 'other', password: PASSWORD }, '/c/t1');
    expect(await cards(other)).toEqual(WHOLE);
    await other.context().close();
  });

  test('give their rows as CSV, and print alone', async () => {
    await open();
    await menuOf('numbers');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Скачать CSV' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^Входящие по номерам, .*\.csv$/);
    await page.evaluate(
      'globalThis.print = () => { globalThis.shown = [...document.querySelectorAll("[data-printed]")].map((c) => c.dataset.card) }',
    );
    await menuOf('numbers');
    await page.getByRole('menuitem', { name: 'Печать' }).click();
    await until('it is printed', async () => (await page.evaluate('globalThis.shown?.join()')) === 'numbers');
    await page.emulateMedia({ media: 'print' });
    expect(await card('numbers').locator('.tools').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Карточки' }).isVisible()).toBe(false);
    if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/dashboard.pdf`, format: 'A4' }).catch(() => undefined);
    await page.emulateMedia({ media: 'screen' });
  });

  test('light and dark, wide and narrow, with a menu open', async () => {
    expect(await looks(page, 'dashboard', () => open(), { fullPage: true })).toEqual([]);
    const shown = async () => {
      await open();
      await menuOf('hourly');
    };
    expect(await looks(page, 'dashboard-menu', shown)).toEqual([]);
    await page.keyboard.press('Escape');
  });
});
