import { COMPANY_RIGHTS, GRANTS, ROLES } from '@callscope/modules/access/rights.ts';
import { rights as words } from '@callscope/portal/src/words/ru/rights.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const RIGHTS_PAGE = '/c/t1/settings/rights';
const TOKENS_PAGE = '/c/t1/settings/tokens';
const AUDIT_PAGE = '/c/t1/settings/audit';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  const { tenant, directory } = companies().t1 ?? {};
  await stack.rest('PUT', '/tenants/t1', tenant);
  await stack.rest('PUT', '/tenants/t1/directory', directory);
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain, login: 'admin', password: PASSWORD }, RIGHTS_PAGE);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const open = async (path: string) => {
  await page.goto(stack.portal + path);
  await settled(page);
};

describe.skipIf(!HAS_BROWSER)('rights and tokens in the settings', () => {
  test('the page of rights says what the table says', async () => {
    await open(RIGHTS_PAGE);
    for (const right of COMPANY_RIGHTS) {
      const cells = await page.locator(`[data-right="${right}"] td`).allInnerTexts();
      const told = [...ROLES, 'outside-observer' as const].map((role) => {
        const reach = GRANTS[role][right];
        return reach === undefined ? words.none : words.reaches[reach];
      });
      expect(cells, right).toEqual(told);
    }
  });

  test('a token is issued with chosen rights, shown once, works, and is revoked', async () => {
    await open(TOKENS_PAGE);
    await page.getByRole('button', { name: 'Новый токен' }).click();
    await page.getByLabel('Название').fill('Наша CRM');
    await page.getByRole('button', { name: 'Выпустить' }).click();
    await page.getByText('Отметьте хотя бы одно право').waitFor();
    await page.getByRole('checkbox', { name: words.names['directory:read'] }).check();
    await page.getByRole('button', { name: 'Выпустить' }).click();
    const token = (await page.locator('[data-made]').textContent())?.trim() ?? '';
    expect(token).toMatch(/^cs_/);
    const asked = async () => (await fetch(`${stack.portal}/api/v1/tenants/t1`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await asked()).toBe(200);
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await page.reload();
    await settled(page);
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Отозвать токен «Наша CRM»' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Отозвать' }).click();
    await page.getByText('Токен отозван').waitFor();
    expect(await asked()).toBe(401);
  });

  test('the audit says what was done, from what to what, and is filtered by its form', async () => {
    await stack.rest('PUT', '/tenants/t1/recordings/keeping', { keepDays: 30 });
    await open(AUDIT_PAGE);
    await page.locator('[data-act="recording.retention"]').getByText('keepDays:').waitFor();
    expect(await page.locator('[data-act="recording.retention"]').textContent()).toMatch(/180\s+30/);
    await page.getByLabel('Кто: логин или токен').fill('admin');
    await page.getByRole('button', { name: 'Показать' }).click();
    await page.waitForURL(/who=admin/);
    await page.locator('[data-act="person.sign-in"]').first().waitFor();
    expect(await page.locator('[data-act="recording.retention"]').count()).toBe(0);
    await page.getByLabel('С чем: звонок, логин, номер').fill('никто');
    await page.getByRole('button', { name: 'Показать' }).click();
    await page.getByText('Под условия ничего не подходит').waitFor();
  });

  test('the pages fit a phone, in both themes, and axe finds nothing', async () => {
    await stack.rest('POST', '/tenants/t1/tokens', { name: '1С', scopes: ['write'], expiresAt: '2199-01-01T00:00:00Z' });
    for (const path of [RIGHTS_PAGE, TOKENS_PAGE, AUDIT_PAGE])
      expect(await looks(page, path.split('/').at(-1) ?? '', () => open(path), { fullPage: true })).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await open(TOKENS_PAGE);
    await page.getByRole('button', { name: 'Новый токен' }).click();
    await page.getByLabel('Название').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'new-token-390');
  });
});
