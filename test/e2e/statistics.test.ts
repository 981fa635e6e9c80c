import { mkdirSync, readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { ALFA, HOUR, makeAlfa, midnight } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn, still } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const DAY = 24 * HOUR;
const _noon = midnight + 12 * HOUR;

let made = 0;
/** @param hour of today's clock */
function call(hour: number, more: Partial<MadeCall> = {}, days = 0): MadeCall {
  const i = made++;
  return {
    ...{ id: `call-${i}`, tenant: 't1', domain: ALFA.domain, direction: 'in', from: `7913000${1000 + i}`, to: '73910000122' },
    ...{
      startedAt: midnight - days * DAY + hour * HOUR + i * 20_000,
      wait: 6,
      talk: 30 + i,
      legs: [{ target: '101', after: 1, code: 200 }],
    },
    ...more,
  };
}
const several = (n: number, one: () => MadeCall) => Array.from({ length: n }, one);
const missed = { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] } as const;
const out = { direction: 'out', from: '102', to: '79020001000', legs: [{ target: '79020001000', after: 1, code: 200 }] } as const;
const failed = { ...out, talk: 0, code: 486, legs: [{ target: '79020001000', after: 1, code: 486 }] } as const;
/** Incoming 14 (3 missed) and outgoing 5 (2 failed) between 9 and 10, incoming 4 between 10 and 11; 6 incoming a week before. */
const CALLS = [
  ...several(11, () => call(9)),
  ...several(3, () => call(9, missed)),
  ...several(3, () => call(9, out)),
  ...several(2, () => call(9, failed)),
  ...several(4, () => call(10)),
  ...several(6, () => call(9, {}, 7)),
];
const NINE = 9;
/** rows of a point, in the order of the series */
const ROWS = { out: 0, outFailed: 1, in: 2, inMissed: 3, all: 4 } as const;
const AT_NINE = { out: 5, outFailed: 2, in: 14, inMissed: 3, all: 19 } as const;

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  await makeAlfa(stack, [{ number: '73910000122', label: 'Главный' }], CALLS);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  page = await context.newPage();
  await signIn(page, stack.portal, ALFA, '/c/t1/statistics');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function open(path: string, of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
const point = (at: number, row: number) => page.locator(`.drawing a[data-at="${at}"][data-row="${row}"]`);
const listed = () => page.locator('tbody tr[data-call]').count();
const query = () => new URL(page.url()).search;

/** Follows a click to the journal, expects so many calls, and comes back. */
async function opens(count: number, click: () => Promise<unknown>): Promise<void> {
  const from = page.url();
  await click();
  await page.waitForURL(/\/journal\?/);
  await until(`${count} calls are listed`, async () => (await listed()) === count);
  await page.goBack();
  await page.waitForURL(from);
}

describe.skipIf(!HAS_BROWSER)('statistics in a browser', () => {
  test('today stands in the title, with what it is compared to (T-13, T-46)', async () => {
    await open('/c/t1/statistics');
    expect(await page.locator('h1').textContent()).toMatch(/^Отчёт за сегодня, \d+\s/);
    expect(await page.locator('.page-head p').textContent()).toMatch(/^Сравнение: .+ до \d+:\d\d\./);
    expect(await page.locator('.legend b').allTextContents()).toEqual(['5', '2', '18', '3']);
    await open('/c/t1/statistics?time=08:00-20:00');
    expect(await page.locator('h1').textContent()).toMatch(/, период с 8:00–20:00$/);
  });

  test.each(Object.keys(ROWS) as (keyof typeof ROWS)[])('a point of "%s" opens exactly the calls that it counts (T-52)', async (series) => {
    await open('/c/t1/statistics?chart=bars');
    await opens(AT_NINE[series], () =>
      point(NINE, ROWS[series]).evaluate((a) => a.dispatchEvent(new Event('click', { bubbles: true, cancelable: true }))),
    );
  });

  test('a click with the mouse on a point of the line opens them too', async () => {
    await open('/c/t1/statistics');
    await opens(AT_NINE.in, () => point(NINE, ROWS.in).click());
  });

  test('hovering a point shows its hour and its counts (T-51)', async () => {
    await open('/c/t1/statistics?chart=bars');
    await point(NINE, ROWS.in).hover();
    const tip = page.locator('.floating');
    await tip.waitFor();
    const text = (await tip.textContent())?.replace(/\s+/g, ' ') ?? '';
    expect(text).toContain('9:00–10:00');
    expect(text).toMatch(/Входящие\s*14/);
  });

  test('so does a number of the table, an interval, and the total (T-50, T-53, T-54)', async () => {
    await open('/c/t1/statistics');
    const row = page.locator('table tbody tr').nth(NINE);
    expect((await row.textContent())?.replace(/\s+/g, ' ')).toContain('10:00 9:00–10:00');
    await opens(AT_NINE.inMissed, () => row.locator('td').nth(3).locator('a').click());
    await opens(AT_NINE.all, () => row.locator('th a').click());
    await opens(23, () => page.locator('tfoot th a').click());
  });

  test('series and kind are kept in the address and survive F5 (T-47, T-49)', async () => {
    await open('/c/t1/statistics');
    await page.getByRole('button', { name: 'Гистограмма' }).click();
    await page.waitForURL(/chart=bars/);
    await page.getByRole('button', { name: /^Исходящие/ }).click();
    await page.waitForURL(/hide=out/);
    expect(await point(NINE, 3).count()).toBe(1);
    expect(await page.locator('.drawing a[data-row="4"]').count()).toBe(0);
    await page.reload();
    await settled(page);
    expect(await page.getByRole('button', { name: /^Исходящие/ }).getAttribute('aria-pressed')).toBe('false');
    expect(await page.getByRole('button', { name: 'Гистограмма' }).getAttribute('aria-pressed')).toBe('true');
  });

  test('filters wait for Обновить, survive F5 and the way to the journal and back (T-14, T-44, T-55)', async () => {
    await open('/c/t1/statistics');
    await page.locator('input[name=talkMin]').fill('35');
    await page.waitForTimeout(200);
    expect(query()).toBe('');
    await page.locator('input[name=talkMin]').press('Enter');
    await page.waitForURL(/talkMin=35/);
    const longer = CALLS.filter(
      (c) => c.direction === 'in' && c.talk >= 35 && c.startedAt >= midnight && c.startedAt < midnight + 10 * HOUR,
    ).length;
    await page.reload();
    await settled(page);
    expect(await page.locator('.chip').textContent()).toContain('от 35');
    expect(await page.locator('h1').textContent()).toContain('длительность: от 35');
    await opens(longer, () => point(NINE, ROWS.in).click());
    await until('the condition is back', async () => (await page.locator('h1').textContent())?.includes('длительность: от 35') ?? false);
  });

  test('the comparison goes and comes; more than 31 days are refused in words', async () => {
    await open('/c/t1/statistics');
    expect(await page.locator('.drawing .ghost').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: /^С чем сравнить/ }).click();
    await page.getByRole('option', { name: 'Не сравнивать' }).click();
    await page.waitForURL(/compare=off/);
    await until('no ghost', async () => (await page.locator('.drawing .ghost').count()) === 0);
    await open('/c/t1/statistics?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z');
    expect(await page.locator('.msg').textContent()).toContain('не больше 31 дня');
  });

  test('a month is drawn, and its days are named', async () => {
    await open('/c/t1/statistics');
    await page.getByRole('link', { name: 'Этот месяц' }).click();
    await page.waitForURL(/period=month/);
    await until('the title follows', async () => !(await page.locator('h1').textContent())?.includes('сегодня'));
  });
});

