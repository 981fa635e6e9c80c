import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOfProgram, OFFLINE_FILES } from '../../portal/src/offline-rules.ts';
import { companies, events } from '../medium/fixtures.ts';
import { OPERATOR_TOKEN, type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, settled, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

/** Paths of everything that the browser keeps for the portal, by the service worker. */
const keptPaths = () =>
  page.evaluate<string[]>(`(async () => {
    const lists = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return lists.flat().map((request) => new URL(request.url).pathname);
  })()`);

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
  await sendTcp(stack.ports.events, events());
  await until(
    'calls are there',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length >= 19,
  );
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', reducedMotion: 'reduce' });
  page = await context.newPage();
  await signIn(page, stack.portal, { domain: 'alfa.pbx.test', login: 'anna', password: PASSWORD }, '/c/t1');
  await until('the service worker has taken over', () => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'));
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER)('the portal as an installed app', () => {
  test('a browser offers to install it: manifest and icons are as they say', async () => {
    const cdp = await context.newCDPSession(page);
    // the browser reads the manifest in its own time; and the one of a test has no profile to install into
    const errors = async () =>
      (await cdp.send('Page.getInstallabilityErrors')).installabilityErrors.map((e) => e.errorId).filter((id) => id !== 'in-incognito');
    await until('the browser has read the manifest', async () => !(await errors()).includes('manifest-parsing-or-network-error'));
    expect(await errors()).toEqual([]);
    const manifest = (await (await stack.fetch('/manifest.webmanifest')).json()) as { icons: { src: string; sizes: string }[] };
    const sizes = await page.evaluate<string[]>(`Promise.all(${JSON.stringify(manifest.icons)}.map(async ({ src }) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return image.naturalWidth + 'x' + image.naturalHeight;
    }))`);
    expect(sizes.slice(0, 3)).toEqual(manifest.icons.slice(0, 3).map((icon) => icon.sizes));
  });

  test('what it keeps is of the program alone, whatever was looked at', async () => {
    const board = await stack.rest<{ url: string }>('POST', '/tenants/t1/boards', { name: 'Табло' });
    for (const path of [`/c/t1/journal?${PERIOD}`, '/c/t1/live', '/c/t1/missed', '/c/t1/statistics', '/c/t1', board.url]) {
      await page.goto(path.startsWith('http') ? path : stack.portal + path);
      await settled(page);
    }
    await page.evaluate(`(async () => {
      const headers = { authorization: 'Bearer ${OPERATOR_TOKEN}' };
      for (const path of ['/api/v1/tenants/t1/calls?limit=10', '/c/t1/calls/none/recording', '/healthz'])
        await (await fetch(path, { headers })).text();
    })()`);
    await until('files of the program are kept', async () => (await keptPaths()).some(isOfProgram));
    const kept = await keptPaths();
    expect(kept).toEqual(expect.arrayContaining([...OFFLINE_FILES]));
    expect(kept.filter((path) => !isOfProgram(path) && !OFFLINE_FILES.includes(path))).toEqual([]);
  });

  test('without a connection it says so in its own words, and opens what was meant when the connection is back', async () => {
    await context.setOffline(true);
    const offline = async () => {
      await page.goto(`${stack.portal}/c/t1/journal?${PERIOD}`);
      await page.getByRole('heading', { name: 'Нет связи с Callscope' }).waitFor();
      expect(await page.locator('[data-call]').count()).toBe(0);
    };
    expect(await looks(page, 'offline', offline)).toEqual([]);
    // what was chosen in the portal comes before what the system has
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    for (const [system, chosen, color] of [
      ['light', 'dark', 'rgb(14, 16, 18)'],
      ['dark', 'light', 'rgb(245, 246, 247)'],
      ['dark', 'system', 'rgb(14, 16, 18)'],
    ] as const) {
      await page.emulateMedia({ colorScheme: system });
      await context.setOffline(false);
      await page.goto(stack.portal);
      await settled(page);
      await page.evaluate(
        `fetch('/theme', { method: 'POST', headers: { accept: 'application/json' }, body: new URLSearchParams({ value: '${chosen}' }) })`,
      );
      await context.setOffline(true);
      await offline();
      expect(await ground(), `${system}, ${chosen} chosen`).toBe(color);
    }
    await context.setOffline(false);
    await settled(page);
    await page.locator('[data-call]').first().waitFor();
    expect(page.url()).toContain('/c/t1/journal');
  });

  test('whoever signs out leaves nothing behind: neither kept pages nor what was asked', async () => {
    await page.goto(`${stack.portal}/c/t1/journal?${PERIOD}&caller=916`);
    await settled(page);
    const questions = () =>
      page.evaluate<number>(`Object.keys(sessionStorage).filter((key) => key.startsWith('callscope.question')).length`);
    expect(await questions()).toBeGreaterThan(0);
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Выйти' }).click();
    await page.waitForURL(/\/sign-in/);
    expect(await questions()).toBe(0);
    expect((await keptPaths()).filter((path) => !isOfProgram(path) && !OFFLINE_FILES.includes(path))).toEqual([]);
    await context.setOffline(true);
    await page.goto(`${stack.portal}/c/t1/journal?${PERIOD}`);
    await page.getByRole('heading', { name: 'Нет связи с Callscope' }).waitFor();
    await context.setOffline(false);
    await page.waitForURL(/\/sign-in/);
  });
});
