import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { store, zone } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import type { MadeCall } from './events.ts';

const admin = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
const observer = { ...admin, login: 'observer' };
const HOUR = 3_600_000;
const noon = Math.floor(Date.now() / HOUR) * HOUR;

let made = 0;
function call(more: Partial<MadeCall> = {}): MadeCall {
  const i = made++;
  return {
    ...{ id: `call-${i}`, tenant: 't1', domain: admin.domain, direction: 'in', from: `7913000${1000 + i}`, to: '73910000122' },
    ...{ startedAt: noon - 3 * HOUR + i * 20_000, wait: 6, talk: 30, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
const missed = { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] } as const;
/** Incoming: 2 answered, 2 missed, 3 short abandons; outgoing 1. */
const CALLS = [
  ...[call(), call(), call(missed), call(missed)],
  ...[1, 2, 3].map((wait) => call({ ...missed, wait })),
  call({ direction: 'out', from: '102', to: '79020001000', legs: [{ target: '79020001000', after: 1, code: 200 }] }),
];

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: zone });
  for (const role of ['admin', 'observer']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: admin.password, role });
  await store(stack, CALLS);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  page = await context.newPage();
  await signIn(page, stack.portal, admin, '/c/t1');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function open(path: string): Promise<void> {
  await page.goto(`${stack.portal}${path}`);
  await settled(page);
}
interface Company {
  timezone: string;
  country: string;
  shortAbandonSeconds: number;
  callbackMinutes: number;
  workingHours: { week: Record<string, { from: string; to: string }[]>; dates: { date: string; hours: object[]; name: string }[] } | null;
}
const saved = () => stack.rest<Company>('GET', '/tenants/t1');
const effect = () => page.getByRole('region', { name: 'Что это значит' }).textContent();
const save = () => page.getByRole('button', { name: 'Сохранить' });
async function saves(): Promise<void> {
  await save().click();
  await page.getByText('Настройки сохранены').first().waitFor();
}

