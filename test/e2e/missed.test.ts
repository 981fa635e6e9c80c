import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const DOMAIN = 'alfa.pbx.test';
const PASSWORD = 'secret-secret';
const MINUTE = 60_000;
const base = Math.floor(Date.now() / 1_000) * 1_000;

let made = 0;
/** A call of a client, so many minutes ago. */
function call(from: string, minutesAgo: number, more: Partial<MadeCall> = {}): MadeCall {
  return {
    ...{ id: `missed-${made++}`, tenant: 't1', domain: DOMAIN, direction: 'in', from, to: '73910000122' },
    ...{ startedAt: base - minutesAgo * MINUTE, wait: 6, talk: 30, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
const missed = (from: string, minutesAgo: number, target = '101') =>
  call(from, minutesAgo, { talk: 0, code: 487, wait: 20, legs: [{ target, after: 1, code: 487 }] });
const back = (to: string, minutesAgo: number, answered: boolean) =>
  call('102', minutesAgo, {
    ...{ direction: 'out', to, legs: [{ target: to, after: 1, code: answered ? 200 : 487 }] },
    ...(answered ? {} : { talk: 0, code: 487, wait: 20 }),
  });
const [OVERDUE, TRIED, BACK, THROUGH] = ['79130000001', '79130000002', '79130000003', '79130000004'] as const;
const CALLS = [
  ...[missed(OVERDUE, 130), missed(OVERDUE, 120)],
  ...[missed(TRIED, 30, '102'), back(TRIED, 25, false)],
  ...[missed(BACK, 40), back(BACK, 35, true)],
  ...[missed(THROUGH, 50), call(THROUGH, 45)],
  missed('anonymous', 20),
];

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: DOMAIN, timezone: 'Asia/Krasnoyarsk' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [{ number: '73910000122', label: 'Главный' }],
    employees: ['Соколова А. П.', 'Кузнецов Д. И.'].map((name, i) => ({ id: `e10${i + 1}`, name, extensions: [`10${i + 1}`] })),
  });
  for (const [login, role, employee] of [
    ['admin', 'admin', null],
    ['irina', 'supervisor', null],
    ['oleg', 'observer', null],
    ['anna', 'employee', 'e102'],
  ] as const)
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role, employee });
  await send(...CALLS);
  await until('five cases are known', async () => {
    const { totals } = await stack.rest<{ totals: { cases: number; remaining: number } }>('GET', '/tenants/t1/reports/lost');
    return totals.cases === 5 && totals.remaining === 3;
  });
  [context, page] = await visit('admin');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const send = (...calls: MadeCall[]) =>
  sendTcp(
    stack.ports.events,
    calls.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );

