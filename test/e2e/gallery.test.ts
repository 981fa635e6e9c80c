import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const GALLERY = '/gallery';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  page = await newPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  await signIn(page, stack.portal, { domain: String(companies().t1?.tenant.domain), login: 'anna', password: PASSWORD }, GALLERY);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER)('the gallery of all parts', () => {
  test('fits a phone, in both themes, and axe finds nothing', async () => {
    expect(await looks(page, 'gallery', () => open(page, stack.portal + GALLERY), { fullPage: true })).toEqual([]);
  });

  test('what is shown once is copied as it stands', async () => {
    const value = await page.locator('[data-made]').textContent();
    await page.getByRole('button', { name: 'Скопировать', exact: true }).click();
    await page.getByText('Токен скопирован.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
  });
});
