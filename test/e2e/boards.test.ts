import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, settled, shot, sideways, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall, noonZone } from './events.ts';

const PASSWORD = 'secret-secret';
const DOMAIN = 'alfa.pbx.test';
const DID = '73910000122';
const PEOPLE = ['Соколова А. П.', 'Кузнецов Д. И.', 'Орлова М. С.', 'Лебедев И. К.', 'Волков С. Н.', 'Зайцева Т. Р.', 'Никитин П. А.'];

let stack: Stack;
let browser: Browser;
/** the supervisor's */
let page: Page;
/** of somebody who never signed in */
let wall: Page;
let address = '';

let n = 0;
const call = (told: Partial<MadeCall> = {}): MadeCall => ({
  ...{ id: `wall-${n++}`, tenant: 't1', domain: DOMAIN, direction: 'in', from: '79161112233', to: DID, startedAt: Date.now() },
  // no final code yet: it rings
  ...{ wait: 300, talk: 0, legs: [{ target: '101', after: 0, code: 200 }] },
  ...told,
});
/** Words of tiles that have no room. */
const CUT = "[...document.querySelectorAll('[data-tile] .clip')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)";
const tile = (id: string) => wall.locator(`[data-tile="${id}"]`);
const figure = (id: string) => tile(id).locator('.figure').textContent();

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  await stack.rest('PUT', '/tenants/t1', { name: 'Северный дом', domain: DOMAIN, timezone: noonZone() });
  await stack.rest('PUT', '/tenants/t1/directory', {
    groups: [{ id: 'sales', name: 'Продажи' }],
    numbers: [{ number: DID, label: 'Главный' }],
    employees: PEOPLE.map((name, i) => ({ id: `e10${i + 1}`, name, group: 'sales', extensions: [`10${i + 1}`] })),
  });
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'supervisor' });
  const missed = ['79161112233', '79264445566'].map((from, i) =>
    call({ from, startedAt: Date.now() - (40 + i) * 60_000, wait: 6, legs: [{ target: '103', after: 1, code: 487 }] }),
  );
  await sendTcp(
    stack.ports.events,
    missed.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until(
    'missed calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/cases?limit=10')).data.length === 2,
  );
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: DOMAIN, login: 'olga', password: PASSWORD }, '/c/t1/live');
  wall = await newPage(browser, { viewport: { width: 1920, height: 1080 } });
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER)('a board on the wall', () => {
  test('a supervisor makes one and has its address, once', async () => {
    await page.getByRole('link', { name: 'Табло на стену' }).click();
    await page.getByText('Табло пока нет').waitFor();
    await page.getByRole('button', { name: 'Новое табло' }).first().click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('button', { name: 'Сделать табло' }).click();
    await panel.getByText('Введите название').waitFor();
    await panel.getByLabel('Название').fill('Продажи, 2 этаж');
    await panel.getByLabel('Ждут ответа, не меньше: жёлтый').fill('9');
    await panel.getByRole('button', { name: 'Сделать табло' }).click();
    await panel.getByText('Красный не может наступать раньше жёлтого').waitFor();
    await panel.getByLabel('Ждут ответа, не меньше: жёлтый').fill('1');
    await panel.getByLabel('Ждут ответа, не меньше: красный').fill('2');
    await shot(page, 'board-panel');
    expect(await axeFindings(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Сделать табло' }).click();
    address = (await panel.locator('[data-made]').textContent()) ?? '';
    expect(address).toMatch(/\/wall\/[\w-]{43}$/);
    await shot(page, 'board-made');
    expect(await axeFindings(page)).toEqual([]);
    await panel
      .locator('footer, .foot')
      .getByRole('button', { name: 'Закрыть' })
      .or(panel.getByRole('button', { name: 'Закрыть' }))
      .last()
      .click();
    await page.locator('[data-board]').getByText('Вся компания').waitFor();
    expect(await page.content()).not.toContain(address.split('/').at(-1));
  });

  test('without signing in it shows a call within 2 s of its beginning, who is at it, and its end', async () => {
    await wall.goto(address);
    await settled(wall);
    await until('the stream is read', async () => (await figure('calls')) === '0');
    const clock = () => wall.locator('time').textContent();
    const [shown, began] = [await clock(), Date.now()];
    await until('its clock goes', async () => Date.now() - began > 3_000 && (await clock()) !== shown);
    expect(await figure('missed')).toBe('2');
    expect(await figure('uncalled')).toBe('2');
    expect(await figure('service')).toBe('0%');
    await tile('service').getByText('цель 80 % за 20 с').waitFor();
    const begins = call();
    // seconds are the unit of the events: what is told is told now
    const at = Date.now();
    await sendTcp(stack.ports.events, callBegins(begins));
    await wall.locator('[data-tile="waiting"][data-level="warn"]').waitFor({ timeout: 2_000 });
    expect(Date.now() - at).toBeLessThan(2_000);
    expect(await figure('calls')).toBe('1');
    await tile('waiting').getByText('внимание').waitFor();
    const square = wall.locator('.people li').filter({ hasText: 'Соколова А.' });
    await square.getByText('Звонит').waitFor();
    const talk = { ...begins, talk: 40, wait: 1, legs: [{ target: '101', after: 0, code: 200 }] };
    await sendTcp(stack.ports.events, callBegins(talk));
    await square.getByText('Говорит').waitFor({ timeout: 2_000 });
    await sendTcp(stack.ports.events, callEnds(talk));
    await until('it is over', async () => (await figure('calls')) === '0');
    await until('today’s figures follow', async () => /из 3/.test((await tile('missed').textContent()) ?? ''));
  });

  test('it is read from the wall and on a phone, in both looks, without a number of anybody', async () => {
    const [talks, rings] = [
      call({ wait: 2, talk: 100, legs: [{ target: '102', after: 0, code: 200 }], startedAt: Date.now() - 60_000 }),
      call({ legs: [{ target: '104', after: 0, code: 200 }], startedAt: Date.now() - 70_000 }),
    ];
    await sendTcp(stack.ports.events, [...callBegins(talks), ...callBegins(rings), ...callBegins(call())]);
    await wall.locator('[data-tile="waiting"][data-level="alarm"]').waitFor();
    const { data } = await stack.rest<{ data: { id: string; thresholds: object }[] }>('GET', '/tenants/t1/boards');
    const [board] = data;
    for (const theme of ['light', 'dark'] as const) {
      await stack.rest('PUT', `/tenants/t1/boards/${board?.id}`, { name: 'Продажи, 2 этаж', theme, thresholds: board?.thresholds });
      for (const [width, height] of [
        [1920, 1080],
        [1366, 768],
        [390, 844],
      ] as const) {
        await wall.setViewportSize({ width, height });
        await wall.goto(address);
        await settled(wall);
        await wall.locator('[data-tile="waiting"][data-level="alarm"]').waitFor();
        const at = `wall-${theme}-${width}`;
        expect(await wall.evaluate(CUT), at).toEqual([]);
        expect(await sideways(wall), at).toBe(0);
        expect(await axeFindings(wall), at).toEqual([]);
        expect(await wall.evaluate('document.documentElement.dataset.theme')).toBe(theme);
        if (width > 760) expect(await wall.evaluate('document.documentElement.scrollHeight <= innerHeight'), at).toBe(true);
        await shot(wall, at, { fullPage: true });
      }
    }
    expect(await wall.content()).not.toMatch(/916111|926444|916 111|926 444/);
    await wall.setViewportSize({ width: 1920, height: 1080 });
  });

  test('«Сейчас» of whoever signed in is the same screen: of the chosen group, with calls that nobody has answered', async () => {
    await page.goto(`${stack.portal}/c/t1/live?group=sales`);
    await settled(page);
    await page.getByRole('link', { name: 'Табло', exact: true }).click();
    await page.waitForURL(/\/c\/t1\/live\/wall\?group=sales$/);
    await page.locator('[data-tile="waiting"][data-level="alarm"]').waitFor();
    // who waits, and for how long
    expect(await page.locator('[data-tile="waiting"] .figure').textContent()).toMatch(/^2до /);
    expect(await page.title()).toBe('Табло, Северный дом');
    await page.locator('header').getByText('Продажи').waitFor();
    // numbers stand here as everywhere in the portal
    await page.getByText('+7 926 444-55-66').first().waitFor();
    expect(await page.locator('.side, .topbar').count()).toBe(0);
    const ground = () => page.evaluate<string>('getComputedStyle(document.querySelector(".wall")).backgroundColor');
    const cut = async () => {
      expect(await page.evaluate(CUT)).toEqual([]);
      expect(await ground()).toBe('rgb(10, 11, 13)');
    };
    expect(await looks(page, 'wall-own', cut)).toEqual([]);
    const began = call({ from: '79264445566', startedAt: Date.now() });
    const at = Date.now();
    await sendTcp(stack.ports.events, callBegins(began));
    await until('the call is shown', async () => (await page.locator('[data-tile="calls"] .figure').textContent()) === '4', 2_000);
    expect(Date.now() - at).toBeLessThan(2_000);
    await sendTcp(stack.ports.events, callEnds({ ...began, wait: 2, legs: [{ target: '101', after: 0, code: 487 }] }));
    await page.goBack();
    await page.locator('.topbar').waitFor();
    await page.goto(`${stack.portal}/c/t1/live/boards`);
    await settled(page);
    // its own name, below that of the page that led here
    expect(await page.locator('.topbar .crumb b').textContent()).toBe('Табло на стену');
    await page.locator('.topbar .crumb').getByRole('link', { name: 'Сейчас' }).waitFor();
  });

  test('full screen by its button and by a key', async () => {
    await wall.getByRole('button', { name: 'Во весь экран' }).focus();
    await wall.keyboard.press('Enter');
    await until('it fills the screen', () => wall.evaluate('document.fullscreenElement !== null'));
    await wall.evaluate('document.exitFullscreen()');
    await wall.getByRole('button', { name: 'Во весь экран' }).waitFor();
    await wall.keyboard.press('f');
    await until('it fills the screen again', () => wall.evaluate('document.fullscreenElement !== null'));
    await wall.evaluate('document.exitFullscreen()');
  });

  test('without a connection it says so and of when its data is, and comes back by itself', async () => {
    // stands still with its connections open: nothing tells the browser that they are dead
    const portal = stack.pidOf('portal');
    await halt(portal);
    await wall.getByText(/^Нет связи, данные от \d\d?:\d\d/).waitFor({ timeout: 20_000 });
    await shot(wall, 'wall-lost');
    expect(await axeFindings(wall)).toEqual([]);
    process.kill(portal, 'SIGCONT');
    await wall.getByText('Нет связи').waitFor({ state: 'detached', timeout: 30_000 });
  });

  test('on the twenty-first screen it says why it is not there, and comes as soon as another is closed', async () => {
    const stop = new AbortController();
    const open = Array.from({ length: 19 }, () => fetch(`${address}/events`, { signal: stop.signal }));
    expect((await Promise.all(open)).map((r) => r.status)).toEqual(Array(19).fill(200));
    const next = await newPage(browser);
    await next.goto(address);
    await next.getByRole('heading', { name: 'Табло уже открыто на 20 экранах' }).waitFor();
    expect(await looks(next, 'wall-full')).toEqual([]);
    stop.abort();
    await next.locator('[data-tile="calls"]').waitFor({ timeout: 15_000 });
    await next.context().close();
    // who was there first keeps it
    expect(await wall.getByRole('heading', { name: /открыто на 20/ }).count()).toBe(0);
  });

  test('colours are changed while it hangs; revoked, it is dark within ten seconds', async () => {
    await page.getByRole('button', { name: 'Изменить табло «Продажи, 2 этаж»' }).click();
    const panel = page.getByRole('dialog');
    await panel.getByLabel('Ждут ответа, не меньше: красный').fill('');
    await panel.getByLabel('Самый долгий ждёт, секунд: красный').fill('');
    await panel.getByLabel('Ждут ответа, не меньше: жёлтый').fill('1');
    await panel.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Сохранено').waitFor();
    await wall.locator('[data-tile="waiting"][data-level="warn"]').waitFor({ timeout: 30_000 });
    expect(await looks(page, 'boards')).toEqual([]);
    await page.getByRole('button', { name: 'Закрыть табло «Продажи, 2 этаж»' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await page.getByText('Табло закрыто.').waitFor();
    await wall.getByRole('heading', { name: 'Табло закрыто' }).waitFor({ timeout: 10_000 });
    await shot(wall, 'wall-over');
    expect(await axeFindings(wall)).toEqual([]);
    const response = await wall.goto(address);
    expect(response?.status()).toBe(410);
    await wall.getByRole('heading', { name: 'Табло закрыто' }).waitFor();
    await shot(wall, 'wall-over-again');
  });
});
