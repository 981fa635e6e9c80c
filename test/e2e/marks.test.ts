import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../medium/stack.ts';
import { ALFA, HOUR, MAIN, makeAlfa, midnight } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, settled, shot, sideways, signIn } from './browser.ts';

const TAGS = '/c/t1/settings/tags';
const LIBRARY = '/c/t1/library';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  await makeAlfa(
    stack,
    [{ number: MAIN, label: 'Главный' }],
    [0, 1].map((i) => ({
      ...{ id: `mark-${i}`, tenant: 't1', domain: ALFA.domain, direction: 'in' as const, from: `7913000770${i}`, to: MAIN },
      ...{ startedAt: midnight + (9 + i) * HOUR, wait: 5, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
    })),
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, ALFA, TAGS);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const open = async (path: string) => {
  await page.goto(stack.portal + path);
  await settled(page);
};
/** No finding of axe, at a desk and on a phone, where nothing is wider than the window. */
async function fine(name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await settled(page);
    expect(await axeFindings(page), `${name} ${width}`).toEqual([]);
    expect(await sideways(page), `${name} ${width}`).toBe(0);
    await shot(page, `${name}-${width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe.skipIf(!HAS_BROWSER)('marks', () => {
  test('tags are added, renamed, put in order and archived in the settings', async () => {
    for (const name of ['Жалоба', 'Продажа']) {
      await page.getByLabel('Название').fill(name);
      await page.getByRole('button', { name: 'Добавить метку' }).click();
      await page.getByRole('rowheader', { name }).waitFor();
    }
    await page.getByRole('button', { name: '«Продажа» выше' }).click();
    await page.locator('tbody tr').first().getByText('Продажа').waitFor();
    await page.getByRole('button', { name: 'Изменить «Жалоба»' }).click();
    await page.getByRole('dialog').getByLabel('Название').fill('Рекламация');
    await page.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('rowheader', { name: 'Рекламация' }).waitFor();
    await page.getByRole('button', { name: '«Продажа» в архив' }).click();
    await page.getByText('в архиве', { exact: true }).waitFor();
    const { data } = await stack.rest<{ data: { name: string; isArchived: boolean }[] }>('GET', '/tenants/t1/tags');
    expect(data.map(({ name, isArchived }) => [name, isArchived])).toEqual([
      ['Продажа', true],
      ['Рекламация', false],
    ]);
    await fine('tags');
  });

  test('best calls are shared: a collection is made, a call put in with a piece, found by words, taken out (T-42)', async () => {
    const { data } = await stack.rest<{ data: { id: string }[] }>('GET', '/tenants/t1/tags');
    await stack.rest('PUT', '/tenants/t1/calls/mark-0/tags', { tags: [data[1]?.id] });
    await stack.rest('PUT', '/tenants/t1/calls/mark-1/note', { text: 'просил перезвонить', version: 0 });
    await open(LIBRARY);
    await page.getByRole('button', { name: 'Новая подборка' }).click();
    await page.getByRole('dialog').getByLabel('Название').fill('Лучшие звонки');
    await page.getByRole('dialog').getByText('Показать всей компании').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('button', { name: /Лучшие звонки.*общая/ }).waitFor();
    const of = (id: string) => page.locator(`[data-call="${id}"]`);
    await of('mark-1').getByRole('button', { name: 'В подборку' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Что в этом звонке важно').fill('отработал возражение');
    await dialog.getByLabel('Отрывок с').fill('0:10');
    await dialog.getByLabel('по', { exact: true }).fill('0:25');
    await dialog.getByRole('button', { name: 'В подборку' }).click();
    await of('mark-1').getByText('отрывок 0:10–0:25').waitFor();
    await page.getByLabel(/Искать в метках/).fill('возражение');
    await page.getByRole('button', { name: 'Найти' }).click();
    await of('mark-0').waitFor({ state: 'detached' });
    expect(await page.locator('[data-call]').count()).toBe(1);
    await fine('library');
    await of('mark-1')
      .getByRole('button', { name: /Убрать из подборки/ })
      .click();
    await page.getByText('Ничего не найдено').waitFor();
  });

  test('what is said of a call is told to its page, and only to who sees the call', async () => {
    const path = `${stack.portal}/c/t1/calls/mark-0/marks`;
    const made = await page.request.post(`${path}/comments`, { data: { text: 'хорошо', second: 4.2 }, headers: { origin: stack.portal } });
    expect(await made.json()).toMatchObject({ fault: null, made: { text: 'хорошо', second: 4.2, isOwn: true } });
    const note = await page.request.put(`${path}/note`, { data: { text: 'моя', version: 7 }, headers: { origin: stack.portal } });
    expect(note.status()).toBe(409);
    expect(await (await page.request.get(path)).json()).toMatchObject({
      tags: [{ name: 'Рекламация' }],
      comments: [{ text: 'хорошо' }],
      may: { tag: true, comment: true, removeOthers: true },
    });
    expect((await page.request.get(`${stack.portal}/c/t1/calls/nothing/marks`)).status()).toBe(404);
  });
});
