import { readFileSync } from 'node:fs';
import { openZip } from '@callscope/modules/directory/files/zip.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, open, settled, shot, sideways, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const day = RECORDED[0]?.call.start.slice(0, 10) ?? '';
const JOURNAL = `/c/t1/journal?from=${day}T00:00:00Z&to=${day}T23:59:59Z&limit=100`;
const [FIRST, SECOND] = RECORDED.map(({ call }) => call.call_id);

let stack: Stack;
let browser: Browser;
let page: Page;

/** What is in the archive that a click on the bar's button gives: its list, line by line, and the recordings that the list names. */
async function saved(from: Page): Promise<{ list: string[][]; sounds: Buffer[] }> {
  const [download] = await Promise.all([from.waitForEvent('download'), from.getByRole('button', { name: 'Скачать записи (ZIP)' }).click()]);
  const zip = openZip(readFileSync(await download.path()));
  const text = (await zip.read('Список звонков.csv')).toString('utf8');
  const list = text
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(';'));
  const sounds: Buffer[] = [];
  for (const [, file] of list) if (file) sounds.push(await zip.read(file));
  return { list, sounds };
}
const callsOf = (list: string[][]) => list.map((cells) => cells.at(-1)).sort();

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  await stack.rest('PUT', '/tenants/t1/users/quality', { password: PASSWORD, role: 'quality' });
  await stack.rest('PUT', '/tenants/t1/users/observer', { password: PASSWORD, role: 'observer' });
  page = await newPage(browser, { acceptDownloads: true });
  await signIn(page, stack.portal, { domain, login: 'quality', password: PASSWORD }, JOURNAL);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const row = (id: string | undefined) => page.locator(`tr[data-call="${id}"]`);
