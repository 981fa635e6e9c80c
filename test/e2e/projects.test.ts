import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events } from '../medium/fixtures.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, open, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';

let stack: Stack;
let browser: Browser;
/** the admin's */
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
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor' });
  await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'marketing' });
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length >= 19,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: 'alfa.pbx.test', login: 'anna', password: PASSWORD }, '/c/t1/people');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

/** Calls in the journal of the captures' month. */
async function journalOf(who: Page, company = 't1'): Promise<number> {
  await who.goto(`${stack.portal}/c/${company}/journal?${PERIOD}&limit=100`);
  await settled(who);
  return who.locator('[data-call]').count();
}

describe.skipIf(!HAS_BROWSER)('projects', () => {
  test('an admin makes one of a number, ticks a person, and limits that person to it', async () => {
    await page.getByRole('link', { name: 'Проекты' }).click();
    await page.getByText('Проектов пока нет').waitFor();
    await shot(page, 'projects-empty');
    await page.getByRole('button', { name: 'Добавить проект' }).first().click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('button', { name: 'Добавить проект' }).click();
    await panel.getByText('Введите название').waitFor();
    await panel.getByLabel('Название').fill('Линия 101');
    await panel.getByRole('button', { name: 'Добавить проект' }).click();
    await panel.getByText('Выберите хотя бы один номер или группу').waitFor();
    await panel.getByRole('button', { name: /Номера компании/ }).click();
    await page.getByRole('option').first().click();
    await page.keyboard.press('Escape');
    await shot(page, 'project-panel');
    expect(await axeFindings(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Добавить проект' }).click();
    await page.getByText('Проект добавлен.').waitFor();
    await page.getByRole('button', { name: 'пользователи: 0, проект «Линия 101»' }).click();
    await page.getByRole('dialog').getByLabel('olga').check();
    await shot(page, 'project-people');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('button', { name: 'пользователи: 1, проект «Линия 101»' }).waitFor();
    const olga = await newPage(browser);
    await signIn(olga, stack.portal, { domain: 'alfa.pbx.test', login: 'olga', password: PASSWORD }, '/c/t1');
    const all = await journalOf(olga);
    await page.getByRole('link', { name: 'Пользователи', exact: true }).last().click();
    await page.getByRole('button', { name: 'Изменить: olga' }).click();
    await page.getByRole('dialog').getByLabel('Видит только свои проекты').check();
    await shot(page, 'person-panel');
    await page.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
    await page.locator('[data-user="olga"]').getByText('проекты: Линия 101').waitFor();
    const limited = await journalOf(olga);
    expect(limited).toBeGreaterThan(0);
    expect(limited).toBeLessThan(all);
    for (const path of ['/c/t1', '/c/t1/live', '/c/t1/missed', '/c/t1/phones', '/c/t1/statistics']) {
      await olga.goto(stack.portal + path);
      await settled(olga);
      expect(await axeFindings(olga), path).toEqual([]);
      await shot(olga, `limited${path.replaceAll('/', '-')}`);
    }
    await olga.context().close();
    expect(await looks(page, 'projects', () => open(page, `${stack.portal}/c/t1/people/projects`), { fullPage: true })).toEqual([]);
  });
});

describe.skipIf(!HAS_BROWSER)('an outside observer', () => {
  test('is let in by login and domain, chooses the company, sees its calls, and is shut out', async () => {
    const boris = await newPage(browser);
    await signIn(boris, stack.portal, { domain: 'bravo.pbx.test', login: 'boris', password: PASSWORD }, '/c/t2');
    await page.goto(`${stack.portal}/c/t1/people`);
    await page.getByRole('button', { name: 'Добавить наблюдателя' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Логин в его компании').fill('boris');
    await page.keyboard.press('Enter');
    await dialog.getByText('Введите логин и домен через @').waitFor();
    await dialog.getByLabel('Логин в его компании').fill('nobody@bravo.pbx.test');
    await page.keyboard.press('Enter');
    await dialog.getByText('С таким логином и доменом никто не входит.').waitFor();
    await shot(page, 'outside-refused');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel('Логин в его компании').fill('boris@bravo.pbx.test');
    await page.keyboard.press('Enter');
    await page.getByText('boris@bravo.pbx.test').waitFor();
    expect(await looks(page, 'people', () => open(page, `${stack.portal}/c/t1/people`), { fullPage: true })).toEqual([]);
    await boris.reload();
    await boris
      .getByRole('button', { name: /Компания/ })
      .first()
      .click();
    await boris.getByRole('option', { name: /Альфа|Alfa|t1/ }).click();
    await boris.waitForURL(/\/c\/t1/);
    expect(await journalOf(boris)).toBeGreaterThan(0);
    await shot(boris, 'outside-journal');
    await page.getByRole('button', { name: 'Закрыть доступ: boris@bravo.pbx.test' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть доступ' }).click();
    await page.getByText('Доступ закрыт.').waitFor();
    const response = await boris.goto(`${stack.portal}/c/t1/journal`);
    expect(response?.status()).toBe(404);
    await boris.context().close();
  });
});

describe.skipIf(!HAS_BROWSER)('a session that is revoked', () => {
  test('on another device: the page that is open stops being live, and its next step leads to the sign-in page', async () => {
    const [here, there] = [await newPage(browser), await newPage(browser)];
    const visitor = { domain: 'alfa.pbx.test', login: 'anna', password: PASSWORD };
    await signIn(there, stack.portal, visitor, '/c/t1/live');
    await there
      .getByText('Сейчас никто не говорит')
      .or(there.getByRole('heading', { name: 'Сейчас' }))
      .first()
      .waitFor();
    await signIn(here, stack.portal, visitor, '/c/t1');
    await here.goto(`${stack.portal}/account`);
    await here.getByRole('button', { name: 'Выйти на всех остальных' }).click();
    await there.getByText('Связь потеряна').waitFor({ timeout: 30_000 });
    await there.getByRole('link', { name: 'Журнал' }).first().click();
    await there.waitForURL(/\/sign-in/);
    await here.context().close();
    await there.context().close();
  });
});
