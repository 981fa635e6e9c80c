import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import type { Stack } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, shot, sideways, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const DESK = '/c/t1/settings/desk';
const CAN = HAS_BROWSER && FFMPEG !== null;
/** Whoever called, with a recording of the talk. */
const NUMBER = RECORDED.find(({ call }) => call.direction === 'in')?.call.from ?? '';
const shown = `+7 ${NUMBER.slice(1, 4)} ${NUMBER.slice(4, 7)}-${NUMBER.slice(7, 9)}-${NUMBER.slice(9)}`;

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!CAN) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  for (const role of ['admin', 'quality']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  const context = await browser.newContext({
    ...{ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', reducedMotion: 'reduce', acceptDownloads: true },
  });
  page = await context.newPage();
  await signIn(page, stack.portal, { domain, login: 'admin', password: PASSWORD }, DESK);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const find = async (number: string) => {
  await page.getByLabel('Номер в любом написании').fill(number);
  await page.getByRole('region', { name: 'Найти по номеру' }).getByRole('button').click();
};

describe.skipIf(!CAN)('the erase and keep desk', () => {
  test('says what it is for before a number is typed, and that there is nothing of a number', async () => {
    await page.getByText('Введите номер телефона').waitFor();
    await page.getByText('Правило: хранить 180 дней.').waitFor();
    await page.getByText('Ничего не уйдёт.').waitFor();
    await find('кто-то');
    await page.getByText('Это не номер телефона').waitFor();
    await find('101');
    await page.getByText('Это номер самой компании').waitFor();
    await find('8 999 000-00-00');
    await page.getByText('По номеру +7 999 000-00-00 ничего нет').waitFor();
  });

  test('what goes tomorrow is listed, and held from there', async () => {
    const db = new pg.Client({ connectionString: stack.databaseUrl() });
    await db.connect();
    const { call } = RECORDED.at(-1) as (typeof RECORDED)[number];
    await db.query(`UPDATE recordings SET started_at = now() - interval '179 days 12 hours' WHERE tenant = 't1' AND call_id = $1`, [
      call.call_id,
    ]);
    await db.end();
    await page.goto(stack.portal + DESK);
    await settled(page);
    await page.getByText(/^1 запись, .* разговоров/).waitFor();
    const hold = page.getByRole('button', { name: `Запретить удаление звонка ${call.call_id}` });
    await hold.click();
    await page.getByText('Напишите причину').waitFor();
    await page.getByLabel('Причина запрета').fill('спор с клиентом');
    await shot(page, 'desk-tomorrow');
    await hold.click();
    await page.getByText('Запрет удержит 1 запись.').waitFor();
    await page.getByText('Ничего не уйдёт.').waitFor();
    const { data } = await stack.rest<{ data: { kind: string; value: string; reason: string }[] }>('GET', '/tenants/t1/recordings/holds');
    expect(data).toEqual([expect.objectContaining({ kind: 'call', value: call.call_id, reason: 'спор с клиентом' })]);
  });

  test('a number is found, held until a day, released, and erased once it is typed again', async () => {
    await page.goto(stack.portal + DESK);
    await settled(page);
    await find(`8${NUMBER.slice(1)}`);
    await page.getByRole('heading', { name: `Номер ${shown}` }).waitFor();
    await page.getByText(/^1 запись, /).waitFor();
    const hold = page.getByRole('button', { name: 'Запретить удаление', exact: true });
    await hold.click();
    await page.getByText('Напишите причину').first().waitFor();
    await page.getByLabel('Причина', { exact: true }).fill('спор с клиентом');
    await page.getByLabel('По какой день, если не бессрочно').fill('2020-01-01');
    await hold.click();
    await page.getByText('День должен быть впереди').waitFor();
    await page.getByLabel('По какой день, если не бессрочно').fill('2036-01-31');
    await hold.click();
    await page.getByText('Из них под запретом').waitFor();
    await page.getByText(/до 01.02.2036/).waitFor();
    await shot(page, 'desk-held');
    await page.getByRole('button', { name: 'Снять запрет' }).click();
    await page.getByText('Запрета нет.').waitFor();

    await page.getByRole('button', { name: 'Удалить записи номера' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Уйдёт 1 запись.').waitFor();
    const erase = dialog.getByRole('button', { name: 'Удалить навсегда' });
    expect(await erase.isDisabled()).toBe(true);
    await dialog.getByLabel('Причина').fill('по заявлению');
    await dialog.getByLabel('Номер ещё раз').fill('+7 913 000-77-03');
    await erase.click();
    await dialog.getByText('Номер не совпал').waitFor();
    await shot(page, 'desk-erase');
    expect(await axeFindings(page)).toEqual([]);
    expect(await stack.rest('GET', '/tenants/t1/recordings/erasures')).toEqual({ data: [] });
    await dialog.getByLabel('Номер ещё раз').fill(shown);
    await erase.click();
    await page.getByRole('heading', { name: `Удаление записей: ${shown}` }).waitFor();
    await page.getByText(/Ed25519, редакция 1/).waitFor();
    await page.getByText('по заявлению').waitFor();
    await shot(page, 'desk-report');
    expect(await axeFindings(page)).toEqual([]);
  });

  test('the signed report is saved; the desk says what it is worth, and what a changed one is', async () => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Скачать подписанный отчёт' }).click(),
    ]);
    const text = readFileSync(await saved.path(), 'utf8');
    expect(text).not.toContain(NUMBER);
    await page.goto(stack.portal + DESK);
    await settled(page);
    const verify = async (content: string, number = '') => {
      await page
        .getByLabel('Файл отчёта')
        .setInputFiles({ name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(content) });
      await page.getByLabel('Номер, если нужно сверить').fill(number);
      await page.getByRole('button', { name: 'Проверить' }).click();
    };
    await verify(text, shown);
    await page.getByText(/Отчёт подлинный: подписан этой системой и не изменён. Отчёт об этом номере./).waitFor();
    await verify(text.replace('\\"erased\\":1', '\\"erased\\":0'));
    await page.getByText('Отчёт не подлинный').waitFor();
    await verify('{}');
    await page.getByText('Это не подписанный отчёт').waitFor();
  });

  test.each(['light', 'dark'] as const)('everybody can use it, %s, also on a phone', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const other = RECORDED.filter(({ call }) => call.direction === 'in').at(-1)?.call.from ?? '';
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const [name, query] of [
        ['desk-empty', ''],
        ['desk-found', `?number=${other}`],
      ] as const) {
        await page.goto(stack.portal + DESK + query);
        await settled(page);
        expect(await axeFindings(page), `${query} ${width}`).toEqual([]);
        expect(await sideways(page), `${query} ${width}`).toBe(0);
        await shot(page, `${name}-${colorScheme}-${width}`);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('it is for admins', async () => {
    const context = await browser.newContext();
    const other = await context.newPage();
    await signIn(other, stack.portal, { domain, login: 'quality', password: PASSWORD }, '/c/t1/journal');
    for (const path of [DESK, '/c/t1/settings/keeping/1/signed']) expect((await other.goto(stack.portal + path))?.status()).toBe(403);
    await context.close();
  });
});