const tick = (id: string | undefined) => row(id).getByRole('checkbox');
/** So high that nothing scrolls: a button that lies half under the bar is too small for axe, and a thumb moves the page. */
const unscrolled = (width: number) => page.setViewportSize({ width, height: 1_700 });
const bar = (of = page) => of.locator('form.selection');

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('a day of the recording service', () => {
  test('sign in, dates by the calendar, Обновить, a person, a find, listen, save (T-32)', async () => {
    const fresh = await newPage(browser, { acceptDownloads: true });
    await signIn(fresh, stack.portal, { domain, login: 'quality', password: PASSWORD }, '/c/t1/journal');
    await fresh.getByRole('button', { name: /^Период: / }).click();
    const cell = fresh.locator(`.daterange [data-value="${day}"]:not([data-outside-month])`).first();
    for (let months = 0; !(await cell.isVisible()) && months < 240; months++)
      await fresh.getByRole('button', { name: 'Предыдущий месяц' }).click();
    await cell.click();
    await cell.click();
    expect(await fresh.locator('tr[data-call]').count()).toBe(0);
    await fresh.getByRole('button', { name: 'Обновить' }).click();
    await fresh.waitForURL(/from=/);
    await fresh.locator('tr[data-call]').first().waitFor();
    await fresh.locator('.who').getByLabel('Кузнецов Олег').check();
    await fresh.waitForURL(/author=/);
    await fresh.locator('search').getByLabel('Текст поиска').fill('999-88-77');
    await fresh.locator('search').getByRole('button', { name: 'Поиск', exact: true }).click();
    await until('one call is found', async () => (await fresh.locator('tr[data-call]').count()) === 1);
    await fresh.locator('tr[data-call] .recording button').click();
    await until('it is heard', () =>
      fresh.locator('section.player audio').evaluate((a) => (a as unknown as { currentTime: number }).currentTime > 0.1),
    );
    const [download] = await Promise.all([fresh.waitForEvent('download'), fresh.getByRole('link', { name: 'Сохранить' }).click()]);
    expect(readFileSync(await download.path()).length).toBeGreaterThan(10_000);
    await fresh.context().close();
  });

  test('the panel has people, with whether they are recorded, and numbers, ticks of both act at once (T-16, T-17)', async () => {
    await open(page, stack.portal + JOURNAL);
    const panel = page.locator('.who');
    const person = panel.locator('li', { hasText: 'Иванова Мария' });
    expect(await person.textContent()).toContain('Запись включена');
    const cells = (column: number) => page.locator(`tr[data-call] td:nth-child(${column})`).allTextContents();
    const are = (column: number, name: string) =>
      until(`all are ${name}`, async () => {
        const names = (await cells(column)).map((text) => text.trim());
        return names.length > 0 && names.every((one) => one.endsWith(name));
      });
    await person.getByRole('checkbox').check();
    await are(1, 'Иванова Мария');
    // the next tick does not wait for the answer to the one before
    await panel.locator('li', { hasText: 'Петров Иван' }).getByRole('checkbox').check();
    await person.getByRole('checkbox').uncheck();
    await page.waitForURL(/author=e102&/);
    await are(1, 'Петров Иван');
    await panel.locator('li', { hasText: 'Петров Иван' }).getByRole('checkbox').uncheck();
    await panel.getByRole('tab', { name: 'Номера' }).click();
    await panel.locator('li', { hasText: 'Поддержка' }).getByRole('checkbox').check();
    await page.waitForURL(/number=/);
    await are(5, 'Поддержка');
    // faster than answers come
    await open(page, stack.portal + JOURNAL);
    await panel.getByRole('checkbox').evaluateAll((all) => {
      for (const one of all.slice(0, 3)) (one as unknown as { click(): void }).click();
    });
    await page.waitForURL(/author=/);
    await settled(page);
    await page.reload();
    await settled(page);
    expect(await panel.getByRole('checkbox', { checked: true }).count()).toBe(3);
  });
});

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('a selection of calls', () => {
  test('rows are ticked by mouse and by X, and their recordings come as one archive with a list (T-29)', async () => {
    await open(page, stack.portal + JOURNAL);
    expect(await bar().count()).toBe(0);
    await tick(FIRST).check();
    expect(await row(FIRST).locator('.twist').getAttribute('aria-expanded')).toBe('false');
    await row(SECOND).locator('.twist').focus();
    await row(SECOND).click({ position: { x: 200, y: 10 } });
    await page.keyboard.press('x');
    expect(await tick(SECOND).isChecked()).toBe(true);
    expect(await bar().textContent()).toContain('Выбраны 2 звонка');
    await unscrolled(1_440);
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 1_440, height: 900 });
    const { list, sounds } = await saved(page);
    expect(callsOf(list)).toEqual([FIRST, SECOND].sort());
    // both are sound: MP3 with its tag before it
    expect(sounds.map((sound) => sound.subarray(0, 3).toString('latin1'))).toEqual(['ID3', 'ID3']);
    await page.keyboard.press('x');
    expect(await tick(SECOND).isChecked()).toBe(false);
    expect(await bar().textContent()).toContain('Выбран 1 звонок');
  });

  test('all that are shown are ticked at once; another order keeps the ticks, other conditions begin anew', async () => {
    await open(page, stack.portal + JOURNAL);
    const all = page.getByLabel('Выбрать все на странице');
    const rows = await page.locator('tr[data-call]').count();
    await tick(FIRST).check();
    expect(await all.evaluate((box) => (box as unknown as { indeterminate: boolean }).indeterminate)).toBe(true);
    await all.check();
    expect(await page.locator('tr[data-call] input:checked').count()).toBe(rows);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await shot(page, `selection-${colorScheme}`);
      await unscrolled(1_440);
      expect(await axeFindings(page)).toEqual([]);
      await page.setViewportSize({ width: 1_440, height: 900 });
    }
    await page.setViewportSize({ width: 1_920, height: 1_080 });
    await shot(page, 'selection-wide');
    await page.locator('thead').getByRole('link', { name: 'Длит.' }).click();
    await page.waitForURL(/sort=-talk/);
    expect(await page.locator('tr[data-call] input:checked').count()).toBe(rows);
    const { list, sounds } = await saved(page);
    expect(list.length).toBe(rows);
    // calls without a recording are in the list, and it says why
    expect(list.filter((cells) => cells[1] === '').every((cells) => cells[2] !== '')).toBe(true);
    expect(sounds.length).toBe(list.filter((cells) => cells[1] !== '').length);
    expect(sounds.length).toBeGreaterThan(2);
    await page.getByRole('link', { name: 'Входящие', exact: true }).click();
    await page.waitForURL(/direction=in/);
    await until('nothing is ticked', async () => (await page.locator('tr[data-call] input:checked').count()) === 0);
    expect(await bar().count()).toBe(0);
  });

  test('a phone has ticks while one chooses', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, stack.portal + JOURNAL);
    expect(await page.locator('li[data-call] input').count()).toBe(0);
    await page.getByRole('button', { name: 'Выбрать', exact: true }).click();
    await page.locator(`li[data-call="${FIRST}"]`).getByRole('checkbox').check();
    await bar().getByText('Выбран 1 звонок').waitFor();
    await shot(page, 'selection-phone');
    expect(await sideways(page)).toBe(0);
    await unscrolled(390);
    expect(await axeFindings(page)).toEqual([]);
    const { list, sounds } = await saved(page);
    expect([callsOf(list), sounds.length]).toEqual([[FIRST], 1]);
    await page.getByRole('button', { name: 'Снять выбор' }).click();
    expect(await page.locator('li[data-call] input').count()).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('tags, memo, score and measures of talk stand in columns, and are written in the unfolded row (T-42, A-54)', async () => {
    await stack.rest('POST', '/tenants/t1/tags', { name: 'Жалоба', colour: 'red' });
    await page.setViewportSize({ width: 1920, height: 1_000 });
    await open(page, stack.portal + JOURNAL);
    const kept = () => page.waitForResponse((response) => /\/journal\/columns$/.test(response.url()) && response.ok());
    await page.getByRole('button', { name: 'Колонки', exact: true }).click();
    for (const name of ['Метки', 'Заметка', 'Комм.', 'Наша речь', 'Монолог', 'Вместе'])
      await Promise.all([kept(), page.locator('.popover').getByLabel(name, { exact: true }).press('Space')]);
    await page.keyboard.press('Escape');
    // what the recorder measured, by REST: the part of speech on our side
    const { data } = await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/t1/calls?limit=100&talkShareMin=0&talkShareMax=100`);
    expect(data.length).toBeGreaterThan(0);
    for (const { id } of data) expect(await row(id).textContent(), id).toMatch(/\d\s%/);
    await row(FIRST).locator('.twist').click();
    await page.getByText('Метки и комментарии').click();
    await page.getByRole('combobox', { name: 'Добавить метку' }).fill('жал');
    await page.keyboard.press('Enter');
    await row(FIRST).getByText('Жалоба').waitFor();
    await page.getByLabel('Заметка о звонке').fill('Просил счёт');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await row(FIRST).getByText('Просил счёт').waitFor();
    await page.getByLabel('Новый комментарий').fill('Хорошее начало');
    await page.getByRole('button', { name: 'Добавить', exact: true }).click();
    await until('it is counted', async () => (await row(FIRST).locator('td').allTextContents()).some((text) => text.trim() === '1'));
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'journal-marks');
    await page.getByRole('button', { name: 'Колонки', exact: true }).click();
    await Promise.all([kept(), page.getByRole('button', { name: 'Как было' }).click()]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a phone puts the list in another order where a head of columns would', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, stack.portal + JOURNAL);
    await page.getByRole('button', { name: 'Условия' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Порядок: Сначала новые' }).click();
    await page.getByRole('option', { name: 'Сначала длинные разговоры' }).click();
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'order-phone');
    await page.getByRole('dialog').getByRole('button', { name: 'Показать' }).click();
    await page.waitForURL(/sort=-talk/);
    const talks = await page.locator('[data-call]').evaluateAll((all) => all.map((one) => one.getAttribute('data-call') ?? ''));
    const { data } = await stack.rest<{ data: { id: string; talkSeconds: number }[] }>('GET', '/tenants/t1/calls?limit=1000');
    const longest = data.toSorted((a, b) => b.talkSeconds - a.talkSeconds).map(({ id }) => id);
    expect(talks.slice(0, 5)).toEqual(longest.slice(0, 5));
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a phone searches in a sheet (A-68)', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, stack.portal + JOURNAL);
    await page.getByRole('button', { name: 'Поиск', exact: true }).click();
    await shot(page, 'search-phone');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('dialog').getByLabel('Текст поиска').fill('nobody');
    await page.keyboard.press('Enter');
    await page.waitForURL(/text=nobody/);
    await page.getByText('Ничего не найдено').waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test.each([
    ['head', { role: 'group-admin', groups: ['sales'] }],
    ['kuznetsov', { role: 'employee', employee: 'e104' }],
  ])('%s sees, hears and keeps their own part, whatever a form is made to ask (A-37, A-52, A-55, A-58)', async (login, person) => {
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, ...person });
    const theirs = await newPage(browser, { acceptDownloads: true });
    await signIn(theirs, stack.portal, { domain, login, password: PASSWORD }, JOURNAL);
    const shown = await theirs.locator('tr[data-call]').evaluateAll((all) => all.map((one) => one.getAttribute('data-call') ?? ''));
    const all = RECORDED.map(({ call }) => call.call_id);
    const foreign = all.filter((id) => !shown.includes(id));
    const own = all.filter((id) => shown.includes(id));
    expect([own.length > 0, foreign.length > 0]).toEqual([true, true]);
    await theirs.getByLabel('Выбрать все на странице').check();
    await bar(theirs).evaluate((form, ids) => {
      const { document } = globalThis as unknown as { document: { createElement(name: string): { name: string; value: string } } };
      for (const value of ids)
        (form as unknown as { append(child: object): void }).append(
          Object.assign(document.createElement('input'), { name: 'call', value }),
        );
    }, foreign);
    const { list } = await saved(theirs);
    const missing = list.filter((cells) => cells[2] === 'Такого звонка нет');
    expect(callsOf(missing)).toEqual(foreign.sort());
    expect(callsOf(list)).toEqual([...shown, ...foreign].sort());
    const answer = (id: string) => theirs.request.get(`${stack.portal}/c/t1/calls/${encodeURIComponent(id)}/recording`);
    for (const [id, status] of [...own.map((one) => [one, 200] as const), ...foreign.map((one) => [one, 404] as const)])
      expect((await answer(id)).status(), id).toBe(status);
    await theirs.context().close();
  });

  test('who may not hear recordings has nothing to tick', async () => {
    const other = await newPage(browser);
    await signIn(other, stack.portal, { domain, login: 'observer', password: PASSWORD }, JOURNAL);
    expect(await other.locator('tr[data-call]').count()).toBeGreaterThan(0);
    expect(await other.locator('tr[data-call] input, thead .row-tick').count()).toBe(0);
    await other.context().close();
  });
});
