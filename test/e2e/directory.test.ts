import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import { callBegins, callEnds } from './events.ts';

const visitor = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const LISTS = ['numbers', 'employees', 'groups', 'accounts'] as const;
const MONTH = 40 * 86_400_000;

interface Body {
  numbers: { number: string; label: string; channel: string | null }[];
  groups: { id: string; name: string }[];
  employees: { id: string; name: string; group: string | null; extensions: string[] }[];
  accounts: { user: string; comment: string; extensions: string[] }[];
}

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: visitor.domain, timezone: 'Asia/Krasnoyarsk' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [{ number: '8 (391) 000-01-22', label: 'Главный', channel: 'Сайт' }],
    groups: [
      { id: 'sales', name: 'Продажи' },
      { id: 'service', name: 'Сервис' },
    ],
    employees: [
      { id: 'e1', name: 'Соколова А. П.', group: 'sales', extensions: ['101'] },
      { id: 'e2', name: 'Кузнецов Д. И.', group: 'service', extensions: ['102'], record: false },
    ],
    accounts: [{ user: '1012455', comment: 'Стойка', extensions: ['101'] }],
  });
  for (const role of ['admin', 'observer']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: visitor.password, role });
  await stack.rest('PUT', '/tenants/t1/users/sokolova', { password: visitor.password, role: 'employee', employee: 'e1' });
  const call = {
    ...{ id: 'old', tenant: 't1', domain: visitor.domain, direction: 'in' as const, from: '79130001000', to: '73910000122' },
    ...{ startedAt: Date.now() - MONTH, wait: 5, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
  };
  await sendTcp(stack.ports.events, [...callBegins(call), ...callEnds(call)]);
  await until('the call is stored', async () => (await groupsOfCalls()).length === 1);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  await signIn(page, stack.portal, visitor, '/c/t1');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const directory = () => stack.rest<Body>('GET', '/tenants/t1/directory');
const groupsOfCalls = async () =>
  (await stack.rest<{ data: { group: string | null }[] }>('GET', '/tenants/t1/calls')).data.map((c) => c.group);
async function open(list: string, of = page): Promise<void> {
  await of.goto(`${stack.portal}/c/t1/directory/${list}`);
  await settled(of);
}
const panel = () => page.locator('.dialog').first();
const rows = async (of = page) => (await of.locator('tbody tr').allTextContents()).map((t) => t.replace(/\s+/g, ' ').trim());
const toast = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
const save = () => panel().getByRole('button', { name: 'Сохранить' }).click();

describe.skipIf(!HAS_BROWSER)('the directory in a browser', () => {
  test('an admin finds it in the menu, with numbers as people write them and as they were typed', async () => {
    await page.locator('.side').getByRole('link', { name: 'Справочник' }).click();
    await page.waitForURL(/\/directory\/numbers$/);
    expect(await rows()).toEqual(['+7 391 000-01-22 8 (391) 000-01-22 Главный Сайт']);
    await page
      .getByRole('link', { name: /^Сотрудники/ })
      .first()
      .click();
    await page.waitForURL(/\/directory\/employees$/);
    await until('both are listed', async () => (await rows()).length === 2);
    expect(await rows()).toEqual(['Кузнецов Д. И. Сервис 102 Не записывается', 'Соколова А. П. Продажи 101 Записывается']);
  });

  test('search finds by any column, is in the address and survives F5', async () => {
    await open('employees');
    await page.getByRole('searchbox', { name: /Имя, группа/ }).fill('сервис');
    await page.waitForURL(/q=/);
    await until('one is listed', async () => (await rows()).length === 1);
    await page.reload();
    await settled(page);
    expect(await rows()).toEqual(['Кузнецов Д. И. Сервис 102 Не записывается']);
    await page.getByRole('searchbox', { name: /Имя, группа/ }).fill('никто');
    await page.getByText('По запросу «никто» ничего нет').waitFor();
  });

  test('entries of every list are added, and a mistake says what to do', async () => {
    await open('numbers');
    await page.getByRole('button', { name: 'Добавить номер' }).click();
    await save();
    await panel().getByText('Заполните это поле').waitFor();
    await panel().locator('input[name=number]').fill('8 391 000 01 22');
    await save();
    await panel().getByText('в справочнике уже есть').waitFor();
    await panel().locator('input[name=number]').fill('112');
    await panel().locator('input[name=label]').fill('Экстренный');
    await save();
    await toast('Сохранено');
    await until('the short number is listed', async () => (await rows()).some((r) => r.startsWith('112')));

    await open('groups');
    await page.getByRole('button', { name: 'Добавить группу' }).click();
    await panel().locator('input[name=name]').fill('Ночная смена');
    await save();
    await until('the group is listed', async () => (await rows()).some((r) => r.startsWith('Ночная смена 0')));

    await open('employees');
    await page.getByRole('button', { name: 'Добавить сотрудника' }).click();
    await panel().locator('input[name=name]').fill('Орлова М. В.');
    await panel()
      .getByRole('button', { name: /^Группа/ })
      .click();
    await page.getByRole('option', { name: 'Ночная смена' }).click();
    await panel().locator('input[name=extensions]').fill('102');
    await save();
    await panel().getByText('Внутренний 102 уже у сотрудника «Кузнецов Д. И.»').waitFor();
    await panel().locator('input[name=extensions]').fill('103, 104');
    await save();
    await until('she is listed', async () => (await rows()).includes('Орлова М. В. Ночная смена 103, 104 Записывается'));

    await open('accounts');
    expect(await rows()).toEqual(['1012455 Стойка 101 Соколова А. П.']);
    await page.getByRole('button', { name: 'Изменить: 1012455' }).click();
    await panel().locator('input[name=comment]').fill('Ресепшен');
    await save();
    await until('the comment is new', async () => (await rows())[0] === '1012455 Ресепшен 101 Соколова А. П.');
  });

  test('a change from today leaves the past, a correction of the past reaches old calls', async () => {
    const regroup = async (to: string, validity: string, day?: string) => {
      await open('employees');
      await page.getByRole('button', { name: 'Изменить: Соколова А. П.' }).click();
      await panel()
        .getByRole('button', { name: /^Группа/ })
        .click();
      await page.getByRole('option', { name: to }).click();
      await panel().getByText(validity, { exact: true }).click();
      if (day) await panel().locator('input[type=date]').fill(day);
      await save();
      await until('it is saved', async () => (await rows()).some((r) => r.startsWith(`Соколова А. П. ${to}`)));
    };
    await regroup('Ночная смена', 'С сегодняшнего дня');
    expect(await groupsOfCalls()).toEqual(['sales']);
    const day = new Date(Date.now() - MONTH - 5 * 86_400_000).toISOString().slice(0, 10);
    // what she is in since today stays what it is
    await open('employees');
    await page.getByRole('button', { name: 'Изменить: Соколова А. П.' }).click();
    await panel().locator('input[name=name]').fill('Соколова-Мей А. П.');
    await panel().getByText('С другого дня', { exact: true }).click();
    await panel().locator('input[type=date]').fill(day);
    await panel().getByText('звонки с этого дня пересчитаются').waitFor();
    await save();
    await until('the name is new', async () => (await rows()).some((r) => r.startsWith('Соколова-Мей А. П. Ночная смена')));
    const then = await stack.rest<Body>('GET', `/tenants/t1/directory?at=${new Date(Date.now() - MONTH).toISOString()}`);
    expect(then.employees.find((e) => e.id === 'e1')).toMatchObject({ name: 'Соколова-Мей А. П.', group: 'sales' });

    await page.getByRole('button', { name: 'Изменить: Соколова-Мей А. П.' }).click();
    await panel()
      .getByRole('button', { name: /^Группа/ })
      .click();
    await page.getByRole('option', { name: 'Сервис' }).click();
    await panel().getByText('Всегда', { exact: true }).click();
    await save();
    await until('the old call follows', async () => (await groupsOfCalls())[0] === 'service');
    // the change of today is a later one: it stays
    expect((await directory()).employees.find((e) => e.id === 'e1')?.group).toMatch(/^[0-9a-f-]{13}$/);
  });

  test('a group with people in it is not removed; an empty one is, after a question', async () => {
    await open('groups');
    await page.getByRole('button', { name: 'Изменить: Сервис' }).click();
    await panel().getByRole('button', { name: 'Удалить' }).click();
    const question = page.getByRole('dialog', { name: 'Удалить «Сервис»?' });
    await question.getByRole('button', { name: 'Удалить' }).click();
    await question.getByText('В группе 1 сотрудник («Кузнецов Д. И.»…)').waitFor();
    await question.getByRole('button', { name: 'Отмена' }).click();
    await panel().getByRole('button', { name: 'Отмена' }).click();
    await page.getByRole('button', { name: 'Изменить: Продажи' }).click();
    await panel().getByRole('button', { name: 'Удалить' }).click();
    await page.getByRole('dialog', { name: 'Удалить «Продажи»?' }).getByRole('button', { name: 'Удалить' }).click();
    await until('the group is gone', async () => !(await rows()).some((r) => r.startsWith('Продажи')));
  });

  test('who was slower is told so and sees what the other changed', async () => {
    await open('groups');
    await page.getByRole('button', { name: 'Изменить: Сервис' }).click();
    await stack.rest('PATCH', '/tenants/t1/directory', {
      changes: [{ op: 'change', kind: 'groups', key: 'service', entry: { name: 'Сервисный центр' } }],
    });
    await panel().locator('input[name=name]').fill('Сервис и ремонт');
    await save();
    await panel().getByText('Справочник изменил кто-то другой').waitFor();
    await until('the list is new', async () => (await rows()).some((r) => r.startsWith('Сервисный центр')));
    await save();
    await until('the second try is saved', async () => (await rows()).some((r) => r.startsWith('Сервис и ремонт')));
  });

  test('history names who changed what, before and after', async () => {
    await open('history');
    const line = page.locator('tbody tr', { hasText: 'добавлено 1' }).filter({ hasText: 'admin' }).first();
    await line.getByRole('button', { name: /Развернуть/ }).click();
    await page.locator('tr.detail').getByText('Орлова М. В.').waitFor();
    expect(await page.locator('tr.detail').textContent()).toMatch(/добавлено, сотрудник Орлова М\. В\..*Ночная смена.*103, 104/);
    expect((await rows()).some((r) => /оператор Правка: изменено 1/.test(r))).toBe(true);
    expect((await rows()).some((r) => /всегда пересчитаны все звонки/.test(r))).toBe(true);
  });

  test('a file shows what it would change, its columns can be put right, and it is applied as one version', async () => {
    await open('import?list=employees');
    const file = (text: string) => ({ name: 'люди.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.locator('input[type=file]').setInputFiles(file('%PDF\u0000'));
    await page.getByText('Это не таблица').waitFor();
    await page
      .locator('input[type=file]')
      .setInputFiles(file('Кто;Отдел;Внутренний\nКузнецов Д. И.;Склад;102\nЗимин;Склад;20a\nЛунин;;301\n'));
    await page.getByText('Не найден столбец «Имя»').waitFor();
    await page.getByLabel('Кто').selectOption('name');
    await page.getByText('Исправьте в файле 1 строку с ошибками').waitFor();
    expect((await rows())[0]).toMatch(/^3 Зимин сотрудник ошибка «20a» не внутренний номер/);
    expect(await page.getByRole('button', { name: 'Применить' }).isDisabled()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
    const version = (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/directory/versions')).data.length;

    await page.locator('input[type=file]').setInputFiles(file('ФИО;Отдел;Внутренний\nКузнецов Д. И.;Склад;102\nЗимин;Склад;201\n'));
    await page.getByRole('button', { name: 'Применить: 3 записи' }).waitFor();
    expect(await page.locator('.sums').textContent()).toMatch(/Добавятся: 2\s*Изменятся: 1\s*Удалятся: 0/);
    await page.getByText('В файле весь список').click();
    await page.getByText('Удалятся: 2').waitFor();
    await page.getByText('В файле весь список').click();
    await page.getByRole('button', { name: 'Применить: 3 записи' }).click();
    await page.waitForURL(/\/directory\/employees$/);
    await until('both are listed', async () => (await rows()).some((r) => r.startsWith('Зимин Склад 201')));
    expect((await rows()).some((r) => r.startsWith('Кузнецов Д. И. Склад 102'))).toBe(true);
    const versions = (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/directory/versions')).data.length;
    expect(versions - version).toBeLessThanOrEqual(1);
  });

  test('what is exported imports back without a change', async () => {
    for (const item of ['XLSX, весь справочник', 'CSV, сотрудники']) {
      await open('employees');
      await page.getByRole('button', { name: 'Выгрузить' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
      await open('import?list=employees');
      await page.locator('input[type=file]').setInputFiles((await download.path()) as string);
      await page.getByText('Файл ничего не меняет').waitFor();
      expect(await page.locator('.sums').textContent()).toMatch(/Добавятся: 0\s*Изменятся: 0\s*Удалятся: 0\s*Без изменений: [1-9]/);
    }
  });

  test('others read it and change nothing; an employee sees themselves', async () => {
    const other = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
    const theirs = await other.newPage();
    await signIn(theirs, stack.portal, { ...visitor, login: 'observer' }, '/c/t1/directory/employees');
    expect((await rows(theirs)).length).toBeGreaterThan(2);
    await theirs.getByText('Изменять справочник может администратор').waitFor();
    expect(await theirs.getByRole('button', { name: /Добавить|Изменить/ }).count()).toBe(0);
    const refused = await theirs.evaluate(() =>
      fetch('/c/t1/directory/edit', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.status),
    );
    expect(refused).toBe(403);
    expect((await theirs.goto(`${stack.portal}/c/t1/directory/import`))?.status()).toBe(403);
    await other.clearCookies();
    await signIn(theirs, stack.portal, { ...visitor, login: 'sokolova' }, '/c/t1/directory/employees');
    expect((await rows(theirs)).map((r) => r.slice(0, 18))).toEqual(['Соколова-Мей А. П.']);
    expect(await theirs.getByRole('link', { name: 'История' }).count()).toBe(0);
    expect((await theirs.goto(`${stack.portal}/c/t1/directory/history`))?.status()).toBe(403);
    await other.close();
  });

  test.each([
    [1440, 'light'],
    [1440, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('axe finds nothing and no page scrolls sideways at %i px, %s', async (width, colorScheme) => {
    const small = await browser.newContext({
      ...{ viewport: { width, height: 844 }, locale: 'ru-RU', colorScheme },
      storageState: await context.storageState(),
    });
    const of = await small.newPage();
    for (const list of [...LISTS, 'history', 'import']) {
      await open(list, of);
      expect([list, await axeFindings(of), await sideways(of)]).toEqual([list, [], 0]);
    }
    await open('employees', of);
    await of.getByRole('button', { name: 'Изменить: Зимин' }).click();
    await of.locator('.dialog').getByText('С другого дня', { exact: true }).click();
    await of.locator('input[type=date]').waitFor();
    // a dialog that is still coming is paler than it will be
    await of.waitForTimeout(400);
    expect([await axeFindings(of), await sideways(of)]).toEqual([[], 0]);
    await of.locator('.dialog').getByRole('button', { name: 'Удалить' }).click();
    await of.getByRole('dialog', { name: 'Удалить «Зимин»?' }).waitFor();
    await of.waitForTimeout(400);
    expect(await axeFindings(of)).toEqual([]);
    await small.close();
  });

  test('the whole is worked by keys', async () => {
    await open('groups');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.getByRole('button', { name: 'Изменить: Склад' }).focus();
    await page.keyboard.press('Enter');
    await panel().waitFor();
    await panel().locator('input[name=name]').focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' 2');
    await page.keyboard.press('Enter');
    await until('it is saved', async () => (await rows()).some((r) => r.startsWith('Склад 2')));
    await page.getByRole('button', { name: 'Изменить: Склад 2' }).focus();
    await page.keyboard.press('Enter');
    await panel().waitFor();
    await page.keyboard.press('Escape');
    await until('the panel is closed', async () => (await page.locator('.dialog').count()) === 0);
  });
});
