import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, anchorCall, isThere, type Rtpengine, startAgent, startRtpengine } from '../medium/edge-processes.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import { callBegins } from './events.ts';

const hasRtpengine = isThere('rtpengine', 'apt-get install rtpengine');
const PASSWORD = 'secret-secret';
const DOMAIN = 'alfa.pbx.test';
const CALL = 'told@127.0.0.30';

let stack: Stack;
let media: Rtpengine;
let agent: AgentProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const row = () => page.locator(`[data-call="${CALL}"]`);
const button = (name: RegExp) => row().getByRole('button', { name });
const parts = () => readdirSync(join(media.spool, 'metadata')).length;

beforeAll(async () => {
  if (!HAS_BROWSER || !hasRtpengine) return;
  [stack, media, browser] = await Promise.all([startStack(), startRtpengine(), launchBrowser()]);
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: DOMAIN });
  await stack.rest('PUT', '/tenants/t1/directory', { employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }] });
  for (const role of ['supervisor', 'observer']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  agent = startAgent({
    ...{ NATS_URL: stack.natsUrl(), EDGE_MI_URL: 'http://127.0.0.1:9/mi', EDGE_RTPENGINE: `127.0.0.1:${media.port}`, EDGE_NODE_ID: 'lab' },
  });
  await until('the agent is there', () => /"message":"active"/.test(agent.log()));
  await anchorCall(media.ng, CALL);
  const begins = callBegins({
    ...{ id: CALL, tenant: 't1', domain: DOMAIN, direction: 'in', from: '79261112233', to: '74951000102' },
    ...{ startedAt: Date.now() - 5_000, wait: 3, talk: 60, legs: [{ target: '101', after: 0, code: 200 }] },
  });
  await sendTcp(stack.ports.events, begins);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  page = await context.newPage();
  await signIn(page, stack.portal, { domain: DOMAIN, login: 'supervisor', password: PASSWORD }, '/c/t1/live');
});
afterAll(async () => {
  await browser?.close();
  await agent?.end();
  await media?.end();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER || !hasRtpengine)('recording on the page of calls in progress', () => {
  test('is begun during the talk, masked, brought back and stopped; the page says how it stands (T-39)', async () => {
    await row().getByText('по правилу').waitFor();
    await button(/^Начать запись: \+7 926 111-22-33/).click();
    await row().getByText('идёт', { exact: true }).waitFor();
    await button(/^Скрыть от записи/).click();
    await row().getByText('скрыто').waitFor();
    await until('the part before the mask is complete', () => parts() === 1);
    // who comes back finds it as it stands
    await page.reload();
    await settled(page);
    await row().getByText('скрыто').waitFor();
    await button(/^Больше не скрывать/).click();
    await row().getByText('идёт', { exact: true }).waitFor();
    await button(/^Остановить запись/).click();
    await row().getByText('не идёт').waitFor();
    await until('the part after it is complete', () => parts() === 2);
  });

  test('what somebody else told the call is seen', async () => {
    const path = `/tenants/t1/calls/${encodeURIComponent(CALL)}/recording`;
    await stack.rest('POST', path, { action: 'start' });
    await row().getByText('идёт', { exact: true }).waitFor({ timeout: 10_000 });
    await stack.rest('POST', path, { action: 'stop' });
    await row().getByText('не идёт').waitFor({ timeout: 10_000 });
  });

  test('a refusal is said in words, and the button that led to it goes', async () => {
    await button(/^Начать запись/).waitFor();
    // the rule changes before the page has asked again
    const asks = '**/live/recording';
    await page.route(asks, (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await stack.rest('PUT', '/tenants/t1/recordings/policy', {
      ...{ mode: 'none', fromOffer: false, groups: {}, employees: {} },
      kinds: { outCity: true, outFar: true, in: true, inForwarded: true, inForwardedFar: true, internal: true },
    });
    await button(/^Начать запись/).click();
    await page.getByText('Звонки этого сотрудника не записываются').waitFor();
    await page.unroute(asks);
    await until('the button is gone', async () => (await button(/^Начать запись/).count()) === 0);
    expect(parts()).toBe(3);
  });

  test('nothing for whoever may not, neither on the page nor by its address', async () => {
    const other = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' })).newPage();
    await signIn(other, stack.portal, { domain: DOMAIN, login: 'observer', password: PASSWORD }, '/c/t1/live');
    await other.locator(`[data-call="${CALL}"]`).waitFor();
    expect(await other.getByRole('columnheader', { name: 'Запись' }).count()).toBe(0);
    const status = await other.evaluate(() => fetch('/c/t1/live/recording').then((answer) => answer.status));
    expect(status).toBe(403);
  });

  test('in both themes and on a phone axe finds nothing and nothing scrolls sideways', async () => {
    await stack.rest('PUT', '/tenants/t1/recordings/policy', {
      ...{ mode: 'demand', fromOffer: false, groups: {}, employees: {} },
      kinds: { outCity: true, outFar: true, in: true, inForwarded: true, inForwardedFar: true, internal: true },
    });
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1440, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await button(/^Начать запись/).waitFor({ timeout: 10_000 });
        expect(await axeFindings(page), `${colorScheme} ${width}`).toEqual([]);
        expect(await sideways(page), `${colorScheme} ${width}`).toBeLessThanOrEqual(0);
        if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `live-${colorScheme}-${width}.png`) });
      }
  });
});
