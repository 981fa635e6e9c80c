import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { OPERATOR_TOKEN, type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { SpeechService } from '../recordings/speech-service.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, settled, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const LONGEST = [...RECORDED].sort((a, b) => b.call.talk_s - a.call.talk_s)[0] as RecordedCall;
const day = LONGEST.call.start.slice(0, 10);
const JOURNAL = `/c/t1/journal?from=${day}T00:00:00Z&to=${day}T23:59:59Z&limit=100`;

let service: SpeechService;
let stack: Stack;
let browser: Browser;
let page: Page;
const settings = () => stack.rest<{ on: boolean; ready: number; failed: number }>('GET', '/tenants/t1/transcription');
const CARD = `/c/t1/calls/${encodeURIComponent(LONGEST.call.call_id)}`;
/** Unfolds the call's row, and in it what was said. */
async function read(): Promise<void> {
  await open(page, stack.portal + JOURNAL);
  const row = page.locator(`[data-call="${LONGEST.call.call_id}"]`);
  await row.locator('.twist, .face').first().click();
  await page.getByText('Что сказано', { exact: true }).click();
}
const at = () => page.locator('section.player audio').evaluate((audio) => (audio as unknown as { currentTime: number }).currentTime);

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  service = await SpeechService.start();
  stack = await startRecorded();
  await stack.rest('PUT', '/tenants/t1/users/olga', { password: PASSWORD, role: 'admin' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain, login: 'olga', password: PASSWORD }, '/c/t1/settings/transcripts');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
  service?.end();
});

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('transcripts', () => {
  test('an admin switches on what the operator has named, and nothing before', async () => {
    await page.getByText('Службу называет оператор телефонии').waitFor();
    expect(await page.getByRole('switch', { name: 'Расшифровывать новые записи' }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Адрес').count()).toBe(0);
    await stack.rest('PUT', '/tenants/t1/transcription/service', { address: service.address, model: 'whisper-1', key: OPERATOR_TOKEN });
    await page.reload();
    await settled(page);
    await page.getByText(`${service.address}, модель whisper-1`).waitFor();
    await page.getByText('Расшифровывать новые записи').click();
    await page.getByLabel('Не короче, секунд').fill('0');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Сохранено.').waitFor();
    expect((await settings()).on).toBe(true);
  });

  test('a talk of before is asked for, read along, searched, and heard from a line on', async () => {
    await read();
    await page.getByText('Этот разговор не расшифрован.').waitFor();
    await page.getByRole('button', { name: 'Расшифровать' }).click();
    const line = (text: string) => page.getByRole('button', { name: new RegExp(text) });
    await line('Клиент Здравствуйте, хочу расторгнуть договор').waitFor({ timeout: 60_000 });
    await line('Клиент Спасибо').click();
    await until('it is heard from there', async () => (await at()) >= 4.9);
    await page.locator('[aria-current=true]', { hasText: 'Спасибо!' }).waitFor();
    await page.getByRole('searchbox', { name: 'Найти в разговоре' }).fill('договор');
    await page.getByText('2 места').waitFor();
    expect(await page.locator('section.transcript mark').allTextContents()).toEqual(['договор', 'договор']);
  });

  test('the card of the call has it too, and plays from a line', async () => {
    await open(page, stack.portal + CARD);
    const line = page.getByRole('button', { name: /Клиент Спасибо/ });
    await line.click();
    await until('it is heard from there', async () => (await at()) >= 4.9);
    await page.locator('[aria-current=true]', { hasText: 'Спасибо!' }).waitFor();
  });

  test('the journal finds it by what was said, and says so in a chip', async () => {
    await open(page, `${stack.portal}/c/t1/journal?from=${day}T00:00:00Z&to=${day}T23:59:59Z`);
    await page.getByRole('button', { name: 'Условия' }).click();
    await page.getByLabel('В разговоре сказано').fill('договоры');
    await page.keyboard.press('Enter');
    await page.waitForURL(/said=/);
    await page.keyboard.press('Escape');
    await page.locator(`[data-call="${LONGEST.call.call_id}"]`).waitFor();
    await until('it alone', async () => (await page.locator('[data-call]').count()) === 1);
    await page.getByText('В разговоре сказано', { exact: false }).first().waitFor();
  });

  test('light and dark, wide and narrow', async () => {
    const written = async () => {
      // so high that nothing lies half under the bar
      await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height: 1_700 });
      await read();
      await page.getByRole('button', { name: /Спасибо/ }).waitFor();
    };
    expect(await looks(page, 'transcript', written)).toEqual([]);
    expect(await looks(page, 'transcription', () => open(page, `${stack.portal}/c/t1/settings/transcripts`))).toEqual([]);
  });
});
