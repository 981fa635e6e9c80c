import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events } from '../medium/fixtures.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, settled, signIn, still } from './browser.ts';

const PASSWORD = 'secret-secret';
const NAME = 'Входящие ноября';

interface Focusable {
  ownerDocument: { activeElement: unknown };
}

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
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor' });
  await stack.rest('PUT', '/tenants/t1/users/erik', { password: PASSWORD, role: 'employee', employee: 'e101' });
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length >= 19,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: 'alfa.pbx.test', login: 'olga', password: PASSWORD }, '/c/t1/journal');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const button = (who: Page) => who.getByRole('button', { name: /^Виды/ });
const openMenu = async (who: Page) => {
  await button(who).click();
  await who.getByRole('menu').waitFor();
  await still(who);
};
const rows = (who: Page) => who.locator('[data-call]').count();

describe.skipIf(!HAS_BROWSER)('saved views', () => {
  const ASKED = '/c/t1/journal?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&direction=in';
  let found = 0;

  test('what the journal is asked is saved under a name, stays after F5, and opens again', async () => {
    await page.goto(stack.portal + ASKED);
    await settled(page);
    found = await rows(page);
    expect(found).toBeGreaterThan(0);
    await openMenu(page);
    await page.getByText('Видов этой страницы пока нет').waitFor();
    await page.getByRole('menuitem', { name: 'Сохранить как вид' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Даты сохранятся как есть.').waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByText('Введите название').waitFor();
    await dialog.getByLabel('Название').fill(NAME);
    await page.keyboard.press('Enter');
    await page.getByText(`Вид «${NAME}» сохранён.`).waitFor();
    await page.getByRole('button', { name: `Виды, открыт «${NAME}»` }).waitFor();
    await page.reload();
    await settled(page);
    await page.getByRole('button', { name: `Виды, открыт «${NAME}»` }).waitFor();
    // elsewhere no view is open, and by keys it is opened
    await page.goto(`${stack.portal}/c/t1/journal?period=yesterday`);
    await settled(page);
    await page.getByRole('button', { name: 'Виды', exact: true }).focus();
    await page.keyboard.press('Enter');
    const item = page.getByRole('menuitemradio', { name: NAME });
    await item.waitFor();
    expect(await item.getAttribute('aria-checked')).toBe('false');
    while (!(await item.evaluate((node) => (node as unknown as Focusable).ownerDocument.activeElement === node)))
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/direction=in/);
    await page.getByRole('button', { name: `Виды, открыт «${NAME}»` }).waitFor();
    expect(await rows(page)).toBe(found);
    await openMenu(page);
    expect(await item.getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press('Escape');
  });

  test('a name is there once: the view of this name is replaced when asked', async () => {
    await page.goto(`${stack.portal}/c/t1/journal?period=last-month&direction=in`);
    await settled(page);
    await openMenu(page);
    await page.getByRole('menuitem', { name: 'Сохранить как вид' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Период «Прошлый месяц» отсчитывается от дня').waitFor();
    await dialog.getByLabel('Название').fill('Второй');
    await page.keyboard.press('Enter');
    await page.getByText('Вид «Второй» сохранён.').waitFor();
    await page.goto(`${stack.portal}/c/t1/journal?period=yesterday&direction=out`);
    await settled(page);
    await openMenu(page);
    await page.getByRole('menuitem', { name: 'Сохранить как вид' }).click();
    await dialog.getByLabel('Название').fill('второй');
    await page.keyboard.press('Enter');
    await dialog.getByText('Вид с таким названием уже есть.').waitFor();
    await dialog.getByRole('button', { name: 'Заменить' }).click();
    await page.getByRole('button', { name: 'Виды, открыт «Второй»' }).waitFor();
  });

  test('it is shared, and another person opens it and sees their own calls alone', async () => {
    await openMenu(page);
    await page.getByRole('menuitem', { name: 'Изменить виды' }).click();
    await page.getByRole('button', { name: `Показать «${NAME}» всей компании` }).click();
    await page.getByText('Вид видит вся компания.').waitFor();
    await page.getByText('сохранил olga').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).click();
    const erik = await newPage(browser);
    await signIn(erik, stack.portal, { domain: 'alfa.pbx.test', login: 'erik', password: PASSWORD }, '/c/t1/journal');
    await openMenu(erik);
    expect(await erik.getByRole('menuitem', { name: 'Изменить виды' }).count()).toBe(0);
    expect(await erik.getByRole('menuitemradio', { name: 'Второй' }).count()).toBe(0);
    await erik.getByRole('menuitemradio', { name: NAME }).click();
    await erik.getByRole('button', { name: `Виды, открыт «${NAME}»` }).waitFor();
    expect(await rows(erik)).toBeLessThan(found);
    // the palette has it too
    await erik.goto(`${stack.portal}/c/t1/phones`);
    await settled(erik);
    await erik.keyboard.press('Control+k');
    await erik.keyboard.type('входящие');
    await erik.getByRole('option', { name: NAME }).waitFor();
    await erik.keyboard.press('Enter');
    await erik.waitForURL(/journal\?.*direction=in/);
    await erik.context().close();
  });

  test('missed, statistics, details and ad lines have views of their own', async () => {
    for (const [path, query, name] of [
      ['missed', 'show=overdue', 'Просроченные'],
      ['statistics', 'period=week&chart=bars', 'Неделя столбиками'],
      ['details', 'show=lost&period=week', 'Потерянные за неделю'],
      ['ad-lines', 'period=last-month', 'Реклама прошлого месяца'],
    ] as const) {
      await page.goto(`${stack.portal}/c/t1/${path}?${query}`);
      await settled(page);
      await openMenu(page);
      expect(await page.getByRole('menuitemradio').count()).toBe(0);
      await page.getByRole('menuitem', { name: 'Сохранить как вид' }).click();
      await page.getByLabel('Название').fill(name);
      await page.getByLabel('Показать всей компании').check();
      await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
      await page.getByRole('button', { name: `Виды, открыт «${name}»` }).waitFor();
    }
    expect((await stack.rest<{ data: { name: string }[] }>('GET', '/tenants/t1/views')).data.map((v) => v.name)).toEqual([
      'Реклама прошлого месяца',
      'Потерянные за неделю',
      NAME,
      'Просроченные',
      'Неделя столбиками',
    ]);
  });

  test('it is renamed, and deleted after a question', async () => {
    await page.goto(stack.portal + ASKED);
    await settled(page);
    await openMenu(page);
    await page.getByRole('menuitem', { name: 'Изменить виды' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Переименовать «Второй»' }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Вчерашние исходящие');
    await page.keyboard.press('Enter');
    await dialog.getByText('Вчерашние исходящие').waitFor();
    await dialog.getByRole('button', { name: `Удалить «${NAME}»` }).click();
    await dialog.getByText(`Удалить общий вид «${NAME}»? Он пропадёт у всех.`).waitFor();
    await dialog.getByRole('button', { name: 'Отмена' }).click();
    await dialog.getByRole('button', { name: `Удалить «${NAME}»` }).click();
    await dialog.getByRole('button', { name: 'Удалить', exact: true }).click();
    await page.getByText('Вид удалён.').waitFor();
    await dialog.getByText(NAME).waitFor({ state: 'detached' });
    // the focus stays in the dialog
    expect(await page.evaluate("document.activeElement?.closest('[role=dialog]') !== null")).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Виды', exact: true }).waitFor();
  });

  test('light and dark, wide and narrow: menu, dialogs, and a view of somebody who is gone', async () => {
    await stack.rest('POST', '/tenants/t1/views', { page: 'journal', name: 'Уволенный сотрудник', query: 'employee=nobody&period=month' });
    const path = '/c/t1/journal?employee=nobody&period=month';
    const menu = async (at = path) => {
      await open(page, stack.portal + at);
      await openMenu(page);
    };
    expect(await looks(page, 'views-menu', () => menu())).toEqual([]);
    await page.getByText('Условия называют то, чего нет в справочнике').waitFor();
    const save = async () => {
      await menu('/c/t1/statistics?period=week');
      await page.getByRole('menuitem', { name: 'Сохранить как вид' }).click();
      await page.getByRole('dialog').waitFor();
    };
    expect(await looks(page, 'views-save', save)).toEqual([]);
    const edit = async () => {
      await menu();
      await page.getByRole('menuitem', { name: 'Изменить виды' }).click();
      await page.getByRole('button', { name: 'Переименовать «Вчерашние исходящие»' }).click();
      await page.getByRole('button', { name: 'Удалить «Уволенный сотрудник»' }).click();
    };
    expect(await looks(page, 'views-edit', edit)).toEqual([]);
    expect(await looks(page, 'views-missed', () => open(page, `${stack.portal}/c/t1/missed?show=overdue`))).toEqual([]);
  });
});
