import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, open, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const CHOICE = '/c/t1/view-as';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/mark', { password: PASSWORD, role: 'marketing' });
  await stack.rest('PUT', '/ops/users/sofia', { password: PASSWORD, role: 'support' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: OPERATOR_DOMAIN, login: 'sofia', password: PASSWORD }, CHOICE);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const banner = () => page.getByRole('region', { name: 'Просмотр от чужого имени' });

describe.skipIf(!HAS_BROWSER)('view as', () => {
  test("support chooses one of the company's people; without a reason nothing begins", async () => {
    expect(await looks(page, 'view-as', () => open(page, stack.portal + CHOICE))).toEqual([]);
    await page.getByRole('button', { name: 'Смотреть как anna' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Причина').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'view-as-reason');
    await dialog.getByRole('button', { name: 'Смотреть как anna' }).click();
    expect(await dialog.getByLabel('Причина').evaluate((field) => field.matches(':invalid'))).toBe(true);
    expect(await banner().count()).toBe(0);
    await dialog.getByLabel('Причина').fill('обращение 4711');
    await page.keyboard.press('Enter');
    await banner().waitFor();
    expect(new URL(page.url()).pathname).toBe('/c/t1');
  });

  test('the banner stands on every page, also below, and says who, as whom and until when', async () => {
    const menu = await page.getByRole('navigation', { name: 'Разделы' }).first().getByRole('link').allInnerTexts();
    expect(menu).not.toContain('Пользователи');
    for (const path of ['/c/t1', '/c/t1/journal', '/c/t1/live', '/c/t1/statistics', '/c/t1/missed', '/c/t2']) {
      await page.goto(stack.portal + path);
      await banner().waitFor();
      expect(await banner().textContent(), path).toMatch(/sofia, вы смотрите как anna \(Администратор\)\s+до \d\d:\d\d, только чтение/);
    }
    expect(await looks(page, 'viewing', () => open(page, `${stack.portal}/c/t1/journal`))).toEqual([]);
    await page.goto(`${stack.portal}/c/t1`);
    await page.mouse.wheel(0, 2_000);
    expect((await banner().boundingBox())?.y).toBe(0);
  });

  test('back to oneself: the banner goes, and another company is there again', async () => {
    await banner().getByRole('button', { name: 'Вернуться' }).click();
    await page.waitForURL(`**${CHOICE}`);
    await settled(page);
    expect(await banner().count()).toBe(0);
    await page.goto(`${stack.portal}/c/t2/view-as`);
    await settled(page);
    await page.getByRole('heading', { name: 'Смотреть как' }).waitFor();
  });
});
