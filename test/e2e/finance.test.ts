import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { zone } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, open, shot, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const admin = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const MAIN = '25402-CBT';
const OTHER = '30117-TF';
const TOLL_FREE = '78001000101';
const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const FROM = NOW - 4 * 24 * HOUR;
const begins = new Date(FROM).toISOString().slice(0, 10);
const PERIOD = `from=${new Date(FROM).toISOString()}&to=${new Date(NOW + HOUR).toISOString()}`;
const plain = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ');

let stack: Stack;
let browser: Browser;
let page: Page;

let made = 0;
const outgoing = (hoursAgo: number, talk: number, more: Partial<MadeCall> = {}): MadeCall => ({
  ...{ id: `paid-${made++}`, tenant: 't1', domain: admin.domain, direction: 'out', from: '101', to: '74957654321' },
  ...{ startedAt: NOW - hoursAgo * HOUR + made * 1_000, wait: 5, talk, legs: [{ target: '74957654321', after: 1, code: 200 }], ...more },
});
const CALLS = [
  outgoing(74, 600),
  outgoing(50, 300),
  outgoing(49, 1_200),
  outgoing(26, 65),
  outgoing(2, 1_860),
  outgoing(3, 90, { direction: 'in', from: '79139990000', to: TOLL_FREE, legs: [{ target: '101', after: 1, code: 200 }] }),
];
/** 1.50 a minute by seconds, and 2.40 of who calls the 8-800 number: kopecks. */
const OUT = [600, 300, 1_200, 65, 1_860].map((talk) => Math.round(talk * 2.5));
const IN = 90 * 4;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/directory', {
    ...{ numbers: [{ number: TOLL_FREE, label: 'Горячая линия' }], groups: [], accounts: [] },
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: admin.password, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/looks', { password: admin.password, role: 'observer' });
  page = await newPage(browser);
  await signIn(page, stack.portal, admin, '/c/t1/finance');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

/** A page of the portal, once it answers. */
const visit = (path: string) => open(page, `${stack.portal}${path}`);
const paid = async (amount: number, key: string, note: string) =>
  (await stack.rest<{ entry: string }>('POST', `/tenants/t1/contracts/${MAIN}/payments`, { amount, key, note })).entry;