let pictures = 0;
/** Saves a drawing from the menu of its block. */
async function saved(menu: Locator, kind: 'PNG' | 'SVG'): Promise<{ name: string; bytes: Buffer }> {
  await menu.click();
  const item = page.getByRole('menuitem', { name: `Сохранить ${kind}` });
  const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
  const name = download.suggestedFilename();
  if (process.env.SHOTS) {
    mkdirSync(process.env.SHOTS, { recursive: true });
    await download.saveAs(`${process.env.SHOTS}/${pictures++} ${name}`);
  }
  return { name, bytes: readFileSync(await download.path()) };
}

/** What an SVG is by itself, in a page that has none of our styles. */
async function alone(
  svg: string,
): Promise<{ fault: boolean; texts: string[]; outside: number; classes: number; width: number; height: number }> {
  const blank = await context.newPage();
  await blank.setContent(`<script type="text/plain" id="svg">${svg}</script>`);
  const found = await blank.evaluate<Awaited<ReturnType<typeof alone>>>(`(async () => {
    const { documentElement: root } = new DOMParser().parseFromString(document.getElementById('svg').textContent, 'image/svg+xml');
    document.body.append(document.adoptNode(root));
    root.getBoundingClientRect();
    await document.fonts.ready;
    const texts = [...root.querySelectorAll('text')];
    const edge = root.getBoundingClientRect();
    const isOut = (b) => b.width > 0 && (b.left < edge.left - 1 || b.right > edge.right + 1 || b.bottom > edge.bottom + 1);
    return {
      fault: root.localName !== 'svg' || root.querySelector('parsererror') !== null,
      texts: texts.map((text) => text.textContent),
      outside: texts.filter((text) => isOut(text.getBoundingClientRect())).length,
      classes: root.querySelectorAll('[class]').length,
      width: edge.width,
      height: edge.height,
    };
  })()`);
  await blank.close();
  return found;
}

