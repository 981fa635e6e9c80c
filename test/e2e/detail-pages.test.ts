import { readFileSync } from 'node:fs';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { ALFA, AVITO, HOUR, MAIN, makeAlfa, midnight } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, settled, sideways, signIn, still } from './browser.ts';
import type { MadeCall } from './events.ts';

/** Folder for pictures to look at; not set: none are made. */
const SHOTS = process.env.SHOTS ?? '';

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
const SILENT = '73910000144';
/** Numbers without a name, one call each: the table needs a second page. */
const MANY = Array.from({ length: 60 }, (_, i) => `7391222${1000 + i}`);
const missed = { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] } as const;
const out = (from: '101' | '102', to: string, talk: number) =>
  ({ direction: 'out', from, to, talk, legs: [{ target: to, after: 1, code: 200 }] }) as const;
const CALLER = '79130009999';
const CALLS = [
  ...several(6, () => call(MAIN, '101')),
  ...several(3, () => call(AVITO, '102')),
  ...several(2, () => call(MAIN, '102', missed)),
  call(AVITO, '102', missed),
  call(AVITO, '102', { ...missed, code: 486, wait: 0, from: CALLER, legs: [{ target: '102', after: 1, code: 486 }] }),
  // and called back
  call('', '102', out('102', CALLER, 33)),
  ...several(2, () => call('', '102', out('102', '79020001000', 12))),
  ...several(3, () => call('', '101', out('101', '79020001000', 90))),
  ...MANY.map((number) => call(number, '101', { talk: 5 })),
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
      { number: SILENT, label: 'Молчит' },
      ...MANY.map((number) => ({ number })),
    ],
    CALLS,
  );
  await until('the missed call is called back', async () => {
    const { data } = await stack.rest<{ data: { status: string }[] }>('GET', '/tenants/t1/cases?limit=100');
    return data.filter(({ status }) => status === 'calledBack').length === 1 && data.length === 4;
  });
  page = await newPage(browser);
  await signIn(page, stack.portal, ALFA, '/c/t1/details');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function open(path: string): Promise<void> {
  await page.goto(`${stack.portal}${path}`);
  await settled(page);
}
const row = (key: string) => page.locator(`tr[data-key="${key}"]`);
const cell = (key: string, column: string) => row(key).locator(`td[data-column="${column}"]`);
const text = async (of: Locator) => ((await of.textContent()) ?? '').replace(/\s+/g, ' ').trim();
const keys = () => page.locator('tbody tr[data-key]').evaluateAll((all) => all.map((one) => one.getAttribute('data-key') ?? ''));

/** Follows a link to the journal, which lists as many calls; and comes back. */
async function opens(link: Locator, count: number): Promise<void> {
  const from = page.url();
  await link.click();
  await page.waitForURL(/\/journal\?/);
  await until(`${count} calls are listed`, async () => (await page.locator('tbody tr[data-call]').count()) === count);
  await page.goBack();
  await page.waitForURL(from);
}

/** What a file holds, read from its bytes. */
async function file(download: Download): Promise<string[][]> {
  const bytes = readFileSync(await download.path());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes.toString('utf8').split('\r\n')[0]).toContain(';');
  return readCsv(bytes).rows.map(({ cells }) => cells);
}
async function downloaded(press: () => Promise<void>): Promise<{ name: string; rows: string[][] }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), rows: await file(download) };
}
const csv = () =>
  downloaded(async () => {
    await page.getByRole('button', { name: /^Скачать/ }).click();
    await page.getByRole('menuitem', { name: 'Скачать CSV' }).click();
  });

