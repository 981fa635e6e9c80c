import { startOfDay } from '@callscope/core/domain/zone.ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { fillStore } from '../forecast/filled-store.ts';
import { madeHistory } from '../forecast/made-history.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';

const ZONE = 'Asia/Krasnoyarsk';
const PASSWORD = 'secret-secret';
const DAY = 86_400_000;
const now = Date.now();
const day = [{ from: '08:00', to: '20:00' }];
const short = [{ from: '10:00', to: '16:00' }];
/** The day after tomorrow is a holiday, whatever its weekday. */
const workingHours = {
  week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: short, sun: short },
  dates: [{ date: new Date(startOfDay(ZONE, now, 2) + DAY / 2).toISOString().slice(0, 10), hours: [], name: 'Праздник' }],
};
const SHOTS = process.env.SHOTS;

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  const store = storeOf(stack);
  for (const [id, domain, days] of [
    ['t1', 'alfa.pbx.test', 71],
    ['t2', 'bravo.pbx.test', 9],
  ] as const) {
    await stack.rest('PUT', `/tenants/${id}`, { name: 'Альфа', domain, timezone: ZONE, workingHours });
    await stack.rest('PUT', `/tenants/${id}/users/admin`, { password: PASSWORD, role: 'admin' });
    const company = { zone: ZONE, schedule: workingHours, seed: 3, busy: 24, growth: 0.01, dayNoise: 0.1, hourNoise: 0.15 };
    await fillStore(store, id, madeHistory(company, startOfDay(ZONE, now, -days), now));
  }
  await store.close();
  [context, page] = await visit('alfa.pbx.test', '/c/t1/forecast');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function visit(domain: string, to: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<[BrowserContext, Page]> {
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', ...options });
  const first = await own.newPage();
  await signIn(first, stack.portal, { domain, login: 'admin', password: PASSWORD }, to);
  return [own, first];
}
async function open(path: string, of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
async function shot(name: string, of = page): Promise<void> {
  if (SHOTS) await of.screenshot({ path: `${SHOTS}/forecast-${name}.png`, fullPage: true });
}
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
const reading = (of = page) => of.getByRole('slider').getAttribute('aria-valuetext').then(plain);
const rows = (of = page) =>
  of
    .locator('tbody tr')
    .allTextContents()
    .then((all) => all.map(plain));

describe.skipIf(!HAS_BROWSER)('the forecast in a browser', () => {
  test('stands in the menu, has the week by day, and each day by hour', async () => {
    await open('/c/t1');
    await page.getByRole('link', { name: 'Прогноз' }).click();
    await page.waitForURL('**/c/t1/forecast');
    expect(await page.locator('h1').textContent()).toBe('Прогноз входящих');
    const week = await rows();
    expect(week).toHaveLength(7);
    expect(week[0]).toContain('Сегодня');
    expect(week[2]).toContain('выходной по календарю');
    await page.locator('tbody a').nth(1).click();
    await page.waitForURL('**/forecast?day=*');
    expect(plain(await page.locator('h1').textContent())).toContain('Прогноз входящих: ');
    expect(await rows()).toHaveLength(24);
    await page.getByRole('link', { name: 'Неделя' }).click();
    await page.waitForURL('**/c/t1/forecast');
  });

  test('figures are those of REST, with what came today', async () => {
    const { hours, backtest } = await stack.rest<{
      hours: { start: string; expected: number; low: number; high: number; people: number; peopleHigh: number; actual: number | null }[];
      backtest: { error: number; naiveError: number };
    }>('GET', '/tenants/t1/forecast');
    await open(`/c/t1/forecast?day=${new Date(now + 7 * 3_600_000).toISOString().slice(0, 10)}`);
    const shown = await page
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) =>
          [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].slice(2).map((cell) => cell.textContent.trim()),
        ),
      );
    expect(shown).toEqual(
      hours
        .slice(0, 24)
        .map(({ low, high, people, peopleHigh, actual }) => [
          low === high ? String(low) : `${low}–${high}`,
          actual === null ? '–' : String(actual),
          String(people),
          String(peopleHigh),
        ]),
    );
    const percent = (share: number) => `${(share * 100).toFixed(1).replace('.', ',')} %`;
    const told = plain(await page.locator('[data-backtest]').textContent());
    expect(told).toContain(percent(backtest.error));
    expect(told).toContain(percent(backtest.naiveError));
    await shot('day-light');
  });

  test('each figure explains itself with the number that it says; people name load, goal and formula', async () => {
    await open('/c/t1/forecast');
    for (const stat of await page.locator('.stat').all()) {
      await stat.locator('dt button').focus();
      await page.keyboard.press('Enter');
      const explained = plain(await page.locator('.popover [data-explained]').textContent());
      expect(explained).toBe(plain(await stat.locator('.figure').textContent()));
      await page.keyboard.press('Escape');
      await page.locator('.popover').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Людей в пик' }).click();
    const made = plain(await page.locator('.popover .explain').textContent());
    expect(made).toMatch(/Эрланга C.*Звонков в час.*×.*Средний разговор.*=.*Нагрузка, эрланг.*80 % за 20 с/);
    await shot('people-explained');
    await page.keyboard.press('Escape');
  });

  test('keys lead along the hours and say each of them', async () => {
    await open('/c/t1/forecast');
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    expect(await reading()).toMatch(/ 0:00–1:00: ожидается/);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await reading()).toMatch(/ 2:00–3:00: ожидается [\d,]+ \(вероятно \d+(–\d+)? звон\S+\)/);
    expect(await page.getByRole('slider').getAttribute('aria-valuenow')).toBe('27');
    await page.keyboard.press('End');
    expect(await reading()).toMatch(/ 23:00–24:00: ожидается/);
    // a pointer reads the same
    const box = await page.getByRole('slider').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 80);
    expect(await reading()).not.toMatch(/23:00/);
    expect(plain(await page.locator('.said').textContent())).toBe(await reading());
  });

  test('another service level needs more people, stays in the address and goes again', async () => {
    await open('/c/t1/forecast');
    const needed = async () => Number(plain(await page.locator('.stat .figure').nth(1).textContent()));
    const before = await needed();
    await page.getByLabel('Не у телефона').fill('50');
    await page.getByRole('button', { name: 'Посчитать' }).click();
    await page.waitForURL('**shrinkage=50*');
    await expect.poll(needed).toBe(before * 2);
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Не у телефона').inputValue()).toBe('50');
    await page.getByRole('button', { name: 'Как обычно' }).click();
    await page.waitForURL('**/c/t1/forecast');
    await expect.poll(needed).toBe(before);
  });

  test('a company without history is told from when on it has a forecast', async () => {
    const [own, other] = await visit('bravo.pbx.test', '/c/t2/forecast');
    expect(plain(await other.locator('.msg').textContent())).toMatch(/Истории пока мало .*Сейчас 8 целых дней; прогноз появится \d+ /);
    expect(await axeFindings(other)).toEqual([]);
    await shot('short', other);
    await own.close();
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('%s and %d px wide: nothing that axe finds, nothing beyond the edge', async (colorScheme, width) => {
    const [own, narrow] = await visit('alfa.pbx.test', '/c/t1/forecast', { viewport: { width, height: 844 }, colorScheme });
    for (const path of ['/c/t1/forecast', `/c/t1/forecast?day=${new Date(now + DAY).toISOString().slice(0, 10)}`]) {
      await open(path, narrow);
      expect(await axeFindings(narrow)).toEqual([]);
      expect(await sideways(narrow)).toBe(0);
      await shot(`${path.includes('day') ? 'day' : 'week'}-${colorScheme}-${width}`, narrow);
    }
    await own.close();
  });

  test('nothing breaks the rules of what a page may load', async () => {
    const said: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') said.push(message.text());
    });
    await open('/c/t1/forecast');
    expect(said).toEqual([]);
    expect(context.pages()).toHaveLength(1);
  });
});