describe.skipIf(!HAS_BROWSER)('pictures of drawings', () => {
  const hourlyMenu = () => page.getByRole('button', { name: 'Картинка: Звонки по часам' });
  const blockMenu = (report: string) => page.locator(`[data-report="${report}"]`).getByRole('button', { name: /^Действия/ });

  test.each(['lines', 'bars'])('%s by hour are an SVG that needs nothing of the page', async (kind) => {
    await open(`/c/t1/statistics?chart=${kind}`);
    const { name, bytes } = await saved(hourlyMenu(), 'SVG');
    expect(name).toMatch(/^Звонки по часам, сегодня, \d+ \S+\.svg$/);
    const svg = bytes.toString();
    expect(svg).not.toMatch(/var\(|light-dark|class=|href=|https?:\/\/(?!www\.w3\.org)/);
    expect(svg).toContain('@font-face');
    const { texts, ...is } = await alone(svg);
    expect(is).toMatchObject({ fault: false, outside: 0, classes: 0 });
    expect(texts).toEqual(expect.arrayContaining(['Звонки по часам', 'Входящие', '18', 'Неотвеченные входящие', '3', '12:00']));
    expect(texts.join(' ')).not.toMatch(/Гистограмма|открывает/);
    expect(is.width).toBeGreaterThan(800);
    expect(is.height).toBeGreaterThan(300);
  });

  test('a PNG has two dots for each of the page’s, and what is switched off is not on it', async () => {
    await open('/c/t1/statistics?hide=out');
    const { texts, width, height } = await alone((await saved(hourlyMenu(), 'SVG')).bytes.toString());
    expect(texts).not.toContain('Исходящие');
    const { name, bytes } = await saved(hourlyMenu(), 'PNG');
    expect(name).toMatch(/^Звонки по часам, сегодня, .*\.png$/);
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([2 * Math.round(width), 2 * Math.round(height)]);
    expect(bytes.length).toBeGreaterThan(20_000);
    // its words are on it: title, legend, scale
    const dark = (box: number[]) =>
      page.evaluate<number>(`(async () => {
        const image = new Image();
        image.src = 'data:image/png;base64,${bytes.toString('base64')}';
        await image.decode();
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: image.width, height: image.height });
        const pen = canvas.getContext('2d');
        pen.drawImage(image, 0, 0);
        const { data } = pen.getImageData(${box.join()});
        let dark = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] < 120 && data[i + 1] < 120 && data[i + 2] < 130) dark++;
        return dark;
      })()`);
    expect(await dark([32, 20, 220, 50])).toBeGreaterThan(500);
    expect(await dark([0, 2 * Math.round(height) - 50, 300, 50])).toBeGreaterThan(200);
  });

  test('blocks of bars, pies and cells are pictures too; a table is none', async () => {
    await open('/c/t1/statistics?section=in');
    const report = 'incoming-by-number';
    for (const kind of ['Круг', 'Столбики'] as const) {
      await page.locator(`[data-report="${report}"]`).getByRole('link', { name: kind }).click();
      await page
        .locator(`[data-report="${report}"] [aria-current]`)
        .and(page.getByRole('link', { name: kind }))
        .waitFor();
      await page.locator('.stale').waitFor({ state: 'detached' });
      await still(page);
      const { texts, ...is } = await alone((await saved(blockMenu(report), 'SVG')).bytes.toString());
      expect(is).toMatchObject({ fault: false, outside: 0, classes: 0 });
      expect(texts).toContain('Главный');
    }
    await page.locator(`[data-report="${report}"]`).getByRole('link', { name: 'Таблица' }).click();
    await page.locator(`[data-report="${report}"] table`).waitFor();
    await blockMenu(report).click();
    await page.getByRole('menuitem', { name: 'Напечатать' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Сохранить PNG' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await open('/c/t1/statistics?section=days');
    for (const [block, word] of [
      ['daily', 'Входящие'],
      ['week-hours', '9:00'],
    ] as const) {
      await page.locator(`[data-report="${block}"]`).scrollIntoViewIfNeeded();
      const { texts, ...is } = await alone((await saved(blockMenu(block), 'SVG')).bytes.toString());
      expect(is, block).toMatchObject({ fault: false, outside: 0, classes: 0 });
      expect(texts, block).toContain(word);
    }
  });

  test('the dashboard’s card has them in its menu, and nothing of it is against the page’s policy', async () => {
    await open('/c/t1');
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    const { name, bytes } = await saved(page.locator('[data-card="hourly"]').getByRole('button', { name: /^Действия/ }), 'PNG');
    expect(name).toMatch(/сегодня, .*\.png$/);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!HAS_BROWSER)('the dashboard in a browser', () => {
  test('figures are those of REST, and each opens its calls (T-34)', async () => {
    const period = `from=${new Date(midnight).toISOString()}&to=${new Date(midnight + DAY).toISOString()}`;
    const { totals } = await stack.rest<{ totals: Record<string, number> }>('GET', `/tenants/t1/reports/summary?${period}`);
    await open('/c/t1');
    expect(await page.locator('h1').textContent()).toMatch(/^Сегодня, /);
    const figures = page.locator('.stat .figure');
    const shown = (await figures.allTextContents()).map((text) => text.trim());
    const span = (seconds = 0) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, '0')}`;
    expect(shown).toEqual([
      ...[totals.in, totals.inAnswered, totals.inMissed].map(String),
      ...[span(totals.averageWait), span(totals.averageTalk)],
      ...[totals.out, totals.outFailed].map(String),
    ]);
    expect(totals).toMatchObject({ in: 18, inMissed: 3, out: 5, outFailed: 2 });
    // compared to the six of a week before: fewer than 20, so in calls
    expect(await page.locator('.stat .sub').first().textContent()).toMatch(/\+12\s+было 6/);
    for (const [at, count] of [
      [0, 18],
      [1, 15],
      [2, 3],
      [3, 15],
      [5, 5],
      [6, 2],
    ] as const)
      await opens(count, () => figures.nth(at).locator('a').click());
  });

  test('missed calls stand beside the chart, and a line opens its caller', async () => {
    await open('/c/t1');
    const lines = page.locator('.trouble li');
    expect(await lines.count()).toBe(3);
    expect(await lines.first().textContent()).toContain('Главный');
    await opens(1, () => lines.first().locator('a').first().click());
    await opens(3, () => page.locator('.trouble').getByRole('link', { name: 'Все' }).click());
  });

  test('a live call is on both pages within a second, ends grey, and the figures follow', async () => {
    const live = await context.newPage();
    await open('/c/t1/live', live);
    await open('/c/t1');
    await live.getByText('Сейчас звонков нет').waitFor();
    const one = call(0, { id: 'live-1', startedAt: Date.now(), wait: 3, talk: 7 });
    const [start = '', ...later] = callBegins(one);
    const lines = [live, page].map((of) => of.locator('tr[data-call="live-1"]'));
    const sentAt = performance.now();
    await sendTcp(stack.ports.events, [start]);
    await Promise.all(lines.map((line) => line.waitFor({ timeout: 5_000 })));
    expect(performance.now() - sentAt).toBeLessThan(1_000);
    expect(await lines[0]?.textContent()).toMatch(/Входящий[\s\S]*Главный[\s\S]*Звонит/);
    expect(await live.locator('.stat').nth(2).textContent()).toMatch(/Ждут ответа[\s\S]*1[\s\S]*дольше всех 0:0/);
    await sendTcp(stack.ports.events, later);
    await lines[0]?.getByText('Говорит').waitFor({ timeout: 5_000 });
    expect(await lines[0]?.textContent()).toContain('Соколова А. П.');
    await sendTcp(stack.ports.events, callEnds(one));
    await lines[0]?.getByText('Успешный').waitFor({ timeout: 5_000 });
    await Promise.all(lines.map((line) => line.waitFor({ state: 'detached', timeout: 8_000 })));
    await until('the dashboard counts it', async () => (await page.locator('.stat .figure').first().textContent())?.trim() === '19', 8_000);
    await live.close();
  });

  test('search and groups narrow the live page and are kept in the address', async () => {
    await open('/c/t1/live?group=sales&q=7999');
    const one = call(0, { id: 'live-2', startedAt: Date.now(), wait: 3, talk: 7, from: '79130005555' });
    await sendTcp(stack.ports.events, callBegins(one));
    await page.getByRole('button', { name: 'Сбросить всё' }).click();
    await page.locator('tr[data-call="live-2"]').waitFor({ timeout: 5_000 });
    expect(query()).toBe('');
    await page.getByRole('searchbox').fill('кузнецов');
    await until('nothing is meant', async () => (await page.locator('tr[data-call]').count()) === 0);
    await page.waitForURL(/q=/);
    await sendTcp(stack.ports.events, callEnds(one));
  });
});

describe.skipIf(!HAS_BROWSER)('the three pages', () => {
  const PAGES = ['/c/t1', '/c/t1/statistics', '/c/t1/live'];

  test('language and theme change where one is', async () => {
    await open('/c/t1/statistics?chart=bars');
    await page.getByRole('button', { name: 'Тема' }).click();
    await page.getByRole('menuitemradio', { name: 'Тёмная' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.locator('.topbar .user').click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await page.getByRole('heading', { name: /^Report for today/ }).waitFor();
    expect(query()).toBe('?chart=bars');
    await open('/c/t1');
    expect(await page.locator('h1').textContent()).toMatch(/^Today, /);
    await page.locator('.topbar .user').click();
    await page.getByRole('menuitemradio', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: /^Сегодня, / }).waitFor();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, desktop and 390 px; a phone does not scroll sideways', async (theme) => {
    await context.addCookies([{ name: 'callscope_theme', value: theme, url: stack.portal }]);
    for (const path of PAGES) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(path);
      expect(await axeFindings(page), path).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      await open(path);
      expect(await sideways(page), path).toBe(0);
      expect(await axeFindings(page), path).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('the wall is dark whatever the theme, without menu, also where it was before, and nothing on it is small or cut', async () => {
    await context.addCookies([{ name: 'callscope_theme', value: 'light', url: stack.portal }]);
    await open('/c/t1/live?wall=1');
    expect(new URL(page.url()).pathname).toBe('/c/t1/live/wall');
    await page.getByText('Соколова А.').waitFor();
    expect(await page.locator('.side').count()).toBe(0);
    const unit = Math.min((1440 * 0.9) / 100, (900 * 1.6) / 100);
    const { ground, smallest } = await page.evaluate<{ ground: string; smallest: number }>(`(() => {
      const wall = document.querySelector('.wall');
      const texts = [...wall.querySelectorAll('*')].filter((e) => !e.closest('svg') && e.childElementCount === 0 && e.textContent.trim());
      const sizes = texts.map((e) => Number.parseFloat(getComputedStyle(e).fontSize));
      return { ground: getComputedStyle(wall).backgroundColor, smallest: Math.min(...sizes) };
    })()`);
    expect(ground).toBe('rgb(10, 11, 13)');
    expect(smallest).toBeGreaterThanOrEqual(1.3 * unit - 0.1);
    expect(await page.evaluate('document.documentElement.scrollHeight - document.documentElement.clientHeight')).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('without JavaScript figures, chart, links and the form work', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), locale: 'ru-RU' });
    const quiet = await plain.newPage();
    await quiet.goto(`${stack.portal}/c/t1`);
    expect(await quiet.locator('.stat .figure').count()).toBe(7);
    await quiet.getByRole('link', { name: 'Вчера' }).click();
    await quiet.waitForURL(/period=yesterday/);
    await quiet.goto(`${stack.portal}/c/t1/statistics`);
    await quiet.locator('table tbody tr').nth(NINE).locator('th a').click();
    await until('the calls of nine', async () => (await quiet.locator('tbody tr[data-call]').count()) === AT_NINE.all);
    await quiet.goto(`${stack.portal}/c/t1/statistics?direction=in&chart=bars`);
    await quiet.locator('input[name=talkMin]').fill('35');
    await quiet.getByRole('button', { name: 'Обновить' }).click();
    await quiet.waitForURL(/direction=in.*chart=bars.*talkMin=35/);
    await plain.close();
  });
});