describe.skipIf(!HAS_BROWSER)('«Детализация», in a browser', () => {
  test('Входящие: a row for every own number, silent ones too, each opens its calls (S-41, S-42)', async () => {
    await page.getByRole('link', { name: 'Детализация звонков' }).click();
    await settled(page);
    expect(await page.locator('h1').textContent()).toMatch(/^Входящие за сегодня/);
    expect((await keys()).slice(0, 2)).toEqual([MAIN, AVITO]);
    expect(await page.locator('[data-found]').textContent()).toContain('63 строки');
    expect(await Promise.all(['in', 'share', 'inAnswered', 'inMissed', 'talkSeconds'].map((id) => text(cell(MAIN, id))))).toEqual([
      ...['8', '11,0 %', '6', '2', '4:15'],
    ]);
    expect(await Promise.all(['in', 'share'].map((id) => text(cell('total', id))))).toEqual(['73', '100,0 %']);
    expect(await text(cell(MAIN, 'last'))).toMatch(/^\d\d\.\d\d \d?\d:\d\d$/);
    await opens(row(MAIN).locator('th a'), 8);
    await opens(cell(MAIN, 'inMissed').locator('a'), 2);
    await opens(row(AVITO).locator('th a'), 5);
    // silent numbers come last, with zeros
    await open('/c/t1/details?sort=in');
    expect((await keys())[0]).toBe(SILENT);
    expect(await cell(SILENT, 'in').locator('a').count()).toBe(0);
  });

  test('rows are found, put in order by any column and cut into pages; F5 keeps it', async () => {
    await open('/c/t1/details');
    await page.getByRole('link', { name: 'Следующая страница' }).click();
    await page.waitForURL(/page=2/);
    expect(await keys()).toHaveLength(13);
    await page.getByRole('link', { name: /^Учётка/ }).click();
    await page.waitForURL(/sort=key/);
    expect(page.url()).not.toContain('page=2');
    for (const name of ['Входящие', 'Доля', 'Принятые', 'Пропущенные', 'Время разговоров', 'Последний']) {
      const head = page.locator('thead').getByRole('link', { name: new RegExp(`^${name}`) });
      await head.click();
      await until(`by ${name}`, async () => (await head.locator('xpath=..').getAttribute('aria-sort')) === 'descending');
    }
    await page.getByRole('searchbox', { name: 'Найти в строках' }).fill('(391) 000-01-22');
    await page.waitForURL(/find=/);
    await until('one row', async () => (await keys()).join() === MAIN);
    expect(await page.locator('[data-found]').textContent()).toContain('найдено 1 из 63');
    await page.reload();
    await settled(page);
    expect(await keys()).toEqual([MAIN]);
    expect(await row('total').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Найти в строках' }).fill('нет такого');
    await page.getByText('Таких строк нет').waitFor();
  });

  test('Исходящие: by account, whose it is, under an employee (S-43)', async () => {
    await open('/c/t1/details?show=out');
    expect(await keys()).toEqual(['101', '102']);
    expect(await text(row('102').locator('th'))).toBe('102 Кузнецов Д. И.');
    expect(await Promise.all(['out', 'outAnswered', 'talkSeconds'].map((id) => text(cell('101', id))))).toEqual(['3', '3', '4:30']);
    await page.getByRole('button', { name: /^Сотрудник: / }).click();
    await page.getByRole('option', { name: 'Кузнецов Д. И.' }).click();
    await page.keyboard.press('Escape');
    await page.waitForURL(/author=e102/);
    await until('one account', async () => (await keys()).join() === '102');
    expect(await page.locator('h1').textContent()).toContain('сотрудник: Кузнецов Д. И.');
    await opens(row('102').locator('th a'), 3);
    await page.reload();
    await settled(page);
    expect(await keys()).toEqual(['102']);
  });

  test('Пропущенные: when, from, dialled, called back, each opens itself (S-44)', async () => {
    await open('/c/t1/details?show=missed');
    const rows = page.locator('tbody tr[data-missed]');
    expect(await rows.count()).toBe(4);
    const back = rows.filter({ hasText: '99-99' });
    expect(await text(back)).toMatch(
      /^\d\d\.\d\d \d?\d:\d\d:\d\d .*Авито 0:02 Попал в занятость Перезвонили в \d?\d:\d\d, Кузнецов Д\. И\.$/,
    );
    expect(await text(rows.nth(1))).toContain('Не перезвонили');
    for (let at = 0; at < 4; at++) await opens(rows.nth(at).locator('th a'), 1);
    await opens(page.locator('tr[data-missed="total"] a'), 4);
    expect(await text(page.locator('tr[data-missed="total"]'))).toBe('Всего 4 звонка от 4 номеров');
    const order = () => rows.evaluateAll((all) => all.map((one) => one.getAttribute('data-missed') ?? ''));
    const newest = await order();
    await page.getByRole('link', { name: /^Дата и время/ }).click();
    await until('oldest first', async () => (await order()).join() === newest.toReversed().join());
    await open('/c/t1/details?show=missed&page=7');
    expect(await rows.count()).toBe(4);
    await page.getByRole('searchbox').fill('9999');
    await until('one call', async () => (await rows.count()) === 1);
    await page.getByRole('link', { name: 'Потерянные' }).last().waitFor();
  });

  test('Потерянные: whom nobody called back, with their calls (S-47)', async () => {
    await open('/c/t1/details?show=lost');
    const rows = page.locator('tbody tr[data-lost]');
    expect(await rows.count()).toBe(3);
    await opens(rows.first().locator('th a'), 1);
    expect(await page.locator('[data-found]').textContent()).toContain('3 звонивших');
    await page.getByRole('button', { name: 'Условия' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Номер: / })
      .click();
    await page.getByRole('option', { name: /Авито/ }).click();
    await page.waitForURL(/number=/);
    await until('one case', async () => (await rows.count()) === 1);
  });

  test('files hold every row of the question, read back from their bytes', async () => {
    await open('/c/t1/details');
    const incoming = await csv();
    expect(incoming.name).toMatch(/^Входящие, .*\.csv$/);
    expect(incoming.rows).toHaveLength(1 + 63 + 1);
    expect(incoming.rows[0]).toEqual([
      ...[
        'Номер',
        'Название',
        'Входящие',
        'Принятые входящие',
        'Неотвеченные входящие',
        'Время разговоров',
        'Доля звонков, %',
        'Последний звонок',
      ],
    ]);
    expect(incoming.rows[1]?.slice(0, 7)).toEqual([`+${MAIN}`, 'Главный', '8', '6', '2', '0:04:15', '11,0']);
    expect(incoming.rows.at(-1)?.slice(0, 3)).toEqual(['Итого', '', '73']);
    await open('/c/t1/details?show=missed');
    const lost = await csv();
    expect(lost.rows).toHaveLength(5);
    expect(lost.rows.find((cells) => cells[2] === `+${CALLER}`)?.slice(3, 8)).toEqual([
      ...[`+${AVITO}`, 'Авито', '0:00:02', 'Попал в занятость', 'Перезвонили'],
    ]);
    await open('/c/t1/details?show=lost');
    expect((await csv()).rows).toHaveLength(4);
    await open('/c/t1/details?show=out&author=e102&find=102');
    expect((await csv()).rows.map(([account, who, n]) => [account, who, n])).toEqual([
      ['Учётка', 'Сотрудник', 'Исходящие'],
      ['102', 'Кузнецов Д. И.', '3'],
    ]);
  });

  test('a block of statistics has a menu: file, paper, and a page of its own (T-68)', async () => {
    await open('/c/t1/statistics?section=out&author=e101');
    const menu = async (of: string) => {
      await page
        .locator(`[data-report="${of}"]`)
        .getByRole('button', { name: /^Действия/ })
        .click();
      await page.getByRole('menu').waitFor();
    };
    await menu('outgoing-by-employee');
    const { name, rows } = await downloaded(() => page.getByRole('menuitem', { name: 'Скачать CSV' }).click());
    expect(name).toMatch(/^Исходящие по сотрудникам, .*\.csv$/);
    expect(rows).toEqual([
      ['Сотрудник', 'Звонки', 'Время разговоров'],
      ['Соколова А. П.', '3', '0:04:30'],
      ['Итого', '3', '0:04:30'],
    ]);
    await page.evaluate(
      'globalThis.print = () => { globalThis.shown = [...document.querySelectorAll("[data-printed]")].map((c) => c.dataset.report).join() }',
    );
    await menu('outgoing-by-employee');
    await page.getByRole('menuitem', { name: 'Напечатать' }).click();
    await until('it is printed', async () => (await page.evaluate('globalThis.shown')) === 'outgoing-by-employee');
    await menu('outgoing-by-employee');
    await page.getByRole('menuitem', { name: 'Открыть таблицей' }).click();
    await page.waitForURL(/\/details\?.*show=outgoing-by-employee/);
    await until('its row', async () => (await keys()).join() === 'e101');
    await opens(row('e101').locator('th a'), 3);
  });

  test('one panel of conditions also on missed calls and ad lines: in the address, said in the title', async () => {
    const caseRows = page.locator('tbody tr[data-case]');
    await open('/c/t1/missed?show=all');
    expect(await caseRows.count()).toBe(4);
    await page.getByRole('button', { name: 'Условия' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Причина/ })
      .click();
    await page.getByRole('option', { name: 'Попал в занятость' }).click();
    await page.waitForURL(/missedKind=busy_hit/);
    await until('one case', async () => (await caseRows.count()) === 1);
    expect(await page.locator('h1').textContent()).toMatch(/попал в занятость$/);
    expect(await page.locator('.stat .figure').first().textContent()).toContain('1');
    await page.reload();
    await settled(page);
    expect(await caseRows.count()).toBe(1);
    await page.getByRole('button', { name: /^Убрать условие/ }).click();
    await until('all cases', async () => (await caseRows.count()) === 4);

    const line = page.locator(`tr[data-line="${AVITO}"] td[data-column="in"]`);
    await open('/c/t1/ad-lines?period=today');
    expect(await text(line.locator('.figure'))).toBe('5');
    await open('/c/t1/ad-lines?period=today&missedKind=busy_hit');
    await opens(line.locator('a'), 1);
    await page.locator('h1', { hasText: 'попал в занятость' }).waitFor();
    await page.getByText('расход – весь за период').waitFor();
    // who waits is counted under the same conditions: this one was called back
    expect(await text(page.locator(`tr[data-line="${AVITO}"] td[data-column="waiting"]`))).toBe('0');
    await open('/c/t1/ad-lines?period=today');
    await page.getByRole('button', { name: 'Условия' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Номер: / })
      .click();
    await page.getByRole('option', { name: /Главный/ }).click();
    await page.getByText('Таких линий нет').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('light and dark, wide and narrow', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const pages = [
          ...['in', 'out', 'missed', 'lost'].map((show) => [show, `/details?show=${show}${show === 'in' ? '&compare=previous' : ''}`]),
          ['block', '/statistics?section=in'],
          ['cases', '/missed?show=all&missedKind=busy_hit'],
          ['ad-lines', '/ad-lines?period=today&missedKind=busy_hit'],
        ] as const;
        for (const [show, path] of pages) {
          await open(`/c/t1${path}`);
          await still(page);
          const at = `${show} ${theme} ${width}`;
          expect(await sideways(page), at).toBe(0);
          expect(await axeFindings(page), at).toEqual([]);
          if (SHOTS) await page.screenshot({ path: `${SHOTS}/details-${show}-${theme}-${width}.png`, fullPage: show !== 'in' });
        }
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
