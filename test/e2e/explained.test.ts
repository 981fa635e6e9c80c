import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { ALFA, AVITO, HOUR, MAIN, makeAlfa, midnight, zone } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, settled, sideways, signIn } from './browser.ts';
import type { MadeCall } from './events.ts';

/** Whatever figure stands on a page explains itself, and says the same number as the page. */

const missed = { talk: 0, code: 487, legs: [{ target: '102', after: 1, code: 487 }] } as const;
const out = { direction: 'out', from: '101', to: '79130009000', legs: [{ target: '79130009000', after: 1, code: 200 }] } as const;
function call(id: string, hours: number, from: string, more: Partial<MadeCall> = {}): MadeCall {
  return {
    ...{ id, tenant: 't1', domain: ALFA.domain, direction: 'in', from, to: MAIN, startedAt: midnight + hours * HOUR },
    ...{ wait: 12, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
const CALLS = [
  call('soon', 9, '79130001001', { wait: 6 }),
  call('soon-too', 9.1, '79130001002', { wait: 10, talk: 25 }),
  call('at-twenty', 9.2, '79130001003', { wait: 22, to: AVITO }),
  call('late', 10, '79130001004', { wait: 40 }),
  call('lost', 10.1, '79130001005', { ...missed, wait: 30 }),
  call('lost-too', 10.15, '79130001006', { ...missed, wait: 30, to: AVITO }),
  call('short', 10.2, 'anonymous', { ...missed, wait: 3 }),
  call('again', 10.3, '79130001005', { wait: 5, to: AVITO }),
  call('out', 11, '101', out),
  call('out-failed', 11.1, '101', { ...out, talk: 0, code: 486, legs: [{ target: '79130009000', after: 1, code: 486 }] }),
];

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await makeAlfa(
    stack,
    [
      { number: MAIN, label: 'Главный', channel: 'Сайт' },
      { number: AVITO, label: 'Авито', channel: 'Авито' },
    ],
    CALLS,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, ALFA, '/c/t1/statistics');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function open(path: string): Promise<void> {
  await page.goto(`${stack.portal}${path}`);
  await settled(page);
}
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0\u202f]+/g, ' ').trim();
const said = async (of: Locator) => plain(await of.textContent());
const about = () => page.locator('.popover .explain');
const shot = async (name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/explained-${name}.png` });
};

/** Opens what explains a figure by the keyboard and closes it again. @returns the number that it says, and its text */
async function explained(button: Locator): Promise<{ value: string; text: string }> {
  await button.focus();
  await page.keyboard.press('Enter');
  const value = await said(about().locator('[data-explained]').last());
  await until('the calls are counted', async () => (await about().locator('[role=status]').count()) === 0);
  const text = await said(about());
  await page.keyboard.press('Escape');
  await about().waitFor({ state: 'detached' });
  expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
  return { value, text };
}

/** Every figure of every strip of the page. */
async function strips(): Promise<number> {
  const stats = await page.locator('.stat').all();
  for (const stat of stats) {
    const { value } = await explained(stat.locator('dt button'));
    expect(value, await said(stat)).toBe(await said(stat.locator('.figure')));
  }
  return stats.length;
}

/** Every column of every table with a row of totals. */
async function tables(): Promise<number> {
  let columns = 0;
  for (const table of await page.locator('table:has(tfoot)').all()) {
    const heads = await table.locator('thead th').all();
    for (const [i, head] of heads.entries()) {
      const button = head.locator('.term, .about');
      if ((await button.count()) === 0) continue;
      const total = table.locator('tfoot tr').last().locator('th, td').nth(i);
      const { value } = await explained(button.first());
      const figure = (await total.locator('.figure').count()) > 0 ? total.locator('.figure') : total;
      // a column of money says its currency in its head
      expect(`${await said(head)}: ${value.replace(' ₽', '')}`).toBe(`${await said(head)}: ${await said(figure)}`);
      columns++;
    }
  }
  return columns;
}

describe.skipIf(!HAS_BROWSER)('every figure explains itself, in a browser', () => {
  test.each([
    ['hours', '', 0, 4],
    ['in', 'incoming-by-number.table,incoming-by-employee.table', 3, 6],
    ['out', 'outgoing-shares.table,outgoing-by-number.table,outgoing-by-employee.table,outgoing-by-account.table', 0, 9],
    ['missed', 'missed-by-number.table,missed-by-group.table', 0, 10],
    ['groups', 'by-group.table', 0, 6],
    ['service', '', 12, 18],
    ['days', 'daily.table', 0, 0],
  ])('statistics, %s: each total and each column says what the page says', async (section, as, inStrips, inTables) => {
    await open(`/c/t1/statistics?section=${section}&compare=off${as === '' ? '' : `&as=${as}`}`);
    expect(await strips()).toBe(inStrips);
    expect(await tables()).toBeGreaterThanOrEqual(inTables);
  });

  test('the heat map and blocks as bars explain the figure that is chosen', async () => {
    await open('/c/t1/statistics?section=days&compare=off');
    const heat = page.locator('[data-report="week-hours"]');
    const cells = await heat.locator('td a').allTextContents();
    const { value } = await explained(heat.locator('.about').first());
    expect(Number(value)).toBe(cells.reduce((sum, text) => sum + Number(text), 0));
    await open('/c/t1/statistics?section=in&compare=off');
    const bars = page.locator('[data-report="incoming-by-number"]');
    await bars.locator('.kinds .about').click();
    await about().locator('select').selectOption('inMissed');
    await until('the chosen figure is explained', async () => (await said(about().locator('[data-explained]'))) === '3');
    await about().locator('[data-part=counted]').click();
    await page.waitForURL(/\/journal\?/);
    await settled(page);
    expect(await page.locator('tbody tr[data-call]').count()).toBe(3);
  });

  test('the dashboard: its strip, its tables and its chart', async () => {
    await open('/c/t1');
    expect(await strips()).toBe(7);
    expect(await tables()).toBeGreaterThan(1);
    await page.locator('[data-card=hourly] .about').first().click();
    await about().locator('select').waitFor();
    await shot('dashboard-hours');
    await page.keyboard.press('Escape');
  });

  test('a share names both numbers and its rules, and each part opens its calls; another threshold changes all of them', async () => {
    const level = page.locator('.stat').first();
    await open('/c/t1/statistics?section=service&compare=off');
    const { value, text } = await explained(level.locator('dt button'));
    expect(value).toBe('50,0 %');
    expect(text).toMatch(/4\s*Принятые в срок\s*÷\s*8\s*Поступившие входящие\s*=\s*50,0 %/);
    expect(text).toContain('Срок ответа 20 с');
    expect(text).toContain('Вместе это все звонки вопроса: 8 звонков');
    await level.locator('dt button').click();
    await about().locator('[data-part=counted]').waitFor();
    await shot('service');
    await page.keyboard.press('Escape');
    await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: ALFA.domain, timezone: zone, answerWithinSeconds: 8 });
    await open('/c/t1/statistics?section=service&compare=off');
    const changed = await explained(level.locator('dt button'));
    expect(changed.value).toBe(await said(level.locator('.figure')));
    expect(changed.value).toBe('37,5 %');
    expect(changed.text).toContain('Срок ответа 8 с');
    await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: ALFA.domain, timezone: zone, answerWithinSeconds: 20 });
  });

  test('ad lines: calls and money; the price of a call names its formula and both numbers', async () => {
    const month = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(midnight).slice(0, 7);
    await stack.rest('PUT', '/tenants/t1/ads/spend', { spend: [{ number: AVITO, month, amount: 3_000_000 }] });
    await open('/c/t1/ad-lines?period=today&compare=off');
    expect(await strips()).toBe(6);
    expect(await tables()).toBe(11);
    const price = page.locator('thead th').filter({ hasText: 'Звонок' }).locator('.about');
    await price.click();
    await about().locator('[data-part=counted]').waitFor();
    expect(await said(about())).toMatch(/Расход, делённый на входящие звонки линии.*÷\s*3\s*Звонки\s*=/);
    await shot('ad-lines');
    await about().locator('[data-part=counted]').click();
    await page.waitForURL(/\/journal\?/);
    await settled(page);
    expect(await page.locator('tbody tr[data-call]').count()).toBe(3);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in what opens, %s; a phone shows it whole', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await open('/c/t1/statistics?section=service&compare=off');
      await page.locator('.stat dt button').first().click();
      await about().locator('[data-part=counted]').waitFor();
      await shot(`service-${theme}-${width}`);
      expect(await axeFindings(page)).toEqual([]);
      expect(await sideways(page)).toBe(0);
      await page.keyboard.press('Escape');
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