describe.skipIf(!HAS_BROWSER)('company settings in a browser', () => {
  test('hours are set with the keyboard alone, the effect is said, and all of it is there after F5', async () => {
    await open('/c/t1');
    await page.getByRole('link', { name: 'Настройки компании' }).click();
    await page.waitForURL(/\/settings$/);
    expect(await effect()).toContain('компания открыта всегда');
    await page.getByRole('radio', { name: 'Всегда' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await effect()).toMatch(/Сейчас 1[23]:\d\d, (не)?рабочее время/);
    const monday = page.getByRole('group', { name: 'Понедельник' });
    await monday.getByLabel('Понедельник, с').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await monday.getByRole('button', { name: 'Добавить часы: Понедельник' }).press('Enter');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Понедельник, с (2)');
    await monday.getByRole('button', { name: /Убрать часы: Понедельник, 19/ }).press('Enter');
    await page.getByRole('button', { name: 'Вт–пт как в понедельник' }).press('Enter');
    await saves();
    const { workingHours } = await saved();
    const day = [{ from: '08:45', to: '18:15' }];
    expect(workingHours).toEqual({ week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] }, dates: [] });
    await page.reload();
    await settled(page);
    expect(await monday.getByLabel('Понедельник, с').inputValue()).toBe('08:45');
    expect(await save().isDisabled()).toBe(true);
  });

  test('hours that overlap and days without a date are not saved, and say what to do', async () => {
    await open('/c/t1/settings');
    const tuesday = page.getByRole('group', { name: 'Вторник' });
    await tuesday.getByRole('button', { name: 'Добавить часы' }).click();
    await page.getByLabel('Вторник, с (2)').selectOption('10:00');
    expect(await tuesday.getByRole('alert').textContent()).toBe('Часы пересекаются: разведите их');
    await save().click();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Вторник, с');
    await tuesday
      .getByRole('button', { name: /Убрать часы/ })
      .last()
      .click();
    await page.getByRole('button', { name: 'Добавить день' }).click();
    await page.getByLabel('Название').fill('Новый год');
    await save().click();
    await page.getByText('Выберите дату').waitFor();
    await page.getByLabel('Дата').fill('2027-01-01');
    await saves();
    expect((await saved()).workingHours?.dates).toEqual([{ date: '2027-01-01', hours: [], name: 'Новый год' }]);
  });

  test('zone, country and thresholds are saved, and changes can be undone', async () => {
    await open('/c/t1/settings');
    await page.getByRole('button', { name: /^Часовой пояс/ }).click();
    await page.getByRole('combobox', { name: 'Поиск' }).fill('марс');
    await page.getByText('Не найдено').waitFor();
    await page.getByRole('combobox', { name: 'Поиск' }).fill('kolk');
    await page.keyboard.press('Enter');
    expect(await effect()).toContain('UTC+5:30');
    await page.getByRole('button', { name: 'Отменить изменения' }).click();
    expect(await effect()).not.toContain('UTC+5:30');
    await page.getByRole('button', { name: /^Страна/ }).click();
    await page.getByRole('combobox', { name: 'Поиск' }).fill('казах');
    await page.keyboard.press('Enter');
    await page.getByLabel('Перезвонить за').fill('45');
    await page.getByLabel('Перезвонить за').press('Tab');
    expect(await effect()).toContain('за 45 рабочих минут');
    await saves();
    expect(await saved()).toMatchObject({ timezone: zone, country: 'KZ', callbackMinutes: 45 });
  });

  test('past calls are judged anew only when that is chosen', async () => {
    const short = async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?missedKind=short_abandon')).data.length;
    await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: admin.domain, timezone: zone, workingHours: null });
    expect(await short()).toBe(3);
    await open('/c/t1/settings');
    await page.getByLabel('Короткий пропущенный').fill('30');
    await page.getByLabel('Короткий пропущенный').press('Tab');
    await saves();
    expect(await short()).toBe(3);
    await page.getByRole('radio', { name: 'И к прошлым' }).check({ force: true });
    await save().click();
    await page.getByText('прошлые звонки оцениваются заново').waitFor();
    await until('all missed calls are short', async () => (await short()) === 5);
    await stack.rest('PUT', `/tenants/t1?recompute=${new Date(noon - 6 * HOUR).toISOString()}`, {
      ...{ name: 'Альфа', domain: admin.domain, timezone: zone, shortAbandonSeconds: 5 },
    });
    await until('three are short again', async () => (await short()) === 3);
  });

  test('who is no admin neither sees the entry nor opens the page', async () => {
    const other = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
    const theirs = await other.newPage();
    await signIn(theirs, stack.portal, observer, '/c/t1');
    expect(await theirs.getByRole('link', { name: 'Статистика' }).count()).toBe(1);
    expect(await theirs.getByRole('link', { name: 'Настройки компании' }).count()).toBe(0);
    const answer = await theirs.goto(`${stack.portal}/c/t1/settings`);
    expect(answer?.status()).toBe(403);
    expect(await theirs.locator('h1').textContent()).toBe('Нет доступа');
    await other.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, desktop and 390 px; a phone does not scroll sideways', async (theme) => {
    await context.addCookies([{ name: 'callscope_theme', value: theme, url: stack.portal }]);
    await stack.rest('PUT', '/tenants/t1', {
      ...{ name: 'Альфа', domain: admin.domain, timezone: zone },
      workingHours: {
        week: {
          mon: [
            { from: '09:00', to: '13:00' },
            { from: '14:00', to: '18:00' },
          ],
        },
        dates: [{ date: '2027-01-01', name: 'Новый год' }],
      },
    });
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await open('/c/t1/settings');
      expect(await sideways(page)).toBe(0);
      expect(await axeFindings(page)).toEqual([]);
      await open('/c/t1/statistics');
      await page.getByRole('button', { name: 'Как считается: Неотвеченные входящие' }).click();
      await page.locator('.popover').getByRole('link').first().waitFor();
      expect(await sideways(page)).toBe(0);
      expect(await axeFindings(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe.skipIf(!HAS_BROWSER)('a figure of the statistics', () => {
  const listed = () => page.locator('tbody tr[data-call]').count();

  test('says what it counts and what it leaves out, and each part opens exactly its calls', async () => {
    for (const [part, count] of [
      [/^5 звонков/, 5],
      [/На них ответили/, 2],
      [/Исходящие/, 1],
    ] as const) {
      await open('/c/t1/statistics');
      await page.getByRole('button', { name: 'Как считается: Неотвеченные входящие' }).click();
      const about = page.locator('.popover');
      await about.getByText('на которые никто не ответил').waitFor();
      await about.getByRole('link', { name: part }).click();
      await page.waitForURL(/\/journal\?/);
      await until(`${count} calls are listed`, async () => (await listed()) === count);
    }
  });

  test('leaves short abandons out when that is switched on, on the way to the journal and there too', async () => {
    await open('/c/t1/statistics');
    expect(await page.locator('.legend b').allTextContents()).toEqual(['1', '0', '7', '5']);
    await page.getByRole('switch', { name: 'Без коротких пропущенных' }).click();
    await page.waitForURL(/shortAbandons=exclude/);
    await until('the figures follow', async () => (await page.locator('.legend b').allTextContents()).join() === '1,0,4,2');
    expect(await page.locator('h1').textContent()).toContain('короткие пропущенные: не считаются');
    await page.locator('tfoot td').nth(3).locator('a').click();
    await page.waitForURL(/\/journal\?.*shortAbandons=exclude/);
    await until('two calls are listed', async () => (await listed()) === 2);
    await page.getByRole('switch', { name: 'Без коротких пропущенных' }).click();
    await until('all five are listed', async () => (await listed()) === 5);
  });
});