async function visit(login: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<[BrowserContext, Page]> {
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', ...options });
  // a browser asks what to dial with, which nobody answers here
  await own.addInitScript(`document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="tel:"]');
    if (!link) return;
    event.preventDefault();
    window.dialled = link.href;
  }, true)`);
  const first = await own.newPage();
  await signIn(first, stack.portal, { domain: DOMAIN, login, password: PASSWORD }, '/c/t1/missed');
  return [own, first];
}
async function open(path = '/c/t1/missed', of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
const figures = async (of = page) => (await of.locator('.stat .figure').allTextContents()).map((text) => text.trim());
const lines = (of = page) => of.locator('tr[data-case]');
const line = (number: string, of = page) => of.locator('tr[data-case]', { hasText: number });
/** as the page writes them */
const SHOWN = { overdue: '+7 913 000-00-01', tried: '+7 913 000-00-02' } as const;
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();

describe.skipIf(!HAS_BROWSER)('missed and lost in a browser', () => {
  test('figures add up, each opens its cases, and who waits longest comes first (S-44, S-47)', async () => {
    await open();
    expect(await figures()).toEqual(['5', '1', '1', '3', '1']);
    expect(plain(await page.locator('.ends .bar').getAttribute('aria-label'))).toBe(
      'Чем кончились случаи: перезвонили 1, дозвонились сами 1, осталось, срок не вышел 2, просрочены 1',
    );
    expect(await lines().count()).toBe(3);
    expect(plain(await lines().nth(0).textContent())).toMatch(/^\+7 913 000-00-01 Главный 2 .* 0 2 ч \d+ мин Просрочен/);
    expect(plain(await lines().nth(1).textContent())).toMatch(/^\+7 913 000-00-02 Главный 1 .* – 1 \d+ мин Ждёт/);
    expect(plain(await lines().nth(2).textContent())).toMatch(/^Номер скрыт/);
    expect(
      await lines()
        .nth(2)
        .getByRole('button', { name: /Перезвонить/ })
        .count(),
    ).toBe(0);
    for (const [at, count] of [5, 1, 1, 3, 1].entries()) {
      await page.locator('.stat .figure a').nth(at).click();
      await until(`${count} cases are listed`, async () => (await lines().count()) === count);
    }
    expect(plain(await line(SHOWN.overdue).textContent())).toContain('Просрочен');
    await page.getByRole('link', { name: 'Закрытые' }).click();
    await page.waitForURL(/show=closed/);
    await until('closed ones are listed', async () => (await lines().count()) === 2);
    expect(plain(await page.locator('tbody').first().textContent())).toMatch(
      /Перезвонили, Кузнецов Д\. И\., через 4 мин.*Дозвонился сам, Соколова А\. П\., через 4 мин/,
    );
    await open();
    await line(SHOWN.overdue).getByRole('link', { name: 'пропущено 2 раза' }).click();
    await page.waitForURL(/\/journal\?/);
    await until('the two calls are listed', async () => (await page.locator('tr[data-call]').count()) === 2);
  });

  test('a supervisor sees who never called back', async () => {
    await open();
    expect(plain(await page.locator('tr[data-employee=e101]').textContent())).toBe('Соколова А. П. не перезванивал 4 0 0 2');
    expect(plain(await page.locator('tr[data-employee=e102]').textContent())).toBe('Кузнецов Д. И. 1 2 1 1');
  });

  test('who calls back has the number for a while; another is told by name; given back it is for everybody', async () => {
    const [others, other] = await visit('irina');
    await line(SHOWN.overdue)
      .getByRole('button', { name: /Перезвонить/ })
      .click();
    await page.getByText('у вас, другим он сейчас не предлагается').waitFor();
    await until('it is dialled', async () => (await page.evaluate('window.dialled')) === 'tel:+79130000001');
    // without a reload
    await line(SHOWN.overdue, other).getByText('звонит admin').waitFor();
    expect(
      await line(SHOWN.overdue, other)
        .getByRole('button', { name: /Перезвонить/ })
        .count(),
    ).toBe(0);
    await line(SHOWN.overdue)
      .getByRole('button', { name: /Отдать/ })
      .click();
    await line(SHOWN.overdue, other)
      .getByRole('button', { name: /Перезвонить/ })
      .waitFor();
    // somebody is faster than the page is told: a form sent all the same is refused with the name
    const id = await line(SHOWN.overdue, other).getAttribute('data-case');
    await stack.rest('POST', `/tenants/t1/cases/${id}/claim`, { holder: 'робот' });
    const refused = await other.request.post(`${stack.portal}/c/t1/missed?/claim`, {
      form: { id: id ?? '' },
      headers: { origin: stack.portal, accept: 'application/json' },
    });
    expect(await refused.text()).toContain('робот');
    await stack.rest('DELETE', `/tenants/t1/cases/${id}/claim?holder=${encodeURIComponent('робот')}`);
    await others.close();
  });

  test('owner, status and comment are kept and seen by others (S-46)', async () => {
    await open();
    await line(SHOWN.tried)
      .getByRole('button', { name: /Изменить/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Ответственный/ }).click();
    await page.getByRole('option', { name: 'Соколова А. П.' }).click();
    await dialog.getByText('В работе').click();
    await dialog.getByRole('textbox', { name: 'Комментарий' }).fill('Перезвонить после обеда');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await line(SHOWN.tried).getByText('В работе').waitFor();
    expect(plain(await line(SHOWN.tried).textContent())).toMatch(/В работе Соколова А\. П\. Перезвонить после обеда/);
    await page.getByRole('button', { name: /^Ответственный/ }).click();
    await page.getByRole('option', { name: 'Соколова А. П.' }).click();
    await page.waitForURL(/owner=e101/);
    await until('only hers', async () => (await lines().count()) === 1);
  });

  test('the list follows calls: a new missed call appears, a call back takes its line away, the menu counts', async () => {
    await open();
    const count = page.locator('.side .entry', { hasText: 'Потерянные' }).locator('.n');
    expect(await count.textContent()).toBe('3');
    const caller = '79130000009';
    await send(missed(caller, 5));
    await line('+7 913 000-00-09').waitFor({ timeout: 15_000 });
    await until('the menu counts four', async () => (await count.textContent()) === '4');
    await send(back(caller, 2, true));
    await line('+7 913 000-00-09').waitFor({ state: 'detached', timeout: 15_000 });
    await until('the figures follow', async () => JSON.stringify(await figures()) === JSON.stringify(['6', '2', '1', '3', '1']));
  });

  test('whoever may only look cannot write, and an employee sees their own', async () => {
    const [lookers, looker] = await visit('oleg');
    expect(await lines(looker).count()).toBe(3);
    expect(await looker.locator('tr[data-case] button').count()).toBe(0);
    await lookers.close();
    const [employees, employee] = await visit('anna');
    expect(
      await lines(employee)
        .allTextContents()
        .then((all) => all.map((text) => plain(text).slice(0, 16))),
    ).toEqual([SHOWN.tried]);
    expect(await employee.locator('tr[data-employee]').count()).toBe(0);
    await employees.close();
  });

  test('the dashboard leads here', async () => {
    await open('/c/t1');
    await page.locator('.trouble').getByRole('link', { name: 'Перезвонить', exact: true }).click();
    await page.waitForURL(/\/missed/);
    expect(await figures()).toHaveLength(5);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, desktop and 390 px; a phone does not scroll sideways', async (theme) => {
    await context.addCookies([{ name: 'callscope_theme', value: theme, url: stack.portal }]);
    for (const path of ['/c/t1/missed', '/c/t1/missed?show=all', '/c/t1/missed?period=last-month']) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(path);
      expect(await axeFindings(page), path).toEqual([]);
      expect(await sideways(page), path).toBe(0);
      await page.setViewportSize({ width: 390, height: 844 });
      await open(path);
      expect(await sideways(page), path).toBe(0);
      expect(await axeFindings(page), path).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('in English too, and without JavaScript a number is taken in hand and given back', async () => {
    const quiet = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), locale: 'en-US' });
    await quiet.addCookies([{ name: 'callscope_locale', value: 'en', url: stack.portal }]);
    const still = await quiet.newPage();
    await still.goto(`${stack.portal}/c/t1/missed?show=overdue`);
    expect(await still.locator('h1').textContent()).toMatch(/^Missed and lost for /);
    await still.getByRole('button', { name: /^Call back/ }).click();
    expect(still.url()).toContain('show=overdue');
    await still.getByText(/yours until \d\d:\d\d/).waitFor();
    await still.getByRole('button', { name: /^Give back/ }).click();
    const press = still.getByRole('button', { name: /^Call back/ });
    await press.waitFor();
    const id = await still.locator('tr[data-case]').first().getAttribute('data-case');
    await stack.rest('POST', `/tenants/t1/cases/${id}/claim`, { holder: 'robot' });
    await press.click();
    await still.getByText('robot is calling already').waitFor();
    await stack.rest('DELETE', `/tenants/t1/cases/${id}/claim?holder=robot`);
    await quiet.close();
  });
});
