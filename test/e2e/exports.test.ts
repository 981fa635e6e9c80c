import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALONE, END, LARGEST, makeCalls, makeCompanies } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';

const anna = { domain: `${LARGEST}.pbx.test`, login: 'anna', password: 'secret-secret' };
const HOME = `/c/${LARGEST}`;
const PATH = `${HOME}/exports`;
const CALLS = 60_000;
const period = (days: number) => `from=${new Date(END - days * 86_400_000).toISOString()}&to=${new Date(END).toISOString()}`;

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  // nobody listens there: letters wait
  stack = await startStack({ env: { SMTP_URL: 'smtp://127.0.0.1:1', PORTAL_URL: 'http://portal.test' } });
  browser = await launchBrowser();
  const store = storeOf(stack);
  await makeCompanies(stack, ALONE);
  await makeCalls(store, CALLS, ALONE);
  await store.close();
  const user = { password: anna.password, role: 'supervisor', email: 'anna@alfa.test' };
  await stack.rest('PUT', `/tenants/${LARGEST}/users/anna`, user);
  page = await newPage(browser);
  await signIn(page, stack.portal, anna, PATH);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

/** Files of hers as other processes have left and make them: what a page shows at one moment, all kinds of it at once. */
async function filesOfAllKinds(): Promise<void> {
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  const made = (title: string, format: string, rest: Record<string, unknown>) => {
    const row = { tenant: LARGEST, by: 'person', who: 'anna', question: '{"of":"calls","query":""}', format, title, ...rest };
    const names = Object.keys(row);
    return db.query(
      `INSERT INTO exports (maker, ${names.join(', ')}) SELECT id, ${names.map((_, i) => `$${i + 1}`).join(', ')} FROM users WHERE login = 'anna'`,
      Object.values(row),
    );
  };
  const soon = new Date(Date.now() + 86_400_000);
  const until = new Date(Date.now() + 2 * 86_400_000);
  try {
    await db.query('DELETE FROM exports');
    const ended = { ended_at: new Date(), expires_at: until };
    await made('Звонки, 1 ноября 2025 – 31 октября 2026', 'pdf', { state: 'failed', fault: 'pdf', ...ended });
    await made('Пропущенные, октябрь 2026', 'csv', { state: 'cancelled', rows: 41_200, bytes: 5_100_000, ...ended });
    await made('Звонки, октябрь 2026', 'csv', { state: 'done', rows: 6_817, bytes: 912_345, letter: 'sent', ...ended });
    await made('Звонки по отделам, октябрь 2026', 'xlsx', { state: 'running', rows: 7, bytes: 9_000, next_at: soon, tries: 1 });
    await made('Звонки, 1 ноября 2025 – 31 октября 2026', 'xlsx', {
      ...{ state: 'running', rows: 1_204_500, of_rows: 3_180_000, bytes: 98_300_000, next_at: soon, tries: 1, letter: 'wanted' },
    });
    await made('Звонки, сентябрь 2026', 'xlsx', { next_at: soon });
    await made('Звонки, август 2026', 'json', { next_at: soon, fault: 'again' });
  } finally {
    await db.end();
  }
}

