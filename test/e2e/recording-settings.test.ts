import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const RECORDING = '/c/t1/settings/recording';
const KEEPING = '/c/t1/settings/keeping';

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
  for (const role of ['admin', 'quality']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', reducedMotion: 'reduce' });
  page = await context.newPage();
  await signIn(page, stack.portal, { domain, login: 'admin', password: PASSWORD }, RECORDING);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const open = async (path: string) => {
  await page.goto(stack.portal + path);
  await settled(page);
};
const policy = async () =>
  (await stack.rest<{ policy: { mode: string; kinds: Record<string, boolean> } | null }>('GET', '/tenants/t1/recordings/policy')).policy;

describe.skipIf(!HAS_BROWSER)('recording in the settings', () => {
  test('what is recorded is chosen, explained for each employee, and saved', async () => {
    await open(RECORDING);
    await page.getByRole('button', { name: /Чьи разговоры записывать/ }).click();
    await page.getByRole('option', { name: 'Отмеченных сотрудников' }).click();
    await page.getByText('отметка в справочнике').first().waitFor();
    await page.getByRole('button', { name: 'Как в прежней системе' }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await until('it is saved', async () => (await policy())?.mode === 'chosen');
    expect((await policy())?.kinds).toMatchObject({ inForwardedFar: false, in: true });
    await page.reload();
    await settled(page);
    expect(await page.getByRole('checkbox', { name: /другой город/ }).isChecked()).toBe(false);
  });

  test('a hold is placed and released; what another term would take away is told before it is saved', async () => {
    await open(KEEPING);
    await page.getByLabel('Номер телефона').first().fill('8 (913) 000-77-03');
    await page.getByLabel('Причина').first().fill('спор с клиентом');
    await page.getByRole('button', { name: 'Запретить удаление' }).click();
    await page.getByRole('button', { name: /^Снять запрет: Номер/ }).click();
    await page.getByText('Запретов нет').waitFor();
    await page.getByLabel('Хранить, дней').fill('30');
    await page.getByLabel('Хранить, дней').press('Tab');
    await page.getByText('С этим сроком сразу уйдёт').waitFor();
    expect(await stack.rest('GET', '/tenants/t1/recordings/keeping')).toEqual({ keepDays: 180 });
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await until(
      'it is saved',
      async () => (await stack.rest<{ keepDays: number }>('GET', '/tenants/t1/recordings/keeping')).keepDays === 30,
    );
  });

  test("erasing asks once more, and refuses the company's own number", async () => {
    await open(KEEPING);
    const number = page.getByLabel('Номер телефона').last();
    await number.fill('101');
    await page.getByLabel('Причина').last().fill('по заявлению');
    const erase = async (told: string) => {
      await page.getByRole('button', { name: 'Удалить записи номера' }).click();
      await page.getByRole('dialog').getByText(told).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Удалить записи номера' }).click();
    };
    await page.getByRole('button', { name: 'Удалить записи номера' }).click();
    await page.getByText('Это номер самой компании').waitFor();
    await number.fill('+7 913 000-77-03');
    await erase('Сейчас таких записей нет');
    await page.getByText(/удалено: 0/).waitFor();
    await page.getByRole('link', { name: '+7 913 000-77-03' }).click();
    await page.getByRole('heading', { name: 'Удаление записей: +7 913 000-77-03' }).waitFor();
    await page.getByText('по заявлению').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect((await page.goto(`${stack.portal}${KEEPING}/999`))?.status()).toBe(404);
    const { data } = await stack.rest<{ data: { number: string; reason: string }[] }>('GET', '/tenants/t1/recordings/erasures');
    expect(data).toEqual([expect.objectContaining({ number: '79130007703', reason: 'по заявлению' })]);
  });

  test('new recordings are sealed, the key is changed, and sealing ends', async () => {
    await open(KEEPING);
    const sealing = () => stack.rest<{ on: boolean; version: number }>('GET', '/tenants/t1/recordings/sealing');
    await page.getByText('Записи хранятся без шифрования').waitFor();
    await page.getByRole('button', { name: 'Шифровать новые записи' }).click();
    await page.getByText(/Новые записи шифруются, ключ № 1 с/).waitFor();
    await page.getByRole('button', { name: 'Сменить ключ' }).click();
    await page.getByText(/ключ № 2 с/).waitFor();
    expect(await sealing()).toMatchObject({ on: true, version: 2 });
    await page.getByRole('button', { name: 'Не шифровать новые' }).click();
    await page.getByText('Зашифрованные раньше остаются').waitFor();
    expect(await sealing()).toMatchObject({ on: false, version: 2 });
  });

  test.each(['light', 'dark'] as const)('everybody can use both, %s, also on a phone', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1440, 390])
      for (const path of [RECORDING, KEEPING]) {
        await page.setViewportSize({ width, height: 844 });
        await open(path);
        expect(await axeFindings(page), `${path} ${width}`).toEqual([]);
        expect(await sideways(page), `${path} ${width}`).toBe(0);
      }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('it is for admins', async () => {
    const context = await browser.newContext();
    const other = await context.newPage();
    await signIn(other, stack.portal, { domain, login: 'quality', password: PASSWORD }, '/c/t1/journal');
    for (const path of [RECORDING, KEEPING]) expect((await other.goto(stack.portal + path))?.status()).toBe(403);
    await context.close();
  });
});
