import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { awake, axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const PAGE = '/operator/health';

let stack: Stack;
let browser: Browser;
let page: Page;

describe.skipIf(!HAS_BROWSER)('the page of how the system stands', () => {
  beforeAll(async () => {
    browser = await launchBrowser();
    stack = await startStack();
    await stack.rest('PUT', '/ops/users/olga', { password: PASSWORD, role: 'operator' });
    page = await newPage(browser);
    await signIn(page, stack.portal, { domain: OPERATOR_DOMAIN, login: 'olga', password: PASSWORD }, PAGE, awake);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.end();
  });

  test('all parts work, with what waits, room and times of keeping', async () => {
    await page.getByText('Всё работает').waitFor();
    expect(await page.locator('[data-part="recorder"]').textContent()).toMatch(/Рекордер\s*работает/);
    await page.getByRole('rowheader', { name: 'Пакеты SIP' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await looks(page, 'health', undefined, { fullPage: true })).toEqual([]);
  });

  test('how long what is kept is changed, after it was said what goes then', async () => {
    const row = page.getByRole('row', { name: /Отчёты RTCP/ });
    await row.getByRole('button', { name: 'Изменить срок: Отчёты RTCP' }).click();
    const dialog = page.getByRole('dialog', { name: 'Сколько хранить: Отчёты RTCP' });
    await dialog.getByLabel('Хранятся, дней').fill('10');
    await dialog.getByRole('button', { name: 'Что удалится?' }).click();
    await dialog.getByText('Сейчас не удалится ничего.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await looks(page, 'health-kept')).toEqual([]);
    // other days are asked anew
    await dialog.getByLabel('Хранятся, дней').fill('9');
    await dialog.getByLabel('Хранятся, дней').press('Tab');
    await dialog.getByRole('button', { name: 'Что удалится?' }).click();
    await dialog.getByRole('button', { name: 'Хранить 9 дней' }).click();
    await page.getByText('Срок хранения изменён').waitFor();
    await row.getByRole('cell', { name: '9', exact: true }).waitFor();
    const { tables } = await stack.rest<{ tables: { what: string; days: number }[] }>('GET', '/ops/retention');
    expect(tables.find(({ what }) => what === 'rtcp')?.days).toBe(9);
    await until(
      'the store goes by it',
      async () => /действует/.test((await row.textContent()) ?? '') && !/ещё не/.test((await row.textContent()) ?? ''),
      90_000,
    );
  });

  test('a part that stands is named by itself, with since when and what to do; and that it is over', async () => {
    const pid = stack.pidOf('recorder');
    await halt(pid);
    try {
      const trouble = page.locator('[data-trouble="recorder_stopped"]');
      await trouble.waitFor({ timeout: 60_000 });
      expect(await trouble.textContent()).toContain('Записи копятся в спуле');
      expect(await trouble.count()).toBe(1);
      expect(await looks(page, 'health-trouble', undefined, { fullPage: true })).toEqual([]);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await page.getByText('Всё работает').waitFor({ timeout: 60_000 });
    await page.getByText('Запись разговоров стоит').waitFor();
  });
});
