import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../medium/stack.ts';
import { zone } from './alfa.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';

const boss = { domain: 'alfa.pbx.test', login: 'boss', password: 'secret-secret' };
const PATH = '/c/t1/settings/mailings';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  // nobody listens there: letters wait, and the page says why
  stack = await startStack({ env: { SMTP_URL: 'smtp://127.0.0.1:1', PORTAL_URL: 'http://portal.test' } });
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: boss.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/users/boss', { password: boss.password, role: 'admin', email: 'boss@alfa.test' });
  page = await newPage(browser);
  await signIn(page, stack.portal, boss, PATH);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const mailings = async () =>
  (
    await stack.rest<{ data: { id: string; every: string; minute: number; addresses: object[]; nextAt: string | null }[] }>(
      'GET',
      '/tenants/t1/mailings',
    )
  ).data;

describe.skipIf(!HAS_BROWSER)('mailings in a browser', () => {
  test('none, then one: what is wrong is said, what is right is kept, and its first letter says why it waits', async () => {
    await page.getByText('Рассылок пока нет').waitFor();
    expect(await page.getByRole('button', { name: 'Новая рассылка' }).isDisabled()).toBe(true);
    expect(await looks(page, 'mailings-none')).toEqual([]);
    for (const [name, query] of [
      ['Звонки за вчера', 'period=yesterday'],
      ['Рекламная неделя', 'from=2026-11-02T00:00:00Z&to=2026-11-09T00:00:00Z'],
    ])
      await stack.rest('POST', '/tenants/t1/views', { page: 'journal', name, query });

    await open(page, `${stack.portal}${PATH}`);
    await page.getByRole('button', { name: 'Новая рассылка' }).click();
    const form = page.getByRole('dialog', { name: 'Новая рассылка' });
    await form.getByRole('button', { name: 'Что присылать:' }).click();
    await page.getByRole('option', { name: /Рекламная неделя/ }).click();
    await form.getByText('Даты этого вида не меняются').waitFor();
    await form.getByRole('button', { name: 'Что присылать:' }).click();
    await page.getByRole('option', { name: /Звонки за вчера/ }).click();
    await form.getByRole('button', { name: 'Как часто:' }).click();
    await page.getByRole('option', { name: 'каждую неделю' }).click();
    await form.getByRole('button', { name: 'День недели:' }).click();
    await page.getByRole('option', { name: 'пятница' }).click();
    await form.getByLabel('Время').fill('18:30');
    await form.getByLabel('Кому').fill('директор');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('Проверьте адреса').waitFor();
    expect(await looks(page, 'mailings-form')).toEqual([]);
    await form.getByLabel('Кому').fill('partner@example.org');
    await form.getByRole('button', { name: 'Пользователи кабинета: никто не выбран' }).click();
    await page.getByRole('option', { name: /boss/ }).click();
    await page.keyboard.press('Escape');
    expect(await form.getByLabel('Кому').inputValue()).toBe('partner@example.org\nboss@alfa.test');
    await form.getByRole('button', { name: 'Пользователи кабинета: boss' }).waitFor();
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Рассылка сохранена.').waitFor();
    await form.waitFor({ state: 'hidden' });
    const [made] = await mailings();
    expect(made).toMatchObject({ every: 'week', minute: 18 * 60 + 30, addresses: [{}, {}] });
    const row = page.getByRole('row', { name: /Звонки за вчера/ });
    expect(await row.textContent()).toMatch(/пятница, 18:30[\s\S]*2 адреса[\s\S]*ещё не было/);

    await page.getByRole('button', { name: 'Отправить «Звонки за вчера» сейчас' }).click();
    await row.getByText('не отправлено:').waitFor();
    expect(await looks(page, 'mailings')).toEqual([]);
  });

  test('it is changed, switched off, and deleted', async () => {
    await page.getByRole('button', { name: 'Изменить рассылку «Звонки за вчера»' }).click();
    const form = page.getByRole('dialog', { name: 'Изменить рассылку' });
    expect(await form.getByLabel('Время').inputValue()).toBe('18:30');
    await form.getByRole('button', { name: 'Как часто:' }).click();
    await page.getByRole('option', { name: 'каждый день' }).click();
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('каждый день в 18:30').waitFor();
    await page.getByRole('button', { name: 'Выключить рассылку «Звонки за вчера»' }).click();
    await page.getByText('Рассылка выключена.').waitFor();
    expect((await mailings())[0]?.nextAt).toBe(null);
    await page.getByRole('button', { name: 'Удалить рассылку «Звонки за вчера»' }).click();
    await page.getByRole('dialog', { name: 'Удалить рассылку?' }).getByRole('button', { name: 'Удалить', exact: true }).click();
    await page.getByText('Рассылок пока нет').waitFor();
    expect(await mailings()).toEqual([]);
  });

  test('a link of a letter whose mailing is gone says that nothing more comes', async () => {
    await page.goto(`${stack.portal}/mailings/leave/${'a'.repeat(32)}`);
    await page.getByRole('heading', { name: 'Ссылка не работает' }).waitFor();
    expect(await looks(page, 'mailings-over')).toEqual([]);
  });
});
