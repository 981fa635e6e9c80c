import { readFileSync } from 'node:fs';
import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import { readXlsx } from '@callscope/modules/directory/files/xlsx.ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, shot, sideways, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const JOURNAL = '/c/t1/journal';
const visitor = { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secret' };
/** A zone in which it is noon now: the day is the same before and after every call of the test. */
const zone = (() => {
  const ahead = 12 - new Date().getUTCHours();
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
})();
const EMPLOYEES = ['Соколова А. П.', 'Кузнецов Д. И.', 'Орлова М. В.'];

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const made = (i: number, more: Partial<MadeCall> = {}): MadeCall => ({
  ...{ id: `call-${i}`, tenant: 't1', domain: visitor.domain, direction: 'in', from: `7913000${1000 + i}`, to: '73910000122' },
  ...{ startedAt: Date.now() - 60_000 * (100 - i), wait: 6, talk: 30 + i, legs: [{ target: '101', after: 1, code: 200 }] },
  ...more,
});
/** 60 calls of today: every fifth missed, every sixth outgoing, the newest offered to three phones. */
const CALLS = Array.from({ length: 60 }, (_, i) => {
  if (i % 5 === 0) return made(i, { talk: 0, code: 487, wait: 20, legs: [{ target: '102', after: 1, code: 487 }] });
  if (i % 6 === 1)
    return made(i, {
      direction: 'out',
      from: '102',
      to: `7902000${1000 + i}`,
      legs: [{ target: `7902000${1000 + i}`, after: 1, code: 200 }],
    });
  if (i !== 59) return made(i);
  const legs = [
    { target: '101', after: 1, code: 487 },
    { target: '102', after: 16, code: 486 },
    { target: '103', after: 20, code: 200 },
  ];
  return made(i, { wait: 26, legs });
});
const MISSED = CALLS.filter((call) => call.talk === 0).length;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  // one after the other: a browser that does not start must not leave a system behind
  browser = await launchBrowser();
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: visitor.domain, timezone: zone });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [{ number: '73910000122', label: 'Главный' }],
    employees: EMPLOYEES.map((name, i) => ({ id: `e10${i + 1}`, name, extensions: [`10${i + 1}`], record: i < 2 })),
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: visitor.password, role: 'admin' });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((call) => [...callBegins(call), ...callEnds(call)]),
  );
  await until('all calls are stored', async () => {
    const { data } = await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=100');
    return data.length === CALLS.length;
  });
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', acceptDownloads: true });
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const rows = (of = page) => of.locator('tbody tr[data-call]');
const plain = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ').trim();
const lead = async () => plain(await page.locator('.page-head p').textContent());
async function open(query = ''): Promise<void> {
  await page.goto(`${stack.portal}${JOURNAL}${query}`);
  await settled(page);
}

