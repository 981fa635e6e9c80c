import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { zone } from './alfa.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const admin = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const PATH = '/c/t1/settings/notices';
const OWN = '73910000122';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  // nobody listens there: messages wait, and the page says why
  stack = await startStack({ env: { SMTP_URL: 'smtp://127.0.0.1:1', PORTAL_URL: 'http://portal.test' } });
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/directory', {
    ...{ numbers: [{ number: OWN, label: 'Главный' }], groups: [], accounts: [] },
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: admin.password, role: 'admin' });
  page = await newPage(browser);
  await signIn(page, stack.portal, admin, PATH);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const missed = (id: string): MadeCall => ({
  ...{ id, tenant: 't1', domain: admin.domain, direction: 'in', from: '79130001000', to: OWN },
  ...{ startedAt: Date.now() - 21_000, wait: 20, talk: 0, code: 487, legs: [{ target: '101', after: 1, code: 487 }] },
});

describe.skipIf(!HAS_BROWSER)('notices in a browser', () => {
  test('a letter and a webhook are set up; what is wrong is said, and a secret is shown once', async () => {
    await page.getByText('Никому не сообщаем').waitFor();
    expect(await looks(page, 'notices-none')).toEqual([]);
    await page.getByRole('button', { name: 'Новое уведомление' }).click();
    const form = page.getByRole('dialog', { name: 'Новое уведомление' });
    await form.getByLabel('Название').fill('Дежурному');
    await form.getByLabel('Кому').fill('дежурный');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('Проверьте адреса').waitFor();
    expect(await looks(page, 'notices-form')).toEqual([]);
    await form.getByLabel('Кому').fill('duty@alfa.test');
    await form.getByRole('button', { name: 'Номера:' }).click();
    await page.getByRole('option', { name: /Главный/ }).click();
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Уведомление сохранено.').waitFor();
    expect(await page.getByRole('row', { name: /Дежурному/ }).textContent()).toMatch(
      /Главный[\s\S]*Письмо[\s\S]*duty@alfa\.test[\s\S]*включено/,
    );

    await page.getByRole('button', { name: 'Новое уведомление' }).click();
    await form.getByLabel('Название').fill('CRM');
    await form.getByRole('button', { name: 'Как сообщать:' }).click();
    await page.getByRole('option', { name: /webhook/ }).click();
    await form.getByLabel('Адрес программы').fill('http://127.0.0.1:9/hook');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Секрет видно один раз').waitFor();
    expect(await page.locator('main').textContent()).toMatch(/whsec_[\w-]{43}/);
    expect(await looks(page, 'notices-secret')).toEqual([]);
    await open(page, `${stack.portal}${PATH}`);
    expect(await page.locator('main').textContent()).not.toContain('whsec_');
  });

  test('what could not be told says why and is sent again; a rule is changed and deleted', async () => {
    await sendTcp(stack.ports.events, [...callBegins(missed('n1')), ...callEnds(missed('n1'))]);
    const log = async () => (await stack.rest<{ data: { fault: string }[] }>('GET', '/tenants/t1/notices/log')).data;
    await until('both were tried', async () => (await log()).filter(({ fault }) => fault !== '').length === 2, 30_000);
    await open(page, `${stack.portal}${PATH}`);
    await page.getByText(/попытка \d: адрес внутри сети оператора/).waitFor();
    expect(await looks(page, 'notices')).toEqual([]);
    await page
      .getByRole('button', { name: /Отправить снова: звонок от/ })
      .first()
      .click();
    await page.getByText('Отправляется снова.').waitFor();

    await page.getByRole('button', { name: 'Изменить уведомление «Дежурному»' }).click();
    const form = page.getByRole('dialog', { name: 'Изменить уведомление' });
    await form.getByRole('switch', { name: 'Включено' }).click();
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page
      .getByRole('row', { name: /Дежурному/ })
      .getByText('выключено')
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Удалить уведомление «CRM»' }).click();
    await page.getByRole('dialog', { name: 'Удалить уведомление?' }).getByRole('button', { name: 'Удалить', exact: true }).click();
    await page.getByText('Уведомление удалено.').waitFor();
    expect((await stack.rest<{ data: object[] }>('GET', '/tenants/t1/notices')).data).toHaveLength(1);
  });
});
