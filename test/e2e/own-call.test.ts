import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, anchorCall, isThere, type Rtpengine, startAgent, startRtpengine } from '../medium/edge-processes.ts';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';
import { callBegins, callEnds } from './events.ts';

const hasRtpengine = isThere('rtpengine', 'apt-get install rtpengine');
const PASSWORD = 'secret-secret';
const DOMAIN = 'alfa.pbx.test';
const CALL = 'own@127.0.0.30';
const OTHER = 'others@127.0.0.30';
const POLICY = {
  ...{ mode: 'demand', fromOffer: false, groups: {}, employees: {}, ownChoice: true },
  kinds: { outCity: true, outFar: true, in: true, inForwarded: true, inForwardedFar: true, internal: true },
};

let stack: Stack;
let media: Rtpengine;
let agent: AgentProcess | undefined;
let browser: Browser;
let page: Page;

const bar = (call = CALL) => page.locator(`[data-own="${call}"]`);
const button = (name: string) => bar().getByRole('button', { name, exact: true });
const parts = () => readdirSync(join(media.spool, 'metadata')).length;
const journal = () => `${stack.portal}/c/t1/journal`;
const policy = (change: object) => stack.rest('PUT', '/tenants/t1/recordings/policy', { ...POLICY, ...change });

beforeAll(async () => {
  if (!HAS_BROWSER || !hasRtpengine) return;
  [stack, media, browser] = await Promise.all([startStack(), startRtpengine(), launchBrowser()]);
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: DOMAIN });
  await stack.rest('PUT', '/tenants/t1/directory', {
    groups: [{ id: 'sales', name: 'Продажи' }],
    employees: ['101', '102'].map((extension) => ({ id: `e${extension}`, name: extension, group: 'sales', extensions: [extension] })),
  });
  await policy({});
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
  await stack.rest('PUT', '/tenants/t1/users/boss', { password: PASSWORD, role: 'admin', employee: 'e102' });
  await anchorCall(media.ng, CALL);
  for (const [id, target] of [
    [CALL, '101'],
    [OTHER, '102'],
  ] as const)
    await sendTcp(
      stack.ports.events,
      callBegins({
        ...{ id, tenant: 't1', domain: DOMAIN, direction: 'in', from: '79261112233', to: '74951000102' },
        ...{ startedAt: Date.now() - 5_000, wait: 3, talk: 600, legs: [{ target, after: 0, code: 200 }] },
      }),
    );
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain: DOMAIN, login: 'anna', password: PASSWORD }, '/c/t1/journal');
});
afterAll(async () => {
  await browser?.close();
  await agent?.end();
  await media?.end();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER || !hasRtpengine)('the bar of one’s own call (A-60)', () => {
  test('stands on every page while the phone is in a call, with nobody else’s', async () => {
    await bar().getByText('+7 926 111-22-33').waitFor();
    await bar()
      .getByText(/^Разговор, \d/)
      .waitFor();
    await bar().getByText('не записывается').waitFor();
    expect(await bar(OTHER).count()).toBe(0);
    for (const path of ['', '/missed', '/live']) {
      await open(page, `${stack.portal}/c/t1${path}`);
      await bar().getByRole('button', { name: 'Вести запись' }).waitFor();
    }
    const told = (id: string, action: string) =>
      page.evaluate(
        ([call, what]) =>
          fetch('/c/t1/own-call', { method: 'POST', body: JSON.stringify({ id: call, action: what }) }).then(async (a) => [
            a.status,
            await a.json(),
          ]),
        [id, action],
      );
    expect(await told(OTHER, 'start')).toEqual([409, { why: 'no_call' }]);
    expect(await told(OTHER, 'hangup')).toEqual([409, { why: 'no_call' }]);
  });

  test('without an edge that answers the button says so within two seconds or so, and can be pressed again', async () => {
    await open(page, journal());
    const pressed = Date.now();
    await button('Вести запись').click();
    await bar().getByRole('alert').getByText('Узел связи не ответил').waitFor({ timeout: 3_000 });
    expect(Date.now() - pressed).toBeLessThan(3_000);
    await until('it can be pressed again', () => button('Вести запись').isEnabled());

    agent = startAgent({
      ...{
        NATS_URL: stack.natsUrl(),
        EDGE_MI_URL: 'http://127.0.0.1:9/mi',
        EDGE_RTPENGINE: `127.0.0.1:${media.port}`,
        EDGE_NODE_ID: 'lab',
      },
    });
    await until('the agent is there', () => /"message":"active"/.test(agent?.log() ?? ''));
    await button('Вести запись').click();
    await bar().getByText('запись идёт').waitFor();
    await until('what was wrong is gone', async () => (await bar().getByRole('alert').count()) === 0);
  });

  test('what is recorded is masked, brought back and stopped by whoever talks', async () => {
    await button('Маскировать').click();
    await bar().getByText('скрыто от записи').waitFor();
    await button('Не маскировать').click();
    await bar().getByText('запись идёт').waitFor();
    await button('Стоп').click();
    await bar().getByText('не записывается').waitFor();
    await until('two parts', () => parts() === 2);
  });

  test('what somebody else told it is seen without asking all the time', async () => {
    const asked = [Date.now()];
    page.on('request', (request) => new URL(request.url()).pathname === '/c/t1/own-call' && asked.push(Date.now()));
    // the bells of what was told last have rung
    await until('it is quiet', () => Date.now() - Number(asked.at(-1)) > 3_000);
    const before = asked.length;
    await page.waitForTimeout(6_000);
    expect(asked.length).toBe(before);
    await stack.rest('POST', `/tenants/t1/calls/${encodeURIComponent(CALL)}/recording`, { action: 'start' });
    await bar().getByText('запись идёт').waitFor({ timeout: 3_000 });
    await stack.rest('POST', `/tenants/t1/calls/${encodeURIComponent(CALL)}/recording`, { action: 'stop' });
    await bar().getByText('не записывается').waitFor({ timeout: 3_000 });
  });

  test('«Записывать всегда» is theirs where the rule leaves it to them; what the group forces nobody stops (T-39, A-30, A-60)', async () => {
    await bar().getByText('Записывать всегда').click();
    await page.getByText('Ваши разговоры будут записываться').waitFor();
    const own = () => page.evaluate(() => fetch('/c/t1/own-call/always').then((a) => a.json()));
    expect(await own()).toMatchObject({ rule: 'all', by: 'wish', wish: true, mayChoose: true });
    await button('Вести запись').click();
    await button('Стоп').waitFor();
    await policy({ groups: { sales: 'all' } });
    await until('the switch has gone', async () => (await bar().getByText('Записывать всегда').count()) === 0);
    await until('so has the button', async () => (await button('Стоп').count()) === 0);
    expect(await own()).toMatchObject({ rule: 'all', by: 'group', group: 'Продажи', mayChoose: false });
    const refused = await page.evaluate(
      (id) => fetch('/c/t1/own-call', { method: 'POST', body: JSON.stringify({ id, action: 'stop' }) }).then((a) => a.json()),
      CALL,
    );
    expect(refused).toEqual({ why: 'forced' });
    await page.goto(`${stack.portal}/account`);
    await page.getByText('Решает группа «Продажи».').waitFor();
    await policy({});
  });

  test('a phone is hung up through the edge: one whose OpenSIPS is away says so', async () => {
    await open(page, journal());
    await button('Положить трубку').click();
    await bar().getByRole('alert').getByText('Узел связи не ответил').waitFor();
  });

  test('in both themes, at a desk and on a phone: axe finds nothing, nothing is moved sideways', async () => {
    const found = await looks(page, 'own-call', async () => {
      await open(page, journal());
      await bar().getByRole('button', { name: 'Положить трубку' }).waitFor();
      await bar().getByText('Записывать всегда').waitFor();
    });
    expect(found).toEqual([]);
  });

  test('the bar goes with the call', async () => {
    await sendTcp(
      stack.ports.events,
      callEnds({
        ...{ id: CALL, tenant: 't1', domain: DOMAIN, direction: 'in', from: '79261112233', to: '74951000102' },
        ...{ startedAt: Date.now() - 9_000, wait: 3, talk: 5, legs: [{ target: '101', after: 0, code: 200 }] },
      }),
    );
    await bar().waitFor({ state: 'detached' });
  });
});