describe.skipIf(!HAS_BROWSER)('the call journal in a browser', () => {
  test('a person signs in and comes to the journal of today (T-03, T-13)', async () => {
    await page.goto(`${stack.portal}${JOURNAL}`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await signIn(page, stack.portal, visitor, JOURNAL);
    expect(plain(await page.locator('h1').textContent())).toMatch(/^Журнал за сегодня, \d+ /);
    expect(await lead()).toContain(`${CALLS.length} звонков`);
    expect(await rows().count()).toBe(50);
  });

  test('ten columns stand in order, a missed call has no employee and talks 0:00 (T-20 to T-26): T-20, T-21, T-22, T-23, T-24, T-25, T-26', async () => {
    const heads = await page.locator('thead tr').first().locator('th').allTextContents();
    expect(heads.map(plain)).toEqual([
      'Сотрудник',
      'Направление',
      'Тип',
      'Откуда',
      'Куда',
      'Кем принят',
      'Дата',
      'Время',
      'Длит.',
      'Запись',
    ]);
    const cells = async (id: string) => (await page.locator(`[data-call="${id}"] td`).allTextContents()).map(plain);
    const newest = await cells('call-59');
    expect(newest.slice(0, 6)).toEqual(['Орлова М. В.', 'Входящий', 'Успешный', '+7 913 000-10-59', 'Главный', '103']);
    expect(newest[7]).toBe(new Intl.DateTimeFormat('ru-RU', { timeZone: zone, timeStyle: 'medium' }).format(CALLS[59]?.startedAt));
    // an hour old, and nobody has recorded it
    expect(newest.slice(8)).toEqual(['1:29', expect.stringMatching(/^сбой/)]);
    const missed = await cells('call-55');
    expect([missed[0], missed[1], missed[2], missed[5], missed[8]]).toEqual(['–', 'Входящий', 'Нет ответа', '–', '0:00']);
    expect(missed[9]).toMatch(/^–Разговора не было/);
    expect((await cells('call-49'))[0]).toBe('Кузнецов Д. И.');
  });

  test('columns are chosen and put in order by keys, and follow the person to another machine (T-20, A-54, A-58)', async () => {
    const heads = async (of = page) => (await of.locator('thead tr').first().locator('th').allTextContents()).map(plain);
    const usual = await heads();
    const kept = () => page.waitForResponse((response) => /\/journal\/columns$/.test(response.url()) && response.ok());
    await page.getByRole('button', { name: 'Колонки', exact: true }).focus();
    await page.keyboard.press('Enter');
    const list = page.locator('.popover');
    for (const name of ['Disposition', 'Billsec', 'Свой номер', 'Ожидание']) {
      await Promise.all([kept(), list.getByLabel(name, { exact: true }).press('Space')]);
    }
    await Promise.all([kept(), list.getByLabel('Направление', { exact: true }).press('Space')]);
    await Promise.all([kept(), list.getByRole('button', { name: 'Billsec: левее' }).press('Enter')]);
    await shot(page, 'columns');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const wanted = [...usual.filter((name) => name !== 'Направление'), 'Billsec', 'Disposition', 'Свой номер', 'Ожидание'];
    expect(await heads()).toEqual(wanted);
    const cells = async (id: string, of = page) => (await of.locator(`[data-call="${id}"] td`).allTextContents()).map(plain);
    expect((await cells('call-59')).slice(9)).toEqual(['89', 'ANSWERED', 'Главный', expect.stringMatching(/^0:2[45]$/)]);
    expect((await cells('call-55')).slice(9)).toEqual(['0', 'NO ANSWER', 'Главный', expect.stringMatching(/^0:1[89]$/)]);
    expect(await axeFindings(page)).toEqual([]);

    const elsewhere = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
    const other = await elsewhere.newPage();
    await signIn(other, stack.portal, visitor, JOURNAL);
    expect(await heads(other)).toEqual(wanted);
    await elsewhere.close();

    // a column that is not one of the ten has its condition under its head too (T-28)
    const wait = page.getByLabel('Условие: Ожидание');
    await wait.fill('20');
    await wait.press('Enter');
    await page.waitForURL(/waitMin=20/);
    await page.getByRole('button', { name: 'Колонки', exact: true }).click();
    await Promise.all([kept(), list.getByRole('button', { name: 'Как было' }).click()]);
    await page.keyboard.press('Escape');
    await open();
    expect(await heads()).toEqual(usual);
  });

  test('a column filter narrows at once, survives F5 and goes with its × (T-28)', async () => {
    const field = page.getByLabel('Условие: Откуда');
    await field.fill('8913*1005');
    await field.press('Enter');
    await page.waitForURL(/caller=/);
    await until('one row is left', async () => (await rows().count()) === 1);
    await page.reload();
    await settled(page);
    expect(await rows().count()).toBe(1);
    expect(await page.locator('.chip').textContent()).toContain('8913*1005');
    await page.locator('thead .fi.on .clear').click();
    await until('all are there again', async () => (await rows().count()) === 50);
    await page.goBack();
    await until('back brings the condition', async () => (await rows().count()) === 1);
  });

  test('quick filter and ticks act at once, nobody ticked is all (T-15, T-17)', async () => {
    await open();
    await page.getByRole('link', { name: 'Пропущенные', exact: true }).click();
    await until('missed calls', async () => (await rows().count()) === MISSED);
    expect(await lead()).toContain('Скрыто условием');
    await open();
    await page.locator('.who').getByLabel('Орлова М. В.').check();
    await until('calls of one', async () => (await rows().count()) === 1);
    await page.locator('.who').getByLabel('Орлова М. В.').uncheck();
    await until('calls of all', async () => (await rows().count()) === 50);
  });

  test('time and talk wait for Обновить (T-14)', async () => {
    await open();
    await page.locator('input[name=talkMin]').fill('80');
    await page.waitForTimeout(300);
    expect(new URL(page.url()).search).toBe('');
    await page.getByRole('button', { name: 'Обновить' }).click();
    await page.waitForURL(/talkMin=80/);
    const expected = CALLS.filter((call) => call.talk >= 80).length;
    await until('long talks', async () => (await rows().count()) === expected);
  });

  test('pages by key: older, newer, none twice; no pager when all fit (T-30)', async () => {
    await open('?limit=25');
    const ids = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-call')));
    const first = await ids();
    await page.getByLabel('К более старым').click();
    await page.waitForURL(/cursor=/);
    await until('the second page', async () => (await ids())[0] !== first[0]);
    const second = await ids();
    expect(await page.locator('.pager').textContent()).toContain('26–50 из 60');
    await page.getByLabel('К более старым').click();
    await until('the last page', async () => (await rows().count()) === 10);
    expect(new Set([...first, ...second, ...(await ids())]).size).toBe(60);
    await page.getByLabel('К более новым').click();
    await until('the second page again', async () => (await ids())[0] === second[0]);
    await page.getByLabel('К более новым').click();
    await until('the first page again', async () => (await ids())[0] === first[0]);
    await open('?limit=100');
    expect(await rows().count()).toBe(60);
    expect(await page.getByLabel('К более старым').count()).toBe(0);
  });

  test('a click or Enter on a head sorts within a month; the order is in the address, over pages and F5', async () => {
    const ids = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-call')));
    const head = (name: string) => page.locator('thead tr').first().locator('th').filter({ hasText: name });
    const up = [...CALLS].sort((a, b) => a.talk - b.talk || a.startedAt - b.startedAt).map((call) => call.id);
    const down = up.toReversed();
    await open('?limit=25');
    expect(await head('Время').getAttribute('aria-sort')).toBe('descending');
    await head('Длит.').getByRole('link').click();
    await page.waitForURL(/sort=-talk/);
    await until('the longest come first', async () => (await ids()).join() === down.slice(0, 25).join());
    expect([await head('Длит.').getAttribute('aria-sort'), await head('Время').getAttribute('aria-sort')]).toEqual(['descending', null]);
    await page.getByLabel('Следующая страница').click();
    await until('the order goes on', async () => (await ids()).join() === down.slice(25, 50).join());
    await page.reload();
    await settled(page);
    expect(await ids()).toEqual(down.slice(25, 50));
    await head('Длит.').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort=talk/);
    await until('the shortest come first', async () => (await ids()).join() === up.slice(0, 25).join());
    await page.getByRole('link', { name: 'Пропущенные', exact: true }).click();
    await page.waitForURL(/sort=talk/);
    await until('missed calls, in this order', async () => (await rows().count()) === MISSED);
    expect(await ids()).toEqual(up.filter((id) => CALLS.find((call) => call.id === id)?.talk === 0));

    // longer than a month: only by the start, and the heads say why
    const from = new Date(Date.now() - 40 * 86_400_000).toISOString();
    await open(`?from=${from}&to=${new Date(Date.now() + 3_600_000).toISOString()}&limit=25&sort=-talk`);
    expect(await head('Время').getAttribute('aria-sort')).toBe('descending');
    const off = head('Длит.').getByRole('button');
    expect(await off.getAttribute('title')).toContain('не длиннее 31 дня');
    await off.press('Enter');
    await page.getByText('Звонки сортируются за период не длиннее 31 дня').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await head('Время').getByRole('link').click();
    await page.waitForURL(/sort=start/);
    await until('the oldest come first', async () => (await ids())[0] === 'call-0');
    expect(await head('Время').getAttribute('aria-sort')).toBe('ascending');
  });

  test('the list is taken away as a file, in the columns that are shown, and of ticked calls these alone (T-19, T-36)', async () => {
    await open('?limit=25&direction=in');
    const take = async (label: RegExp, format: string) => {
      await page.getByRole('button', { name: label }).click();
      if (format === 'XLSX') await shot(page, 'journal-download');
      const item = page.getByRole('menuitem', { name: `Скачать ${format}` });
      const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
      const bytes = readFileSync(await download.path());
      const table = format === 'CSV' ? readCsv(bytes) : (await readXlsx(bytes))[0];
      return { name: download.suggestedFilename(), rows: (table?.rows ?? []).map(({ cells }) => cells) };
    };
    const heads = (await page.locator('thead tr').first().locator('th').allTextContents()).map(plain).filter(Boolean);
    const incoming = CALLS.filter((call) => call.direction === 'in').length;
    for (const format of ['XLSX', 'CSV']) {
      const all = await take(/^Скачать все звонки/, format);
      expect(all.name).toMatch(new RegExp(`^Звонки, .+\\.${format.toLowerCase()}$`));
      expect(all.rows[0]).toEqual(heads);
      expect(all.rows).toHaveLength(2 + incoming);
      expect(all.rows.at(-1)?.[0]).toBe('Итого');
    }
    for (const nth of [0, 2]) await rows().nth(nth).getByRole('checkbox').check();
    const shown = await rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-call')));
    const ticked = await take(/^Скачать отмеченные звонки: 2/, 'CSV');
    expect(ticked.rows).toHaveLength(4);
    const from = (id: string | null | undefined) => `+${CALLS.find((call) => call.id === id)?.from}`;
    expect(ticked.rows.slice(1, -1).map((cells) => cells[3])).toEqual([shown[0], shown[2]].map(from));
    expect(await axeFindings(page)).toEqual([]);
  });

  test('a search by field, condition and text is a condition like any other (A-19, A-68)', async () => {
    const form = page.locator('search');
    const choose = async (what: string, option: string) => {
      await form.getByRole('button', { name: new RegExp(`^${what}`) }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    const search = async (field: string, condition: string, text: string) => {
      await choose('Что искать', field);
      await choose('Условие поиска', condition);
      await form.getByLabel('Текст поиска').fill(text);
      await form.getByRole('button', { name: 'Поиск', exact: true }).click();
    };
    const found = (is: (call: MadeCall) => boolean) =>
      until('they are found', async () => (await rows().count()) === CALLS.filter(is).length);
    await open('?limit=100');
    await search('Откуда', 'начинается с', '8 (913) 000-10-1');
    await page.waitForURL(/caller=/);
    await found((call) => call.from.startsWith('7913000101'));
    await shot(page, 'search');
    expect(await axeFindings(page)).toEqual([]);
    await search('Откуда', 'не равно', '102');
    await found((call) => call.from !== '102');
    expect(await page.locator('.chip').count()).toBe(1);
    await search('Сотрудник', 'содержит', 'орлова');
    await page.waitForURL(/author=e103/);
    await found((call) => call.id === 'call-59');
    await open('?limit=100');
    await search('Длительность', 'не меньше', '1:20');
    await page.waitForURL(/talkMin=80/);
    await found((call) => call.talk >= 80);
    await page.keyboard.press('/');
    for (const key of ['x', 'Enter']) await page.keyboard.press(key);
    await page.getByText('Нужны секунды или минуты').waitFor();
    await search('Сотрудник', 'равно', 'Пушкин');
    await page.getByText('В справочнике нет такого: «Пушкин»').waitFor();
    await open('?limit=100');
    await search('Любой номер', 'содержит', '000-10-05');
    await page.waitForURL(/text=/);
    await found((call) => `${call.from} ${call.to}`.includes('0001005'));
  });

  test('nothing found says under what, and offers what to drop (T-31)', async () => {
    await open('?direction=in&caller=8916*');
    const message = page.locator('.msg');
    expect(await message.textContent()).toMatch(/Ничего не найдено[\s\S]*Откуда: 8916\*[\s\S]*Без условия «Откуда» нашлось бы/);
    await message.getByRole('button', { name: 'Убрать «Откуда»' }).click();
    await until('calls are there', async () => (await rows().count()) > 0);
    await open('?period=yesterday');
    expect(await page.locator('.msg').textContent()).toContain('За этот период звонков нет');
  });

  test('legs unfold by keys and by the mouse', async () => {
    await open();
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowRight');
    const legs = page.locator('tr.detail li');
    await legs.nth(2).waitFor();
    expect(await legs.count()).toBe(3);
    expect(plain(await page.locator('tr.detail').textContent())).toMatch(
      /101[\s\S]*Нет ответа[\s\S]*звонил 15 с[\s\S]*Занят[\s\S]*SIP 486[\s\S]*Ожидание 0:26\.\s+Завершил абонент\./,
    );
    await page.keyboard.press('ArrowLeft');
    expect(await legs.count()).toBe(0);
    await rows().nth(1).locator('.twist').click();
    expect(await page.locator('tr.detail').count()).toBe(1);
    // the row itself is as good
    await rows().nth(1).locator('td').nth(2).click();
    await until('it is folded', async () => (await page.locator('tr.detail').count()) === 0);
    await rows().nth(2).locator('td').nth(2).click();
    await until('another is unfolded', async () => (await page.locator('tr.detail').count()) === 1);
  });

  test('the list is printed as it is shown, without what asks for it (T-18)', async () => {
    await open('?direction=out');
    await page.evaluate('globalThis.print = () => { globalThis.printed = true }');
    await page.getByRole('button', { name: 'Напечатать' }).click();
    expect(await page.evaluate('globalThis.printed')).toBe(true);
    await page.emulateMedia({ media: 'print' });
    const shown = await rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-call')));
    expect(shown).toHaveLength(CALLS.filter((call) => call.direction === 'out').length);
    for (const row of [rows().first(), rows().last()]) expect(await row.isVisible()).toBe(true);
    expect(plain(await page.locator('thead').textContent())).toContain('Сотрудник');
    for (const gone of [page.locator('.side'), page.locator('thead .filter').first(), page.getByRole('button', { name: 'Обновить' })])
      expect(await gone.isVisible()).toBe(false);
    expect(await page.locator('.asked').getByText('исходящий', { exact: true }).isVisible()).toBe(true);
    if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/journal-print.pdf`, preferCSSPageSize: true });
    await page.emulateMedia({ media: 'screen' });
  });

  test('filters stay when one goes elsewhere and back by the menu (T-11)', async () => {
    await open('?direction=out');
    await page.getByRole('link', { name: 'Сводка' }).first().click();
    await page.waitForURL(/\/c\/t1$/);
    await page.getByRole('link', { name: 'Журнал звонков' }).first().click();
    await page.waitForURL(/direction=out/);
  });

  test('a call in progress appears, ends, and is a row; away from the top it waits for a click', async () => {
    await open();
    const call = made(90, { id: 'live-1', startedAt: Date.now() - 8_000, wait: 3, talk: 7 });
    await sendTcp(stack.ports.events, callBegins(call));
    await page.locator('tr.live[data-call="live-1"]').waitFor({ timeout: 5_000 });
    await sendTcp(stack.ports.events, callEnds(call));
    await page.locator('tr[data-call="live-1"]:not(.live)').waitFor({ timeout: 8_000 });

    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(300);
    const second = made(91, { id: 'live-2', startedAt: Date.now() - 8_000, wait: 3, talk: 4 });
    const top = () =>
      rows()
        .nth(20)
        .evaluate((row) => row.getBoundingClientRect().top);
    const before = await top();
    await sendTcp(stack.ports.events, [...callBegins(second), ...callEnds(second)]);
    const news = page.getByRole('button', { name: '1 новый звонок, показать' });
    await news.waitFor({ state: 'attached', timeout: 8_000 });
    expect(Math.abs((await top()) - before)).toBeLessThan(1);
    await news.evaluate((button) => (button as unknown as { click(): void }).click());
    await page.locator('tr[data-call="live-2"]').waitFor({ timeout: 5_000 });
  });

  test('another company is not there', async () => {
    await stack.rest('PUT', '/tenants/t2', { name: 'Beta', domain: 'beta.pbx.test' });
    expect((await page.goto(`${stack.portal}/c/t2/journal`))?.status()).toBe(404);
  });

  test('a company that never had a call is told so, in other words than nothing found (T-31)', async () => {
    await stack.rest('PUT', '/tenants/t2/users/admin', { password: visitor.password, role: 'admin' });
    const other = await browser.newContext({ locale: 'ru-RU' });
    const first = await other.newPage();
    await signIn(first, stack.portal, { ...visitor, domain: 'beta.pbx.test' }, '/c/t2/journal');
    expect(await first.locator('.msg').textContent()).toContain('Звонков ещё не было');
    await other.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s, desktop and 390 px; a phone does not scroll sideways', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    await open();
    await rows().nth(1).locator('.twist').click();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await open('?direction=in,out');
    expect(await sideways(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: /^Условия/ }).click();
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').getByLabel('Кем принят').fill('103');
    await page.getByRole('button', { name: 'Показать' }).click();
    await page.waitForURL(/answeredBy=103/);
    await until('one call', async () => (await page.locator('li[data-call]').count()) === 1);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('without JavaScript the page, its links and its form work', async () => {
    const scriptless = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), locale: 'ru-RU' });
    const quiet = await scriptless.newPage();
    await quiet.goto(`${stack.portal}${JOURNAL}`);
    expect(await rows(quiet).count()).toBe(50);
    await quiet.getByRole('link', { name: 'Пропущенные', exact: true }).click();
    await until('the missed are listed', async () => (await rows(quiet).count()) === MISSED);
    await quiet.goto(`${stack.portal}${JOURNAL}?direction=in`);
    await quiet.locator('input[name=talkMin]').fill('80');
    await quiet.getByRole('button', { name: 'Обновить' }).click();
    await quiet.waitForURL(/direction=in.*talkMin=80/);
    await scriptless.close();
  });
});
