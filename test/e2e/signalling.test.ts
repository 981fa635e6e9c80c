import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events, hep, truth } from '../medium/fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from '../medium/stack.ts';
import { awake, axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, open, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const HELD = truth().find((c) => c.tenant === 't1' && c.kind.includes('hold and resume'));
const GROUP = truth().find((c) => c.tenant === 't1' && c.kind.includes('hunt group, one answers'));
const cardOf = (callId = '') => `/c/t1/calls/${encodeURIComponent(callId)}`;

let stack: Stack;
let browser: Browser;
let page: Page;
let operator: Page;
const rows = () => page.getByRole('list', { name: 'Сообщения по времени' }).getByRole('button');
/** The card with the ladder on the screen: it is asked for when somebody comes to see it. */
async function openCard(callId = ''): Promise<void> {
  await open(page, stack.portal + cardOf(callId));
  await page.getByRole('heading', { name: 'Сигнализация' }).scrollIntoViewIfNeeded();
}
const found = () => operator.locator('tr[data-call-id]');

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  browser = await launchBrowser();
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  for (const callId of [HELD?.call_id, GROUP?.call_id])
    await until('the call is there', async () => (await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(callId ?? '')}`)).ok);
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/ops/users/helper', { password: PASSWORD, role: 'support' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain, login: 'admin', password: PASSWORD }, cardOf(HELD?.call_id));
  operator = await newPage(browser);
  await signIn(operator, stack.portal, { domain: 'operator', login: 'helper', password: PASSWORD }, '/operator/signalling', awake);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER)('the ladder on the card', () => {
  test('shows the main messages first; a click opens the text, without what somebody could sign in with', async () => {
    await rows()
      .filter({ hasText: /INVITE удержание/ })
      .first()
      .click();
    await page
      .getByRole('region', { name: 'Сообщение' })
      .locator('pre')
      .filter({ hasText: /a=(sendonly|inactive)/ })
      .waitFor();
    const main = await rows().count();
    await page.getByRole('button', { name: 'Все сообщения' }).click();
    await until('there are more', async () => (await rows().count()) > main);
    const told = await rows().count();
    await page.getByRole('button', { name: 'События и RTCP' }).click();
    await until('there are messages alone', async () => (await rows().count()) < told);
    expect(await rows().count()).toBe(hep('udp').filter((p) => p.includes(HELD?.call_id ?? '')).length);
    await page.getByRole('button', { name: 'События и RTCP' }).click();
  });

  test('is walked by keys: arrows go through the messages, Enter opens one', async () => {
    await rows().first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    const focused = page.locator('ol button:focus');
    expect(await focused.evaluate((row) => [...(row.closest('ol')?.querySelectorAll('button') ?? [])].indexOf(row as never))).toBe(1);
    await page.keyboard.press('Enter');
    expect(await focused.getAttribute('aria-pressed')).toBe('true');
  });

  test('two messages are compared line by line', async () => {
    await openCard(GROUP?.call_id);
    const invites = rows().filter({ hasText: /INVITE.*→/ });
    await invites.first().click();
    await page.getByRole('button', { name: 'Сравнить' }).click();
    await page.getByText('Выберите второе сообщение').waitFor();
    await invites.nth(1).click();
    const dialog = page.getByRole('dialog', { name: 'Сравнение сообщений' });
    await dialog.getByText(/Различий: \d+/).waitFor();
    expect(await dialog.locator('td.gone').first().textContent()).toMatch(/INVITE sip:74951000102/);
    expect(await dialog.locator('td.came').first().textContent()).toMatch(/INVITE sip:10\d@/);
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'compare');
    const all = await dialog.locator('tbody tr').count();
    await dialog.getByRole('button', { name: 'Только различия' }).click();
    await until('what is the same is gone', async () => (await dialog.locator('tbody tr').count()) < all);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('is saved as a capture, as text and as a picture', async () => {
    const save = async (what: string) => {
      await page.getByRole('button', { name: 'Скачать' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: what }).click()]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const pcap = await save('PCAP');
    expect(pcap.name).toMatch(/\.pcap$/);
    expect(pcap.bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
    const text = await save('Текст');
    expect(text.bytes.toString()).toContain(`Call-ID: ${GROUP?.call_id}`);
    const svg = await save('SVG');
    expect(svg.name).toMatch(/\.svg$/);
    expect(svg.bytes.toString()).toMatch(/^<svg [\s\S]*INVITE[\s\S]*<\/svg>$/);
  });

  test('in both themes, at a desk and as a list on a phone', async () => {
    const show = async () => {
      await openCard(GROUP?.call_id);
      await rows().first().waitFor();
      await page.getByRole('button', { name: 'Все сообщения' }).click();
      await rows().nth(3).click();
      // buttons half under the bar above are no small targets
      await page.evaluate('scrollTo(0, 0)');
    };
    expect(await looks(page, 'card-ladder', show, { fullPage: true })).toEqual([]);
    // what is read out of the rows alone stays within them: the page ends with its panels
    const below = await page.evaluate(
      "document.documentElement.scrollHeight - document.querySelector('main').getBoundingClientRect().bottom - scrollY",
    );
    expect(below).toBeLessThan(100);
    await page.setViewportSize({ width: 390, height: 844 });
    await show();
    expect(await rows().first().locator('svg').isVisible()).toBe(false);
    expect(await rows().first().textContent()).toMatch(/→/);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a call whose packets nobody sent says so; one that does not load can be asked for again', async () => {
    await page.route('**/signalling', (route) => route.fulfill({ json: null }));
    await openCard(GROUP?.call_id);
    await page.getByText('Пакетов этого звонка нет').waitFor();
    await page.unroute('**/signalling');
    await page.route('**/signalling', (route) => route.abort());
    await openCard(GROUP?.call_id);
    await page.getByText('Сигнализация не загрузилась').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.unroute('**/signalling');
    await page.getByRole('button', { name: 'Повторить' }).click();
    await rows().first().waitFor();
  });
});

describe.skipIf(!HAS_BROWSER)("the operator's search", () => {
  const ofThatDay = 'span=1d&until=2026-11-24T00:00';

  test('the last hour is searched unasked, and says that there was nothing', async () => {
    await operator.getByText('Ничего не нашлось').waitFor();
    await shot(operator, 'search-nothing');
  });

  test('finds a failed registration by its answer, and opens its ladder, which no call has', async () => {
    await operator.goto(`${stack.portal}/operator/signalling?${ofThatDay}`);
    await awake(operator);
    await operator.getByLabel('Код ответа').fill('401');
    await operator.getByRole('button', { name: /^Метод/ }).click();
    await operator.getByRole('option', { name: 'REGISTER' }).click();
    await operator.getByRole('button', { name: 'Найти' }).click();
    await operator.waitForURL(/code=401/);
    await found().first().waitFor();
    expect(operator.url()).toContain('method=REGISTER');
    for (const cell of await found().locator('td:nth-child(3)').allTextContents()) expect(cell).toBe('401 REGISTER');
    const callId = await found().first().getAttribute('data-call-id');
    await found()
      .first()
      .getByRole('link', { name: /Открыть сигнализацию/ })
      .click();
    await operator.waitForURL(`**/operator/signalling/${encodeURIComponent(callId ?? '')}`);
    await operator.getByRole('heading', { name: callId ?? '' }).waitFor();
    const arrows = operator.getByRole('list', { name: 'Сообщения по времени' }).getByRole('button');
    await arrows.filter({ hasText: '401 Unauthorized' }).first().click();
    await operator.locator('pre', { hasText: 'WWW-Authenticate' }).waitFor();
  });

  test('leads from a call of a company to its card', async () => {
    await operator.goto(`${stack.portal}/operator/signalling?callId=${encodeURIComponent(GROUP?.call_id ?? '')}`);
    await awake(operator);
    expect(await found().count()).toBe(1);
    await found().getByRole('link', { name: 'Звонок', exact: true }).click();
    await operator.waitForURL(`**${cardOf(GROUP?.call_id)}`);
    await operator.getByRole('heading', { name: 'Сигнализация' }).waitFor();
  });

  test('what cannot be searched is said at its field', async () => {
    await operator.goto(`${stack.portal}/operator/signalling?ip=10.0&code=9`);
    await awake(operator);
    await operator.getByText('Введите IP-адрес целиком').waitFor();
    await operator.getByText('Введите код из трёх цифр').waitFor();
    expect(await found().count()).toBe(0);
  });

  test('in both themes, at a desk and on a phone, in both languages', async () => {
    const show = (address: string) => async () => {
      await operator.goto(stack.portal + address);
      await awake(operator);
    };
    expect(await looks(operator, 'search', show(`/operator/signalling?${ofThatDay}`))).toEqual([]);
    const ladder = `/operator/signalling/${encodeURIComponent(GROUP?.call_id ?? '')}`;
    expect(await looks(operator, 'search-ladder', show(ladder))).toEqual([]);
    await operator.context().addCookies([{ name: 'language', value: 'en', url: stack.portal }]);
    await show(`/operator/signalling?${ofThatDay}`)();
    await shot(operator, 'search-en');
  });
});