describe.skipIf(!HAS_BROWSER)('files in the background, in a browser', () => {
  test('of a long list the menu offers it first; it is asked for, and told of wherever one is when it is ready', async () => {
    await page.getByText('Файлов пока нет').waitFor();
    expect(await looks(page, 'exports-none')).toEqual([]);
    await open(page, `${stack.portal}${HOME}/journal?${period(366)}`);
    await page
      .getByRole('button', { name: /^Скачать все звонки/ })
      .first()
      .click();
    const items = page.getByRole('menuitem');
    expect(await items.first().textContent()).toContain('Подготовить в фоне');
    expect(await items.filter({ hasText: 'Скачать XLSX' }).count()).toBe(1);
    await items.first().click();
    const form = page.getByRole('dialog', { name: 'Подготовить файл в фоне' });
    await form.getByText('Ссылка придёт на anna@alfa.test.').waitFor();
    expect(await form.getByRole('radio', { name: 'PDF' }).isDisabled()).toBe(true);
    await form.getByText('CSV').click();
    await form.getByText('Прислать письмом').click();
    await form.getByRole('button', { name: 'Подготовить', exact: true }).click();
    await page.getByText('Файл готовится.').waitFor();
    await form.waitFor({ state: 'hidden' });
    // elsewhere in the portal meanwhile
    await page.getByRole('link', { name: 'Статистика' }).first().click();
    await page.getByText(/^Файл готов: Звонки, /).waitFor({ timeout: 60_000 });
    expect(await page.getByText('Файл готовится.').count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('region', { name: 'Сообщения' }).getByRole('button', { name: 'Скачать' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^Звонки, .*\.csv$/);
    await open(page, `${stack.portal}${PATH}`);
    const row = page.getByRole('row', { name: /Звонки/ });
    expect(await row.textContent()).toMatch(/CSV, заказан[\s\S]*готов[\s\S]*письмо отправляется[\s\S]*60\s000/);
  });

  test('of a short list and of a block it is the last of the menu', async () => {
    await open(page, `${stack.portal}${HOME}/journal?${period(7)}`);
    await page
      .getByRole('button', { name: /^Скачать все звонки/ })
      .first()
      .click();
    expect(await page.getByRole('menuitem').last().textContent()).toContain('Подготовить в фоне');
    await page.keyboard.press('Escape');
    await open(page, `${stack.portal}${HOME}/statistics?${period(7)}&section=in`);
    await page
      .locator('[data-report="incoming-by-number"]')
      .getByRole('button', { name: /^Действия/ })
      .click();
    await page.getByRole('menuitem', { name: 'Подготовить в фоне' }).click();
    const form = page.getByRole('dialog', { name: 'Подготовить файл в фоне' });
    await form.getByText('Ссылка придёт на').waitFor();
    expect(await looks(page, 'exports-form')).toEqual([]);
    await form.getByRole('button', { name: 'Подготовить', exact: true }).click();
    await page.getByText('Файл готовится.').waitFor();
    await page.getByRole('button', { name: 'Мои файлы' }).click();
    await page.waitForURL((url) => url.pathname === PATH);
    await page.getByText(/^Файл готов: /).waitFor();
    expect(await page.getByRole('link', { name: /^Скачать файл/ }).count()).toBe(2);
  });

  test('the page says how far each is, why one failed and until when it is kept; it is cancelled, and deleted', async () => {
    await filesOfAllKinds();
    await open(page, `${stack.portal}${PATH}?refused=gone`);
    await page.getByText('Этого файла уже нет: его удалили').waitFor();
    const bar = page.getByRole('progressbar', { name: 'Готовность файла «Звонки, 1 ноября 2025 – 31 октября 2026»' });
    expect(Number(await bar.getAttribute('value'))).toBeCloseTo(0.379, 2);
    await page.getByText('следующий в очереди').waitFor();
    await page.getByText('в очереди, впереди 1').waitFor();
    await page.getByText('В PDF помещается до 10 000 строк').waitFor();
    expect(await looks(page, 'exports')).toEqual([]);

    const letter = page.getByRole('button', { name: 'Прислать письмом файл «Звонки, сентябрь 2026», когда будет готов' });
    await letter.click();
    await page
      .getByRole('row', { name: /сентябрь 2026/ })
      .getByText('пришлём письмо')
      .waitFor();
    expect(await letter.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Отменить файл «Звонки, сентябрь 2026»' }).click();
    await page.getByText('Файл отменён.').waitFor();
    await page
      .getByRole('row', { name: /сентябрь 2026/ })
      .getByText('отменён')
      .waitFor();
    await page.getByRole('button', { name: 'Удалить файл «Звонки, сентябрь 2026»' }).click();
    await page.getByRole('dialog', { name: 'Удалить файл?' }).getByRole('button', { name: 'Удалить', exact: true }).click();
    await page.getByText('Файл удалён.').waitFor();
    await page.getByRole('row', { name: /сентябрь 2026/ }).waitFor({ state: 'detached' });
  });
});
