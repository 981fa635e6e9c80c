import { asTenant, connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { log } from '../recordings/ffmpeg.ts';
import { zone } from './alfa.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const admin = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const PATH = '/c/t1/settings/alerts';
const OWN = '73910000122';

let stack: Stack;
let browser: Browser;
let page: Page;
let postgres: Postgres<PostgresSchema>;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  // nobody listens there: messages wait, and the page says why
  stack = await startStack({ env: { SMTP_URL: 'smtp://127.0.0.1:1', PORTAL_URL: 'http://portal.test' } });
  postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/directory', {
    ...{ numbers: [{ number: OWN, label: 'Главный' }], groups: [{ id: 'sales', name: 'Продажи' }], accounts: [] },
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'], group: 'sales' }],
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: admin.password, role: 'admin' });
  page = await newPage(browser);
  await signIn(page, stack.portal, admin, PATH);
});
afterAll(async () => {
  await browser?.close();
  await postgres?.close();
  await stack?.end();
});

const missed = (i: number): MadeCall => ({
  ...{ id: `a${i}`, tenant: 't1', domain: admin.domain, direction: 'in', from: `7913000${1000 + i}`, to: OWN },
  ...{ startedAt: Date.now() - 21_000, wait: 20, talk: 0, code: 487, legs: [{ target: '101', after: 1, code: 487 }] },
});
/** Looked at within seconds, and not only when its minute is over. */
const soon = () =>
  asTenant(postgres.db, 't1', (trx) => trx.updateTable('alerts').set({ next_at: new Date() }).where('tenant', '=', 't1').execute());

describe.skipIf(!HAS_BROWSER)('alerts in a browser', () => {
  test('one is made from what people mostly ask for; what is wrong is said at its field', async () => {
    await page.getByText('За показателями никто не следит').waitFor();
    expect(await looks(page, 'alerts-none')).toEqual([]);
    await page.getByRole('button', { name: 'Новое оповещение' }).click();
    const form = page.getByRole('dialog', { name: 'Новое оповещение' });
    await form.getByRole('button', { name: 'Много пропущенных' }).click();
    await form.getByRole('spinbutton', { name: 'Порог' }).fill('1');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('Укажите, кому сообщать').waitFor();
    await form.getByLabel('Кому писать').fill('дежурный');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('Проверьте адреса').waitFor();
    expect(await looks(page, 'alerts-form')).toEqual([]);
    await form.getByLabel('Кому писать').fill('duty@alfa.test');
    await form.getByRole('button', { name: 'Номера:' }).click();
    await page.getByRole('option', { name: /Главный/ }).click();
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Оповещение сохранено.').waitFor();
    const row = page.getByRole('row', { name: /Много пропущенных/ });
    expect(await row.textContent()).toMatch(/Неотвеченные входящие[\s\S]*больше 1 за 15\sмин, Главный[\s\S]*duty@alfa\.test/);

    // a share is typed in per cent
    await page.getByRole('button', { name: 'Новое оповещение' }).click();
    await form.getByRole('button', { name: 'Уровень сервиса', exact: true }).click();
    await form.getByLabel('Кому писать').fill('duty@alfa.test');
    await form.getByLabel('Адрес программы').fill('http://127.0.0.1:9/hook');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Секрет видно один раз').waitFor();
    expect(await page.getByRole('row', { name: /Уровень сервиса/ }).textContent()).toMatch(/меньше 80,0\s%/);
    const data = (await stack.rest<{ data: { measure: string; bound: number }[] }>('GET', '/tenants/t1/alerts')).data;
    expect(data.find(({ measure }) => measure === 'serviceLevel')?.bound).toBe(0.8);
  });

  test('it is alarmed, and says since when; history and log say what came of it, and a trial goes by a click', async () => {
    await sendTcp(
      stack.ports.events,
      [1, 2, 3].flatMap((i) => [...callBegins(missed(i)), ...callEnds(missed(i))]),
    );
    const list = async <T>(path: string) => (await stack.rest<{ data: T[] }>('GET', `/tenants/t1/${path}`)).data;
    await until('the calls are there', async () => (await list('calls')).length === 3);
    await soon();
    await until('it is alarmed', async () => (await list<{ since: string | null }>('alerts')).some(({ since }) => since !== null), 100_000);
    await page.getByRole('button', { name: 'Отправить пробное сообщение: «Уровень сервиса»' }).click();
    await page.getByText('Пробное сообщение отправляется.').waitFor();
    const noted = () => list<{ fault: string }>('alerts/log');
    await until('all were tried', async () => (await noted()).length === 3 && (await noted()).every(({ fault }) => fault !== ''), 30_000);
    await open(page, `${stack.portal}${PATH}`);
    expect(
      await page
        .getByRole('row', { name: /Изменить оповещение «Много пропущенных»|Много пропущенных/ })
        .first()
        .textContent(),
    ).toMatch(/тревога[\s\S]*с [\s\S]*проверено/);
    await page.getByText('продолжается').waitFor();
    await page.getByText(/попытка \d: адрес внутри сети оператора/).waitFor();
    expect(await looks(page, 'alerts')).toEqual([]);
    await page
      .getByRole('button', { name: /Отправить снова: «Много пропущенных»/ })
      .first()
      .click();
    await page.getByText('Отправляется снова.').waitFor();
  });

  test('a changed alert begins anew; one that is deleted is gone', async () => {
    await page.getByRole('button', { name: 'Изменить оповещение «Много пропущенных»' }).click();
    const form = page.getByRole('dialog', { name: 'Изменить оповещение' });
    expect(await form.getByRole('spinbutton', { name: 'Порог' }).inputValue()).toBe('1');
    await form.getByRole('switch', { name: 'Включено' }).click();
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Оповещение изменили или выключили.').waitFor();
    await page.getByRole('button', { name: 'Удалить оповещение «Уровень сервиса»' }).click();
    await page.getByRole('dialog', { name: 'Удалить оповещение?' }).getByRole('button', { name: 'Удалить', exact: true }).click();
    await page.getByText('Оповещение удалено.').waitFor();
    expect((await stack.rest<{ data: object[] }>('GET', '/tenants/t1/alerts')).data).toHaveLength(1);
  });
});
