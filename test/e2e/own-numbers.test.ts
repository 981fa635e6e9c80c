import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { telephony } from '../edge/provisioning.ts';
import { type Stack, startStack } from '../medium/stack.ts';
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
});
