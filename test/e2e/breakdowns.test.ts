import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { ALFA, AVITO, HOUR, MAIN, makeAlfa, midnight } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, settled, sideways, signIn } from './browser.ts';
import type { MadeCall } from './events.ts';

let made = 0;
function call(to: string, employee: '101' | '102', more: Partial<MadeCall> = {}): MadeCall {
  const i = made++;
  return {
    ...{ id: `call-${i}`, tenant: 't1', domain: ALFA.domain, direction: 'in', from: `7913000${1000 + i}`, to },
    ...{ startedAt: midnight + 9 * HOUR + i * 20_000, wait: 6, talk: 40 + i, legs: [{ target: employee, after: 1, code: 200 }] },
    ...more,
  };
}
const several = (n: number, one: () => MadeCall) => Array.from({ length: n }, one);
const missed = { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] } as const;
const busy = { ...missed, code: 486, wait: 0, legs: [{ target: '102', after: 1, code: 486 }] } as const;
const out = (talk: number) =>
  ({ direction: 'out', from: '102', to: '79020001000', talk, legs: [{ target: '79020001000', after: 1, code: 200 }] }) as const;
const CALLS = [
  ...several(6, () => call(MAIN, '101')),
  ...several(3, () => call(AVITO, '102')),
  ...several(2, () => call(MAIN, '102', missed)),
  ...several(1, () => call(AVITO, '102', missed)),
  ...several(1, () => call(AVITO, '102', busy)),
  ...several(2, () => call('', '102', out(12))),
  ...several(3, () => call('', '102', out(90))),
  ...several(3, () => call(MAIN, '101', { startedAt: midnight - 7 * 24 * HOUR + 9 * HOUR + made * 20_000 })),
  call(MAIN, '102', { ...missed, startedAt: midnight - 7 * 24 * HOUR + 9 * HOUR + made * 20_000 }),
  call('', '102', { ...out(0), code: 486, legs: [{ target: '79020001000', after: 1, code: 486 }] }),
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
      { number: AVITO, label: 'Авито', channel: 'Доска' },
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
const block = (report: string) => page.locator(`[data-report="${report}"]`);
const said = async (of: Locator) => (await of.textContent())?.replace(/\s+/g, ' ').trim() ?? '';

/** Each mark that says a number of calls opens as many; the way back leads to the same place (T-55). @returns what the marks said */
async function opensAll(marks: () => Locator): Promise<number[]> {
  const counts: number[] = [];
  await marks().first().waitFor();
  const total = await marks().count();
  for (let at = 0; at < total; at++) {
    const from = page.url();
    const count = Number(await said(marks().nth(at)));
    await marks().nth(at).click();
    await page.waitForURL(/\/journal\?/);
    await until(`${count} calls are listed`, async () => (await page.locator('tbody tr[data-call]').count()) === count);
    await page.goBack();
    await page.waitForURL(from);
    await marks().nth(at).waitFor();
    counts.push(count);
  }
  return counts;
}

describe.skipIf(!HAS_BROWSER)('what is broken down, in a browser', () => {
  test('incoming: totals, by number, by employee (T-56, T-57, T-60, T-61)', async () => {
    await open('/c/t1/statistics');
    await page.getByRole('link', { name: 'Входящие звонки' }).click();
    await page.waitForURL(/section=in/);
    expect(await opensAll(() => page.locator('.stat .figure a'))).toEqual([13, 3, 1]);
    expect(await opensAll(() => block('incoming-by-number').locator('a[data-figure]'))).toEqual([6, 2, 3, 2]);
    expect(await block('incoming-by-employee').locator('li a.name').allTextContents()).toEqual([
      'Соколова А. П.',
      'Без сотрудника',
      'Кузнецов Д. И.',
    ]);
    expect(await opensAll(() => block('incoming-by-employee').locator('a[data-figure]'))).toEqual([6, 4, 3]);
  });

  test('outgoing: shares by duration, the shortest left out, by number, by employee (T-63 … T-67)', async () => {
    await open('/c/t1/statistics?section=out&as=outgoing-shares.pie');
    const shares = block('outgoing-shares');
    expect(
      await shares
        .locator('li')
        .allTextContents()
        .then((all) => all.map((text) => text.replace(/\s+/g, ' ').trim())),
    ).toEqual(['1:00–3:00 3 50,0 %', '0:00–0:30 2 33,3 %', 'Без ответа 1 16,7 %']);
    const from = page.url();
    await shares.locator('.pie path').nth(1).click();
    await page.waitForURL(/\/journal\?/);
    await until('the two of the slice are listed', async () => (await page.locator('tbody tr[data-call]').count()) === 2);
    await page.goBack();
    await page.waitForURL(from);
    expect(await opensAll(() => block('outgoing-by-employee').locator('a[data-figure]'))).toEqual([6]);
    await page.locator('input[name=talkMin]').fill('30');
    await page.locator('input[name=talkMin]').press('Enter');
    await page.waitForURL(/talkMin=30/);
    await until('the bands begin anew', async () => (await said(shares.locator('li').first())) === '1:00–3:00 3 100,0 %');
  });

  test('bars, pie and table are chosen by block and kept over F5 (S-19)', async () => {
    await open('/c/t1/statistics?section=in');
    const numbers = block('incoming-by-number');
    await numbers.getByRole('link', { name: 'Таблица' }).click();
    await page.waitForURL(/as=incoming-by-number\.table/);
    await numbers.locator('table').waitFor();
    await page.reload();
    await settled(page);
    expect(await numbers.locator('tbody tr').count()).toBe(2);
    expect(await opensAll(() => numbers.locator('tbody td:nth-of-type(-n+3) a'))).toEqual([8, 6, 2, 5, 3, 2]);
    expect(await opensAll(() => numbers.locator('tfoot td:nth-of-type(-n+3) a'))).toEqual([13, 9, 4]);
    expect(await block('incoming-by-employee').locator('ul li').count()).toBe(3);
  });

  test('lines, each point opens its calls by keys too, figure and kind are kept over F5 (S-19)', async () => {
    await open('/c/t1/statistics?section=in');
    const numbers = block('incoming-by-number');
    await numbers.getByRole('link', { name: 'Линии' }).click();
    await page.waitForURL(/as=incoming-by-number\.line/);
    await numbers.locator('.drawing').waitFor();
    // two numbers, of which both were called at nine; the other hours have no calls to open
    const points = () => numbers.locator('a.point[href]:not([data-row="2"])');
    const opened = async (mark: Locator, count: number) => {
      const from = page.url();
      await mark.focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/journal\?/);
      await until(`${count} calls are listed`, async () => (await page.locator('tbody tr[data-call]').count()) === count);
      await page.goBack();
      await page.waitForURL(from);
      await points().first().waitFor();
    };
    expect(await points().evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).toEqual([
      '9:00–10:00, Главный: 8',
      '9:00–10:00, Авито: 5',
    ]);
    await opened(points().nth(0), 8);
    await opened(points().nth(1), 5);
    await opened(numbers.locator('a.point[href][data-row="2"]'), 13);
    expect(await numbers.locator('div.vh table tbody tr', { hasText: '9:00–10:00' }).locator('td').allTextContents()).toEqual(['8', '5']);
    await numbers.getByRole('button', { name: /^Что показать на графике/ }).click();
    await page.getByRole('option', { name: 'Неотвеченные входящие' }).click();
    await page.waitForURL(/as=incoming-by-number\.line\.inMissed/);
    await page.reload();
    await settled(page);
    await until('the missed ones are drawn', async () => (await points().count()) === 2);
    expect(await points().evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).toEqual([
      '9:00–10:00, Главный: 2',
      '9:00–10:00, Авито: 2',
    ]);
    await opened(points().nth(0), 2);
    // the legend says the whole period, and switches lines off, all but one
    const legend = numbers.getByRole('group', { name: /^Линии/ }).getByRole('button');
    expect(await legend.allTextContents().then((all) => all.map((text) => text.trim()))).toEqual(['Главный 2', 'Авито 2']);
    await legend.first().click();
    await until('one line is left', async () => (await numbers.locator('path.line[stroke="var(--row1)"]').count()) === 0);
    await legend.last().focus();
    await page.keyboard.press('Enter');
    expect(await legend.last().getAttribute('aria-pressed')).toBe('true');
    // arrows walk the hours
    await numbers.locator('a.point[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe('0:00–1:00, Авито: 0');
    // over more days each day is a point
    await open('/c/t1/statistics?section=in&period=month&as=incoming-by-employee.line');
    expect(await block('incoming-by-employee').locator('div.vh table thead th').allTextContents()).toEqual([
      'День',
      'Соколова А. П.',
      'Без сотрудника',
      'Кузнецов Д. И.',
    ]);
  });

  test('groups; a condition narrows them, and nothing found says so', async () => {
    await open('/c/t1/statistics?section=groups');
    // calls that nobody answered rang at people of this group too
    expect(await block('by-group').locator('li a.name').allTextContents()).toEqual(['Продажи']);
    await open('/c/t1/statistics?section=groups&caller=7999*');
    expect(await said(block('by-group'))).toContain('звонков нет');
  });

  test('missed by number and group; a weekday and hour; a day of its own (S-19, S-43)', async () => {
    await open('/c/t1/statistics?section=missed');
    expect(await opensAll(() => block('missed-by-number').locator('a[data-figure]'))).toEqual([2, 2]);
    await open('/c/t1/statistics?section=days');
    expect(await opensAll(() => block('week-hours').locator('a[data-cell]'))).toEqual([13]);
    expect(await opensAll(() => block('daily').locator('a[data-figure]'))).toEqual([13, 6]);
    await block('week-hours').getByText('Пропущенные', { exact: true }).click();
    await until('the cell follows', async () => (await said(block('week-hours').locator('a[data-cell]'))) === '4');
  });

  test('a trend has days, weeks or months, kept over F5 with the way it is drawn; each opens its calls', async () => {
    await open('/c/t1/statistics?section=days&period=month&as=daily.line');
    const steps = (report: string) => block(report).getByRole('navigation', { name: /^Что значит строка/ });
    expect((await steps('daily').getByRole('link').allTextContents()).map((text) => text.trim())).toEqual(['Дни', 'Недели', 'Месяцы']);
    await steps('daily').getByRole('link', { name: 'Недели' }).click();
    await page.waitForURL(/step=week/);
    await block('weekly').locator('.drawing').waitFor();
    await page.reload();
    await settled(page);
    await block('weekly').getByRole('link', { name: 'Таблица' }).click();
    await page.waitForURL(/as=[^&]*weekly\.table/);
    const total = () => block('weekly').locator('tfoot td:nth-of-type(-n+4) a');
    await total().first().waitFor();
    const all = (await total().allTextContents()).map(Number);
    expect(await opensAll(() => block('weekly').locator('tbody tr').last().locator('td a'))).not.toEqual([]);
    expect(await opensAll(total)).toEqual(all);
  });

  test('taken lines: the peak of an hour opens the calls that stood then, and says when it was', async () => {
    await open('/c/t1/statistics?section=lines');
    const point = block('concurrent').locator('a.point[href][data-row="0"]');
    const name = (await point.getAttribute('aria-label')) ?? '';
    expect(name).toMatch(/^9:00–10:00, Занято линий, пик: [2-9]/);
    const peak = Number(/пик: (\d+)/.exec(name)?.[1]);
    await point.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/journal\?.*going=/);
    await until(`${peak} calls are listed`, async () => (await page.locator('tbody tr[data-call]').count()) === peak);
    expect((await page.locator('.chip').allTextContents()).join()).toContain('Шёл в момент');
    await page.reload();
    await settled(page);
    expect(await page.locator('tbody tr[data-call]').count()).toBe(peak);
    await open('/c/t1/statistics?section=lines&as=concurrent.table');
    const file = await page.evaluate(
      (query) => fetch(`/c/t1/statistics/file/concurrent${query}&format=csv`).then((answer) => answer.text()),
      new URL(page.url()).search,
    );
    expect(file).toMatch(new RegExp(`09:00:00;${peak};\\d\\d\\.\\d\\d\\.\\d{4} 09:\\d\\d:\\d\\d\\r\\n`));
    expect(await opensAll(() => block('concurrent').locator('tbody td:first-of-type a'))).toEqual([peak]);
    expect(await said(block('concurrent').locator('tfoot td').first())).toMatch(new RegExp(`^${peak}`));
    await open('/c/t1/statistics?section=lines&period=month');
    await block('concurrent-by-day').locator('.drawing').waitFor();
    expect(await block('concurrent-by-day').getByRole('link', { name: 'Круг' }).count()).toBe(0);
  });

  test("an employee's day is a line, each bar opens its call", async () => {
    await open('/c/t1/statistics?section=people');
    const lines = page.locator('li[data-employee]');
    expect(await lines.locator('.name').allTextContents()).toEqual(['Кузнецов Д. И.', 'Соколова А. П.']);
    expect(await lines.first().locator('svg a').count()).toBe(9);
    expect(await said(lines.first().locator('.figures b'))).toBe('9');
    const from = page.url();
    // the bar itself: in the middle of a narrow one another may lie on top
    await lines
      .last()
      .locator('svg a')
      .first()
      .evaluate((a) => a.dispatchEvent(new Event('click', { bubbles: true, cancelable: true })));
    await page.waitForURL(/\/journal\?/);
    await until('one call is listed', async () => (await page.locator('tbody tr[data-call]').count()) === 1);
    await page.goBack();
    await page.waitForURL(from);
    await lines.first().locator('.name').click();
    await page.waitForURL(/\/journal\?/);
    await until('nine calls are listed', async () => (await page.locator('tbody tr[data-call]').count()) === 9);
    await open('/c/t1/statistics?section=people&period=month');
    await page.getByText('Выберите один день').waitFor();
  });

  test('figures stand beside those of another period, the right way round (compare)', async () => {
    await open('/c/t1/statistics?section=in');
    const subs = async () => (await page.locator('.stat .sub').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    // the week before: four incoming calls to one number, one of them missed
    expect(await subs()).toEqual(['+9 было 4', '+2 было 1', '+1 было 0']);
    expect(await page.locator('.stat .delta').evaluateAll((all) => all.map((one) => one.className.includes('bad')))).toEqual([
      false,
      true,
      true,
    ]);
    await page.getByRole('button', { name: /^С чем сравнить/ }).click();
    await page.getByRole('option', { name: 'Предыдущий период' }).click();
    await page.waitForURL(/compare=previous/);
    await until('the day before had none', async () => (await subs())[0] === '+13 было 0');
    await page.reload();
    await settled(page);
    expect((await subs())[0]).toBe('+13 было 0');
    await open('/c/t1/statistics?section=in&compare=off');
    expect(await page.locator('.stat .delta').count()).toBe(0);
    await open('/c/t1/statistics?section=in&as=incoming-by-number.table');
    expect(await block('incoming-by-number').locator('tbody tr').first().locator('.change').first().getAttribute('title')).toBe('было 4');
  });

  test('conditions are chosen beside the page and act at once, on the journal too (T-14)', async () => {
    await open('/c/t1/statistics?section=in');
    await page.getByRole('button', { name: 'Условия', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Условия' });
    await drawer.getByRole('button', { name: /^Канал/ }).click();
    await page.getByRole('option', { name: 'Доска' }).click();
    await page.waitForURL(/channel=/);
    await page.keyboard.press('Escape');
    await drawer.getByLabel('Откуда').fill('!79130001008');
    await drawer.getByLabel('Откуда').press('Enter');
    await page.waitForURL(/caller=/);
    await page.getByRole('button', { name: 'Закрыть' }).first().click();
    await until('the figures follow', async () => (await said(page.locator('.stat .figure').first())) === '4');
    expect(await page.locator('h1').textContent()).toContain('канал: Доска, откуда: !79130001008');
    await page.reload();
    await settled(page);
    expect(await opensAll(() => page.locator('.stat .figure a'))).toEqual([4, 1, 1]);
    await open('/c/t1/journal?channel=Доска');
    expect(await page.locator('tbody tr[data-call]').count()).toBe(5);
    expect(await page.locator('.chip').first().textContent()).toContain('Доска');
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s; a phone does not scroll sideways', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const query of [
        'section=in',
        'section=in&as=incoming-by-number.pie,incoming-by-employee.table',
        'section=in&as=incoming-by-number.line,incoming-by-employee.line.talkSeconds',
        'section=out',
        'section=groups',
        'section=missed',
        'section=days',
        'section=days&period=month&step=week&as=weekly.line',
        'section=lines',
        'section=people',
      ]) {
        await open(`/c/t1/statistics?${query}`);
        expect(await axeFindings(page), `${query} ${width}`).toEqual([]);
        expect(await sideways(page), `${query} ${width}`).toBe(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
