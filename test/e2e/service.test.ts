import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { ALFA, AVITO, HOUR, MAIN, makeAlfa, midnight } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, settled, sideways, signIn } from './browser.ts';
import type { MadeCall } from './events.ts';

const missed = { talk: 0, code: 487, legs: [{ target: '102', after: 1, code: 487 }] } as const;
function call(id: string, hours: number, from: string, more: Partial<MadeCall> = {}): MadeCall {
  return {
    ...{ id, tenant: 't1', domain: ALFA.domain, direction: 'in', from, to: MAIN, startedAt: midnight + hours * HOUR },
    ...{ wait: 12, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
/** Ringing begins 2 s after a call of these begins. */
const CALLS = [
  call('old', -30, '79130001001'),
  call('soon', 9, '79130001001', { wait: 6 }),
  call('soon-too', 9.1, '79130001002', { wait: 10 }),
  call('at-twenty', 9.2, '79130001003', { wait: 22, to: AVITO }),
  call('late', 10, '79130001004', { wait: 40 }),
  call('lost', 10.1, '79130001005', { ...missed, wait: 30 }),
  call('short', 10.2, 'anonymous', { ...missed, wait: 3 }),
  call('again', 10.3, '79130001005', { wait: 5, to: AVITO }),
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
      { number: MAIN, label: 'Главный' },
      { number: AVITO, label: 'Авито' },
    ],
    CALLS,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, ALFA, '/c/t1/statistics?section=service');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function open(path: string): Promise<void> {
  await page.goto(`${stack.portal}${path}`);
  await settled(page);
}
const said = async (of: Locator) => (await of.textContent())?.replace(/\s+/g, ' ').trim() ?? '';
/** Cells of a row of a table. */
const cells = async (row: Locator) =>
  (await row.locator('th, td').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()).join(' | ');
const figures = () => page.locator('.stat .figure');
const block = (report: string) => page.locator(`[data-report="${report}"]`);
const shot = async (name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
};
/** Opens the list behind a mark, and comes back. @returns how many calls are listed, and the conditions that are said */
async function opened(mark: Locator): Promise<{ calls: number; chips: string }> {
  const from = page.url();
  await mark.click();
  await page.waitForURL(/\/journal\?/);
  await settled(page);
  const calls = await page.locator('tbody tr[data-call]').count();
  const chips = (await page.locator('.chip').allTextContents()).join('; ').replace(/\s+/g, ' ');
  await page.goBack();
  await page.waitForURL(from);
  await mark.waitFor();
  return { calls, chips };
}

describe.skipIf(!HAS_BROWSER)('service, in a browser', () => {
  test('figures, their rule in words, and the calls behind them', async () => {
    await open('/c/t1/statistics?section=service&compare=off');
    const totals = (await figures().allTextContents()).map((text) => text.trim());
    // level, offered, in time, late, not answered; then callers: incoming, unique, new, repeat, hidden
    expect(totals[0]).toMatch(/^57,1\s%$/);
    expect(totals.slice(1, 5)).toEqual(['7', '4', '1', '2']);
    expect(totals.slice(7)).toEqual(['7', '5', '4', '2', '1']);
    const rule = await said(page.locator('.rule').first());
    expect(rule).toContain('Срок 20 с. Цель 80 %. Короткие пропущенные и пропущенные вне часов считаются.');
    expect(await said(page.locator('.stat').first())).toContain('цель 80');
    expect(await opened(figures().nth(2).locator('a'))).toMatchObject({ calls: 4, chips: expect.stringContaining('до 20') });
    expect(await opened(figures().nth(3).locator('a'))).toMatchObject({ calls: 1, chips: expect.stringContaining('дольше 20') });
    expect(await opened(figures().nth(8).locator('a'))).toMatchObject({ calls: 6, chips: expect.stringContaining('известен') });
    expect(await opened(figures().nth(9).locator('a'))).toMatchObject({ calls: 4, chips: expect.stringContaining('Первый звонок') });
    expect(await opened(figures().nth(10).locator('a'))).toMatchObject({ calls: 2, chips: expect.stringContaining('Повторный звонок') });
  });

  test('by group and number as tables; by hour of one day, by day of several; hours without calls have no level', async () => {
    await open('/c/t1/statistics?section=service&compare=off');
    // those that nobody answered rang at people of this group
    expect(await cells(block('service-by-group').locator('tbody tr').first())).toBe('Продажи | 7 | 4 | 1 | 2 | 57,1 % | 0:15 | 1:00');
    expect(await block('service-by-group').locator('tbody tr').count()).toBe(1);
    expect(await cells(block('callers-by-number').locator('tbody tr').first())).toBe('Главный | 5 | 4 | 3 | 1');
    expect(await cells(block('callers-by-number').locator('tfoot tr'))).toBe('Всего | 7 | 5 | 4 | 2');
    const hours = block('service-by-hour');
    expect(await cells(hours.locator('tbody tr').nth(9))).toMatch(/^9:00 \| 3 \| 3 \| 0 \| 0 \| 100/);
    expect(await cells(hours.locator('tbody tr').nth(3))).toBe('3:00 | 0 | 0 | 0 | 0 | – | – | –');
    expect(await block('service-by-day').count()).toBe(0);
    await open('/c/t1/statistics?section=service&period=last-week&compare=off');
    expect(await hours.count()).toBe(0);
    await block('service-by-day').waitFor();
  });

  test('the company chooses threshold, goal and what is left out; figures follow at once', async () => {
    await open('/c/t1/settings');
    for (const [label, value] of [
      ['Ответить за', '8'],
      ['Цель: доля принятых в срок', '90'],
    ] as const) {
      await page.getByLabel(label).fill(value);
      await page.getByLabel(label).press('Tab');
    }
    await page.getByRole('switch', { name: 'Не считать короткие пропущенные' }).check();
    await shot('settings');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Настройки сохранены').waitFor();
    expect(await stack.rest('GET', '/tenants/t1')).toMatchObject({
      ...{ answerWithinSeconds: 8, serviceLevelPercent: 90, serviceWithoutShortAbandons: true, serviceWithoutOutOfHours: false },
    });
    await open('/c/t1/statistics?section=service&compare=off');
    expect((await figures().allTextContents()).map((text) => text.trim()).slice(1, 5)).toEqual(['6', '3', '2', '1']);
    expect(await said(page.locator('.rule').first())).toContain('Срок 8 с. Цель 90 %. Короткие пропущенные не считаются');
    expect(await opened(figures().nth(1).locator('a'))).toMatchObject({ calls: 6 });
    expect(await opened(figures().nth(2).locator('a'))).toMatchObject({ calls: 3 });
  });

  test('first and repeat calls and the wait are conditions in the drawer', async () => {
    await open('/c/t1/journal');
    await page.getByRole('button', { name: 'Условия', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Условия' });
    await drawer.getByLabel('Ожидание').fill('8-');
    await drawer.getByLabel('Ожидание').press('Enter');
    await page.waitForURL(/waitMin=8/);
    await drawer.getByRole('button', { name: /^Первый звонок/ }).click();
    await page.getByRole('option', { name: 'да', exact: true }).click();
    await page.waitForURL(/firstCall=true/);
    await page.keyboard.press('Escape');
    await until('four calls are left', async () => (await page.locator('tbody tr[data-call]').count()) === 4);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s; a phone does not scroll sideways', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of ['statistics?section=service', 'statistics?section=service&period=month&as=service-by-group.bars', 'settings']) {
        await open(`/c/t1/${path}`);
        await shot(`${path.replace(/\W+/g, '-')}-${theme}-${width}`);
        expect(await axeFindings(page), `${path} ${width}`).toEqual([]);
        expect(await sideways(page), `${path} ${width}`).toBe(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
