import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { telephony } from '../edge/provisioning.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { store } from './alfa.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';

const admin = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const PATH = '/c/t1/settings/numbers';

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: 'Europe/Moscow' });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: admin.password, role: 'admin' });
  page = await newPage(browser);
  await signIn(page, stack.portal, admin, PATH);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER)('own numbers in a browser', () => {
  test('before there is one, the page says who connects numbers', async () => {
    await page.getByText('Внешних номеров пока нет').waitFor();
    expect(await looks(page, 'own-numbers-none')).toEqual([]);
  });

  test('routes stand in words, and who rings on Saturday evening is answered with the rule that decided (S-25)', async () => {
    await stack.rest('PUT', '/tenants/t1/pbx', telephony().t1.pbx);
    const evening = {
      name: 'Вечер',
      when: [{ days: ['sat', 'sun'], from: '19:00', to: '02:00' }],
      to: { kind: 'group', value: 'support' },
    };
    const own = { callers: ['7495*', 'hidden'], to: { kind: 'outside', value: '+79035550001', shown: 'caller' } };
    const holiday = {
      when: [{ calendar: 'holiday', dates: [{ from: '2027-01-01', to: '2027-01-08' }] }],
      to: { kind: 'reject', code: 486 },
    };
    await stack.rest('PUT', '/tenants/t1/pbx/numbers/74951000101/route', {
      rules: [evening, own, holiday, { to: { kind: 'extension', value: '105' } }],
    });
    await stack.rest('PUT', '/tenants/t1/pbx/black-list', { data: [{ pattern: '7916*' }] });
    await open(page, `${stack.portal}${PATH}`);
    const route = await page.getByRole('row', { name: /100-01-01/ }).textContent();
    expect(route?.replace(/\s+/g, ' ')).toMatch(
      /группа «support» Вечер: сб, вс 19:00–02:00.*на \+7 903 555-00-01, виден номер звонящего звонит 7495\*, скрытый номер.*сигнал «занято» 01\.01\.2027–08\.01\.2027 в праздники.*сотрудник 105 всегда/,
    );
    await page.getByLabel('Кто звонит').fill('8 (903) 123-45-67');
    await page.getByLabel('Когда').fill('2026-11-28T19:05');
    await page.getByRole('button', { name: 'Проверить' }).click();
    await page.getByText('Сработало правило 1 «Вечер».').waitFor();
    await page.getByText('105, 101: по очереди, каждый 5 с').waitFor();
    await page.getByText('Никто не ответил: звонок закончится.').waitFor();
    expect(await looks(page, 'own-numbers')).toEqual([]);
    // it is in the address, so that F5 keeps it and it can be sent on
    await page.reload();
    await page.getByText('Сработало правило 1 «Вечер».').waitFor();
    await page.getByLabel('Кто звонит').fill('+7 916 000-00-00');
    await page.getByRole('button', { name: 'Проверить' }).click();
    await page.getByText('Звонящий в чёрном списке: 7916*.').waitFor();
    await page.getByText('отказ (SIP 603)').waitFor();
  });

  const ROUTE = `tenants/t1/pbx/numbers/74951000101/route`;
  const edit = async () => {
    await open(page, `${stack.portal}${PATH}`);
    await page.getByRole('button', { name: 'Изменить маршрут +7 495 100-01-01' }).first().click();
    await page.getByText('Сейчас звонок пойдёт так:').waitFor();
  };

  test('a rule is inserted and moved by keys, says before it is saved what a call now would do, and decides once it is (S-25)', async () => {
    await stack.rest('PUT', `/${ROUTE}`, { rules: [{ to: { kind: 'extension', value: '105' } }] });
    await stack.rest('PUT', '/tenants/t1/pbx/black-list', { data: [] });
    await edit();
    await page.getByLabel('Если сейчас позвонит').fill('+7 903 123-45-67');
    await page.getByRole('button', { name: 'Вставить правило перед 1' }).click();
    await page.getByText('Исправьте отмеченное').waitFor();
    await page.getByRole('button', { name: /^Короткий номер/ }).click();
    await page.getByRole('option', { name: '102' }).click();
    await page.getByRole('dialog').getByLabel('Кто звонит').fill('8 (903) 123-45-67');
    await page.getByRole('button', { name: 'Убрать время' }).click();
    await page.getByText('После сохранения звонок пойдёт иначе:').waitFor();
    await page.getByText('Сработало правило 1.').waitFor();
    await page.getByText('102, 25 с').waitFor();
    expect(await looks(page, 'route-edit')).toEqual([]);
    // a second rule before it, and back by the keys
    await page.getByRole('button', { name: 'Вставить правило перед 1' }).click();
    await page.getByRole('button', { name: /^Куда идёт звонок/ }).click();
    await page.getByRole('option', { name: 'Отклонить' }).click();
    const rules = page.getByRole('list', { name: 'Куда идёт звонок' }).locator('.what');
    await rules.nth(0).focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect
      .poll(() => rules.allTextContents())
      .toEqual([
        expect.stringContaining('сотрудник 102'),
        expect.stringMatching(/отказ.*пн, вт, ср, чт, пт 09:00–18:00/),
        expect.stringMatching(/сотрудник 105.*все остальные звонки/),
      ]);
    await page.keyboard.press('Alt+Delete');
    await expect.poll(() => rules.count()).toBe(2);
    // closed by mistake: nothing is lost
    await page.keyboard.press('Escape');
    await page.getByText('не сохранено').waitFor();
    await page.getByRole('button', { name: 'Изменить маршрут +7 495 100-01-01' }).first().click();
    await page.getByText(/После сохранения|ничего не изменится/).waitFor();
    await page.getByRole('button', { name: 'Сохранить маршрут' }).click();
    await page.getByText('действует со следующего звонка').waitFor();
    const { data } = await stack.rest<{ data: { number: string; rules: unknown[] }[] }>('GET', '/tenants/t1/pbx/numbers');
    expect(data[0]?.rules).toMatchObject([
      { callers: ['79031234567'], to: { kind: 'extension', value: '102' } },
      { when: [], callers: [], to: { kind: 'extension', value: '105' } },
    ]);
  });

  test('who changes a route that somebody else has just changed is told, sees theirs, and keeps what was typed', async () => {
    await edit();
    await page.getByLabel('Белый список').fill('8 (916) 123-45-67; директор');
    await page.getByText(/После сохранения|ничего не изменится/).waitFor();
    await stack.rest('PUT', `/${ROUTE}`, { rules: [{ to: { kind: 'group', value: 'support' } }] });
    await page.getByRole('button', { name: 'Сохранить маршрут' }).click();
    await page.getByText('Маршрут изменил кто-то ещё.').waitFor();
    await page.getByText('группа «support»').first().waitFor();
    expect(await page.getByLabel('Белый список').inputValue()).toBe('8 (916) 123-45-67; директор');
    expect(await looks(page, 'route-stale')).toEqual([]);
    await page.getByRole('button', { name: 'Оставить мой вариант' }).click();
    await page.getByRole('button', { name: 'Сохранить маршрут' }).click();
    await page.getByText('действует со следующего звонка').waitFor();
    await page.getByText('1: дозвонятся только они').waitFor();
  });

  test('numbers are put on the black list several at once, found, taken off and put back (S-28, S-30)', async () => {
    await stack.rest('PUT', `/${ROUTE}`, { rules: [{ to: { kind: 'extension', value: '105' } }] });
    await open(page, `${stack.portal}/c/t1/settings/black-list`);
    await page.getByText('Список пуст').waitFor();
    expect(await looks(page, 'black-list-none')).toEqual([]);
    await page.getByRole('button', { name: 'Добавить номера' }).click();
    await page.getByLabel('Номера', { exact: true }).fill('8 (916) 123-45-67; спам\nанна');
    await page.getByRole('button', { name: 'Добавить в список' }).click();
    await page.getByText('Это не номера: анна.').waitFor();
    await page.getByLabel('Номера', { exact: true }).fill('8 (916) 123-45-67; спам\n7495*\tреклама\nскрытый номер');
    expect(await looks(page, 'black-list-add')).toEqual([]);
    await page.getByRole('button', { name: 'Добавить в список' }).click();
    await page.getByText('В список добавлены 3 номера').waitFor();
    const stored = async () => (await stack.rest<{ data: object[] }>('GET', '/tenants/t1/pbx/black-list')).data;
    const three = [
      { pattern: '7495*', comment: 'реклама' },
      { pattern: '79161234567', comment: 'спам' },
      { pattern: 'hidden', comment: '' },
    ];
    expect(await stored()).toEqual(three);
    expect(await looks(page, 'black-list')).toEqual([]);
    const rows = page.locator('[data-pattern]');
    await page.getByRole('searchbox', { name: 'Номер или комментарий' }).fill('8 916 123');
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining('спам')]);
    await page.getByRole('searchbox', { name: 'Номер или комментарий' }).fill('такого нет');
    await page.getByRole('button', { name: 'Сбросить' }).first().waitFor();
    await page.getByRole('searchbox', { name: 'Номер или комментарий' }).fill('');
    await page.getByLabel('Выбрать +7 916 123-45-67').check();
    await page.getByLabel('Выбрать 7495*').check();
    await page.getByRole('button', { name: 'Убрать выбранные (2)' }).click();
    await page.getByText('Из списка убрано 2 номера').waitFor();
    expect(await stored()).toEqual([three[2]]);
    await page.getByRole('button', { name: 'Вернуть', exact: true }).click();
    await page.getByText('Номера снова в списке').waitFor();
    expect(await stored()).toEqual(three);
  });

  test('who called is put on the black list from the journal and from the card by one click, and taken off by another (S-30)', async () => {
    const [spam, other] = ['79130000001', '79130000002'];
    const call = (from: string, at: number) => ({
      ...{ id: `own-${from}`, tenant: 't1', domain: admin.domain, direction: 'in' as const, from, to: '74951000101' },
      ...{ startedAt: at, wait: 3, talk: 20, legs: [{ target: '105', after: 1, code: 200 }] },
    });
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    await store(stack, [call(spam, now - 120_000), call(other, now - 60_000)]);
    await stack.rest('PUT', '/tenants/t1/pbx/black-list', { data: [] });
    const stored = async () =>
      (await stack.rest<{ data: { pattern: string; comment: string }[] }>('GET', '/tenants/t1/pbx/black-list')).data;
    const [from, to] = [now - 3_600_000, now + 3_600_000].map((at) => new Date(at).toISOString());
    await open(page, `${stack.portal}/c/t1/journal?from=${from}&to=${to}`);
    const row = page.locator('[data-call]', { hasText: '000-00-01' });
    await row.locator('.twist').click();
    await page.getByRole('button', { name: 'В чёрный список' }).click();
    await page.getByText('+7 913 000-00-01 в чёрном списке').waitFor();
    expect(await stored()).toEqual([{ pattern: spam, comment: expect.stringMatching(/^звонок \S+ \d\d:\d\d/) }]);
    await page.getByRole('button', { name: 'Вернуть', exact: true }).click();
    await page.getByText('Номер снова может звонить').waitFor();
    expect(await stored()).toEqual([]);
    expect(await looks(page, 'black-list-journal')).toEqual([]);
    await open(page, `${stack.portal}/c/t1/calls/own-${other}`);
    await page.getByRole('button', { name: 'В чёрный список' }).click();
    await page.getByText('+7 913 000-00-02 в чёрном списке').waitFor();
    await page.getByRole('button', { name: 'В чёрный список' }).click();
    await page.getByText('+7 913 000-00-02 уже в чёрном списке').waitFor();
    expect(await stored()).toMatchObject([{ pattern: other }]);
  });

  test('accounts are made with a password that is shown once, blocked and let in again (S-20, S-21)', async () => {
    await stack.rest('PUT', '/tenants/t1/directory', { accounts: [{ user: '101', comment: 'Приёмная' }] });
    await open(page, `${stack.portal}/c/t1/settings/accounts`);
    const row = (user: string) => page.locator(`[data-account="${user}"]`);
    expect(await row('101').textContent()).toContain('Приёмная');
    await row('101').getByText('не подключён').waitFor();
    await row('108').getByText('заблокирован', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Заблокировать 101' }).click();
    await page.getByText('101 заблокирован').waitFor();
    await page.getByRole('button', { name: 'Разблокировать 101' }).waitFor();
    expect(await looks(page, 'accounts')).toEqual([]);
    const stored = async () => (await stack.rest<{ data: { user: string; status: string }[] }>('GET', '/tenants/t1/pbx/accounts')).data;
    expect(await stored()).toContainEqual({ user: '101', status: 'blocked' });
    await page.getByRole('button', { name: 'Новый аккаунт' }).click();
    await page.getByLabel('Логин', { exact: true }).fill('дверь');
    await page.getByRole('button', { name: 'Создать' }).click();
    await page.getByText('Логин: до 64 латинских букв').waitFor();
    await page.getByLabel('Логин', { exact: true }).fill('door');
    await page.getByRole('button', { name: 'Создать' }).click();
    await page.getByText('Данные для телефона door').waitFor();
    const first = await page.locator('[data-password]').textContent();
    expect(first).toMatch(/^[\w-]{16}$/);
    expect(await looks(page, 'account-made')).toEqual([]);
    await page.getByRole('button', { name: 'Закрыть' }).last().click();
    await row('door').waitFor();
    expect(await page.content()).not.toContain(first ?? '');
    await page.getByRole('button', { name: 'Новый пароль для door' }).click();
    await page.getByRole('button', { name: 'Выдать новый пароль' }).click();
    await page.getByText('Данные для телефона door').waitFor();
    expect(await page.locator('[data-password]').textContent()).not.toBe(first);
  });
});
