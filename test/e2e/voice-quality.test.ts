import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, rtcpHep } from '../medium/fixtures.ts';
import { type Stack, sendUdp, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { type RecordedCall, recordsOf } from '../recordings/pcap.ts';
import { RECORDED, recordingOf, startWithCalls } from '../recordings/recorded-company.ts';
import { nameOf, put } from '../recordings/spool.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, settled, signIn } from './browser.ts';

/** How a call sounded, on its card, in the journal and in the report: fixtures whose employee loses 6 % both ways. */

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const recorded = (n: number) => RECORDED.find(({ call }) => call.n === n) as RecordedCall;
const LOSSY = recorded(21);
/** Our phone sends coded silence: the client hears nothing. */
const MUTE = recorded(0);
const DAY = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z';
const cardOf = ({ call }: RecordedCall) => `/c/t1/calls/${encodeURIComponent(call.call_id)}`;

/** The packets of a call, with silence instead of what one address sent. */
function muted({ pcap }: RecordedCall, ip: string): Buffer {
  const file = readFileSync(pcap);
  const records = recordsOf(file).map((record) => {
    const quiet = Buffer.from(record);
    // the payload of G.711 A-law: Ethernet, IPv4, UDP and RTP stand before it
    if (quiet.subarray(16 + 14 + 12, 16 + 14 + 16).join('.') === ip && quiet.readUInt8(16 + 14 + 28 + 1) % 128 === 8)
      quiet.fill(0xd5, 16 + 14 + 28 + 12);
    return quiet;
  });
  return Buffer.concat([file.subarray(0, 24), ...records]);
}

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startWithCalls({});
  put(stack.dataDir, LOSSY, nameOf(LOSSY));
  put(stack.dataDir, MUTE, nameOf(MUTE), { pcap: muted(MUTE, '127.0.1.101') });
  await sendUdp(stack.ports.hep, rtcpHep());
  for (const one of [LOSSY, MUTE])
    await until(`call ${one.call.n} is ready`, async () => (await recordingOf(stack, one)).status === 'ready', 60_000);
  await until(
    'sounds are reckoned',
    async () => {
      const lists = await Promise.all(
        ['oneWay=true', 'mosMax=4.1'].map((query) => stack.rest<{ data: unknown[] }>('GET', `/tenants/t1/calls?${query}`)),
      );
      return lists.every(({ data }) => data.length === 1);
    },
    60_000,
  );
  await stack.rest('PUT', '/tenants/t1/users/quality', { password: PASSWORD, role: 'quality' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain, login: 'quality', password: PASSWORD }, `/c/t1/journal?${DAY}`);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

const panel = () => page.locator('.panel', { has: page.getByRole('heading', { name: 'Качество связи' }) });
const textOf = async (row: ReturnType<Page['locator']>) =>
  ((await row.allTextContents()) as string[]).map((text) => text.replace(/\s+/g, ' ').trim());

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('how a call sounded', () => {
  test('its card says who heard what, by the phones and by the packets, and draws it on the axis of the call', async () => {
    await open(page, stack.portal + cardOf(LOSSY));
    await panel().waitFor();
    expect(await textOf(panel().locator('thead th'))).toEqual(['Как слышал', 'абонент', 'сотрудник']);
    const losses = panel().locator('tr', { hasText: 'Потери' });
    expect(await textOf(losses.locator('td'))).toEqual(['0,0 %', '6,0 %', '5,9 %', '0,0 %']);
    expect(await textOf(panel().locator('tr', { hasText: 'Кодек' }).locator('td'))).toEqual(['PCMA', 'PCMA']);
    expect(await panel().getByText('12 отчётов').count()).toBe(2);
    expect(
      await page.getByRole('img', { name: /^MOS у (абонента|сотрудника) по ходу звонка: средний [34],\d\d, худший [1-4],\d\d$/ }).count(),
    ).toBe(2);
    expect(await looks(page, 'card', () => open(page, stack.portal + cardOf(LOSSY)), { fullPage: true })).toEqual([]);
  });

  test('its card says that one side heard nothing', async () => {
    await open(page, stack.portal + cardOf(MUTE));
    await panel().getByText('Абонент ничего не слышал: в записи нет звука сотрудника').waitFor();
    expect(await looks(page, 'card-mute', () => open(page, stack.portal + cardOf(MUTE)), { fullPage: true })).toEqual([]);
  });

  test('a side without RTCP is said to have none; a call without anything says that nothing is known', async () => {
    const answered = RECORDED.find(({ call }) => call.n === 23) as RecordedCall;
    await open(page, stack.portal + cardOf(answered));
    expect(await panel().getByText('не измерены').count()).toBe(2);
    const silent = await stack.rest<{ data: { id: string }[] }>('GET', '/tenants/t1/calls?answered=true&measured=false');
    expect(silent.data).toEqual([]);
  });

  test('the journal shows MOS in a column and finds the calls that sounded badly', async () => {
    await open(page, `${stack.portal}/c/t1/journal?${DAY}&mosMax=4.1`);
    expect(await page.locator('tbody tr[data-call]').count()).toBe(1);
    expect(await page.locator(`tr[data-call="${LOSSY.call.call_id}"]`).count()).toBe(1);
    await page.getByRole('button', { name: 'Колонки', exact: true }).click();
    await page.getByRole('checkbox', { name: 'MOS', exact: true }).check();
    await page.keyboard.press('Escape');
    await until('the column is there', async () => (await page.locator('thead th', { hasText: 'MOS' }).count()) === 1);
    expect(await page.locator(`tr[data-call="${LOSSY.call.call_id}"]`).textContent()).toMatch(/[34],\d\d/);
    await open(page, `${stack.portal}/c/t1/journal?${DAY}&oneWay=true`);
    expect(await page.locator(`tr[data-call="${MUTE.call.call_id}"]`).count()).toBe(1);
    await page.getByText('сторону не слышно').first().waitFor();
  });

  test('the report says where and when calls sounded badly, and every figure opens its calls', async () => {
    const address = `/c/t1/statistics?section=sound&${DAY}`;
    await open(page, stack.portal + address);
    const stats = await textOf(page.locator('.stat .figure'));
    expect(stats[0]).toBe('10');
    expect(stats[3]).toMatch(/^4,\d\d$/);
    expect(await page.locator('[data-report="sound-by-network"]').textContent()).toContain('127.0.1.0/24');
    expect(await looks(page, 'report', () => open(page, stack.portal + address), { fullPage: true })).toEqual([]);
    const worst = page.locator('[data-report="worst-calls"] tr[data-call]');
    expect(await worst.nth(0).getAttribute('data-call')).toBe(MUTE.call.call_id);
    expect(await worst.nth(1).getAttribute('data-call')).toBe(LOSSY.call.call_id);
    const silent = page.locator('.stat', { hasText: 'Не слышно' }).locator('a').first();
    await silent.click();
    await page.waitForURL(/oneWay=true/);
    await settled(page);
    expect(await page.locator('tbody tr[data-call]').count()).toBe(1);
  });
});
