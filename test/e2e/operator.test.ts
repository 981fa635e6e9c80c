import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { awake, axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const COMPANIES = '/operator';
const PEOPLE = '/operator/people';
const AUDIT = '/operator/audit';

let stack: Stack;
let browser: Browser;
let page: Page;
/** what the page showed once */
let shown = '';

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/ops/users/olga', { password: PASSWORD, role: 'operator' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: OPERATOR_DOMAIN, login: 'olga', password: PASSWORD }, '/', awake);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const open = async (path: string) => {
  await page.goto(stack.portal + path);
  await awake(page);
};
const listed = () => page.locator('[data-company]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-company')));
const row = (login: string) => page.locator(`[data-user="${login}"]`);
const dialog = () => page.getByRole('dialog');
async function edit(login: string): Promise<void> {
  await row(login)
    .getByRole('button', { name: `Изменить: ${login}` })
    .click();
  await dialog().getByLabel('E-mail').waitFor();
}

describe.skipIf(!HAS_BROWSER)("the operator's own pages", () => {
  test('after sign-in stands the list of companies; keys lead into it, to a company and back', async () => {
    expect(new URL(page.url()).pathname).toBe(COMPANIES);
    expect((await listed()).sort()).toEqual(['t1', 't2']);
    await page.keyboard.press('/');
    await page.keyboard.type(String(companies().t2?.tenant.domain));
    await page.waitForURL(/q=/);
    await page.locator('[data-company="t1"]').waitFor({ state: 'detached' });
    expect(await listed()).toEqual(['t2']);
    // the field keeps what is typed, and the focus
    expect(await page.getByRole('searchbox').evaluate((field) => field.matches(':focus'))).toBe(true);
    await page.getByRole('searchbox').fill('никто');
    await page.getByText('Такой компании нет').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-company="t1"]').waitFor();
    await page.locator('[data-company="t1"] th a').click();
    await page.waitForURL('**/c/t1');
    await settled(page);
    await page.getByRole('link', { name: 'Все компании' }).click();
    await page.waitForURL(`**${COMPANIES}`);
    await page.locator('[data-company="t2"]').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL(`**${PEOPLE}`);
    await row('olga').waitFor();
  });

  test('somebody of support is added, by keys alone; the password is shown once', async () => {
    await open(PEOPLE);
    await page.getByRole('button', { name: 'Добавить' }).focus();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Логин').fill('olga');
    await page.keyboard.press('Enter');
    await page.getByText('Такой логин уже есть').waitFor();
    await dialog().getByLabel('Логин').fill('sofia');
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'operator-add');
    await page.keyboard.press('Enter');
    const password = page.locator('[data-password]');
    await password.waitFor();
    shown = (await password.textContent()) ?? '';
    expect(shown).toMatch(/^[\w-]{16}$/);
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'operator-password');
    await page.keyboard.press('Escape');
    await password.waitFor({ state: 'detached' });
    expect(await row('sofia').textContent()).toContain('Поддержка оператора');
    expect(await row('sofia').textContent()).toContain('не входил');
    await open(PEOPLE);
    expect(await page.content()).not.toContain(shown);
  });

  test('they sign in with it, see all companies and the way into each, and neither people nor audit of the operator', async () => {
    const sofia = await newPage(browser);
    await signIn(sofia, stack.portal, { domain: OPERATOR_DOMAIN, login: 'sofia', password: shown }, '/', awake);
    expect(new URL(sofia.url()).pathname).toBe(COMPANIES);
    expect(await sofia.locator('[data-company]').count()).toBe(2);
    expect(await sofia.getByRole('link', { name: 'Сотрудники оператора' }).count()).toBe(0);
    for (const path of [PEOPLE, AUDIT]) expect((await sofia.goto(stack.portal + path))?.status(), path).toBe(403);
    await sofia.goto(stack.portal + COMPANIES);
    await sofia.locator('[data-company="t1"]').getByRole('link', { name: 'Смотреть как' }).click();
    await sofia.waitForURL('**/c/t1/view-as');
    await sofia.getByRole('button', { name: 'Смотреть как anna' }).waitFor();
    await sofia.context().close();
    await open(PEOPLE);
    expect(await row('sofia').textContent()).not.toContain('не входил');
  });

  test('nobody has a way to block or change themselves, and the last operator stays', async () => {
    await row('admin').getByRole('button', { name: 'Заблокировать: admin' }).click();
    await page.getByText('Сотрудник заблокирован').waitFor();
    await row('admin').getByRole('button', { name: 'Разблокировать: admin' }).waitFor();
    // olga is the last who can sign in
    expect(await row('olga').getByRole('button').count()).toBe(0);
    await row('olga').getByRole('link', { name: 'Учётная запись' }).waitFor();
    await expect(stack.rest('PATCH', '/ops/users/olga', { blocked: true })).rejects.toThrow('409');
    await expect(stack.rest('DELETE', '/ops/users/olga')).rejects.toThrow('409');
    // a form that was tampered with is answered in words
    await row('sofia')
      .locator('input[name=login]')
      .evaluate((field) => field.setAttribute('value', 'olga'));
    await row('sofia').getByRole('button', { name: 'Заблокировать' }).click();
    await page.getByText('Себя нельзя ни изменить, ни заблокировать').waitFor();
    await open(PEOPLE);
    await row('admin').getByRole('button', { name: 'Разблокировать: admin' }).click();
    await page.getByText('Сотрудник разблокирован').waitFor();
  });

  test('role, a new password and the end of an account', async () => {
    await edit('sofia');
    await dialog().getByLabel('Роль').click();
    await page.getByRole('option', { name: 'Оператор' }).click();
    await dialog().getByLabel('E-mail').fill('sofia@operator.test');
    await dialog().getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Сохранено').waitFor();
    await row('sofia').getByText('sofia@operator.test').waitFor();
    expect(await row('sofia').textContent()).not.toContain('Поддержка');
    await edit('sofia');
    await dialog().getByRole('button', { name: 'Новый пароль' }).click();
    await page.getByText('Прежний пароль перестанет действовать').waitFor();
    await dialog().getByRole('button', { name: 'Новый пароль' }).click();
    const password = page.locator('[data-password]');
    await password.waitFor();
    expect(await password.textContent()).not.toBe(shown);
    await dialog().getByRole('button', { name: 'Закрыть' }).last().click();
    await edit('sofia');
    await dialog().getByRole('button', { name: 'Удалить' }).click();
    await page.getByRole('heading', { name: 'Удалить sofia?' }).waitFor();
    await dialog().getByRole('button', { name: 'Удалить' }).click();
    await page.getByText('Сотрудник удалён').waitFor();
    await row('sofia').waitFor({ state: 'detached' });
  });

  test('each act stands in the audit, which is filtered and exported', async () => {
    await open(`${AUDIT}?subject=sofia`);
    for (const act of ['add', 'sign-in', 'change', 'delete']) await page.locator(`[data-act="person.${act}"]`).first().waitFor();
    expect(await page.locator('[data-act="person.change"]').last().textContent()).toMatch(/role:\s+support\s+operator/);
    await page.getByLabel('Кто: логин или токен').fill('sofia');
    await page.getByRole('button', { name: 'Показать' }).click();
    await page.waitForURL(/who=sofia/);
    await page.locator('[data-act="person.delete"]').waitFor({ state: 'detached' });
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Выгрузить' }).click()]);
    expect(file.suggestedFilename()).toBe('audit-operator.csv');
  });

  test('the pages fit a phone, in both themes and languages, and axe finds nothing', async () => {
    await stack.rest('PUT', '/ops/users/sofia', { password: PASSWORD, role: 'support', email: 'sofia.petrova@operator.test' });
    await stack.rest('PATCH', '/ops/users/sofia', { blocked: true });
    expect(await looks(page, 'operator-companies', () => open(COMPANIES))).toEqual([]);
    expect(await looks(page, 'operator-people', () => open(PEOPLE))).toEqual([]);
    expect(await looks(page, 'operator-audit', () => open(AUDIT))).toEqual([]);
    await open(PEOPLE);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'The operator’s people', level: 1 }).waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(/[а-яё]/i);
    await shot(page, 'operator-people-en');
    await open(COMPANIES);
    await shot(page, 'operator-companies-en');
    await page.setViewportSize({ width: 390, height: 900 });
    await open(PEOPLE);
    await page.getByRole('button', { name: 'Edit: sofia' }).click();
    await dialog().getByLabel('Role').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'operator-edit-390');
  });
});