describe.skipIf(!HAS_BROWSER)('finance in a browser', () => {
  test('a company without a contract is told what will be there', async () => {
    await page.getByText('Договора пока нет').waitFor();
    expect(await looks(page, 'finance-none')).toEqual([]);
  });

  test('the balance, the charges by day and service, and the payments of a contract agree with REST, and another contract is chosen (S-05, S-17)', async () => {
    await stack.rest('PUT', '/ops/tariffs/base', {
      ...{ name: 'Базовый', vatPercent: 20, vatIncluded: true, onNetFree: true, packages: [] },
      lines: [
        { prefix: '7495', name: 'Москва', price: '1.5', stepSeconds: 1 },
        { direction: 'in', prefix: '', name: '8-800', price: '2.4', stepSeconds: 1 },
      ],
    });
    const tariffs = [{ tariff: 'base', fromOn: begins }];
    await stack.rest('PUT', `/tenants/t1/contracts/${MAIN}`, { beginsOn: begins, tariffs });
    await stack.rest('PUT', `/tenants/t1/contracts/${OTHER}`, { beginsOn: begins, isMain: false, numbers: [TOLL_FREE], tariffs });
    await sendTcp(
      stack.ports.events,
      CALLS.flatMap((call) => [...callBegins(call), ...callEnds(call)]),
    );
    const owed = OUT.reduce((sum, amount) => sum + amount, 0);
    await until('all is charged', async () => {
      const { data } = await stack.rest<{ data: { balance: number }[] }>('GET', '/tenants/t1/balance');
      return data[0]?.balance === -owed && data[1]?.balance === -IN;
    });
    await visit(`/c/t1/finance?${PERIOD}`);
    await page.getByText('Платежей пока не было').waitFor();
    const strip = page.getByLabel('Состояние счёта');
    expect(plain(await strip.textContent())).toMatch(/Баланс.*−100,63 ₽.*задолженность.*Начислено.*100,63 ₽.*НДС 16,77 ₽.*Звонков.*5/s);

    await paid(500_00, 'pp-16', 'Счёт 16');
    const wrong = await paid(1_000_00, 'pp-17', 'Счёт 17');
    await stack.rest('POST', `/tenants/t1/payments/${wrong}/reversal`, { note: 'Платёж другой компании' });
    await visit(`/c/t1/finance?${PERIOD}`);
    expect(plain(await strip.textContent())).toMatch(/399,37 ₽.*на счёте/s);
    const payments = page.getByRole('table', { name: 'Платежи' }).locator('tbody tr');
    expect((await payments.allTextContents()).map((text) => plain(text).replace(/^.*?\d\d:\d\d\s*/s, ''))).toEqual([
      expect.stringMatching(/−1 000,00 ₽\s*Отмена платежа\s*Платёж другой компании/),
      expect.stringMatching(/\+1 000,00 ₽\s*Платёж, отменён\s*Счёт 17/),
      expect.stringMatching(/\+500,00 ₽\s*Платёж\s*Счёт 16/),
    ]);
    const { data } = await stack.rest<{ data: { contract: string; amount: number }[] }>('GET', `/tenants/t1/charges?${PERIOD}`);
    const days = page.getByRole('table', { name: 'Начисления по дням' }).locator('tbody tr');
    expect((await days.locator('b').allTextContents()).map((sum) => Number(sum.replace(',', '.')) * 100)).toEqual(
      data.flatMap(({ contract, amount }) => (contract === MAIN ? [amount] : [])).toReversed(),
    );
    const file = await (await page.request.get(`${stack.portal}/c/t1/finance/file?${PERIOD}&format=csv`)).text();
    expect(file.split('\r\n')[0]).toBe('\ufeffДень;Услуга;Звонков;Длительность;"Всего, ₽";"В том числе НДС, ₽"');
    expect(file.match(/;(\d+,\d\d);\d+,\d\d\r\n/g)).toHaveLength(data.filter(({ contract }) => contract === MAIN).length + 1);
    expect(file).toContain('Итого;;5;1:07:05;100,63;16,77');
    expect(await looks(page, 'finance', undefined, { fullPage: true })).toEqual([]);

    await page.getByRole('link', { name: OTHER }).click();
    await page.waitForURL(/contract=30117-TF/);
    await page.getByText(`Договор ${OTHER}`).waitFor();
    expect(plain(await strip.textContent())).toMatch(/−3,60 ₽/);
    expect(plain(await days.textContent())).toMatch(/3,60/);
  });

  test('a period without charges says so, and one that is too long too', async () => {
    await visit('/c/t1/finance?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z');
    await page.getByText('За этот период ничего не начислено').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await visit('/c/t1/finance?from=2020-01-01T00:00:00Z&to=2022-01-02T00:00:00Z');
    await page.getByText('Слишком длинный период').waitFor();
  });

  test('what a call cost is a column of the journal and a line of its card, for who may know it (A-54)', async () => {
    await visit(`/c/t1/journal?${PERIOD}`);
    const kept = page.waitForResponse((response) => /\/journal\/columns$/.test(response.url()) && response.ok());
    await page.getByRole('button', { name: 'Колонки', exact: true }).click();
    await Promise.all([kept, page.locator('.popover').getByLabel('Стоимость', { exact: true }).press('Space')]);
    await page.keyboard.press('Escape');
    await until('the store has the cost', async () => {
      await visit(`/c/t1/journal?${PERIOD}`);
      return plain(await page.locator('[data-call="paid-3"]').textContent()).includes('1,63 ₽');
    });
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'journal-cost');
    await visit('/c/t1/calls/paid-3');
    await page.getByText('1,63 ₽: Москва, 1 мин 5 с × 1,50 ₽/мин; в том числе НДС 0,27 ₽').waitFor();
    expect(await looks(page, 'card-cost')).toEqual([]);

    const other = await newPage(browser);
    await signIn(other, stack.portal, { ...admin, login: 'looks' }, `/c/t1/journal?${PERIOD}`);
    await other.getByRole('button', { name: 'Колонки', exact: true }).click();
    await other.locator('.popover').getByLabel('Транк', { exact: true }).waitFor();
    expect(await other.locator('.popover').getByLabel('Стоимость', { exact: true }).count()).toBe(0);
    expect(await other.getByRole('link', { name: 'Баланс и начисления' }).count()).toBe(0);
    expect((await other.goto(`${stack.portal}/c/t1/finance`))?.status()).toBe(403);
    await other.context().close();
  });
});
